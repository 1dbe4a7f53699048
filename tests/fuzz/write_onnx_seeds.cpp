// Inputs for onnx_fuzzer to start from: write_onnx_seeds FOLDER writes small models of each operator that is
// read, with different numbers of operands, some of them constant.
#include <fmt/format.h>

#include <filesystem>

#include "formats/onnx/reader.hpp"
#include "formats/onnx_model.hpp"
#include "support/files.hpp"

namespace {

using burin::test::counting;
using burin::test::Dims;
using burin::test::Model;

// The operator on x, with up to three more operands of shapes that some operators take.
Model seed(const std::string& name, int operands, bool constant) {
  const size_t at = name.find("::");
  Model m(operands % 2 == 0 ? 13 : 23);
  for (const char* domain : {"com.microsoft", "ai.onnx.ml"}) {
    auto* import = m.model.add_opset_import();
    import->set_domain(domain);
    import->set_version(1);
  }
  m.input("x", {1, 2, 4, 4});
  m.output("y", {1, 2, 4, 4});
  std::vector<std::string> inputs = {"x"};
  for (int i = 1; i < operands; ++i) {
    const std::string operand = fmt::format("a{}", i);
    if (!constant)
      m.input(operand, {1, 2, 4, 4});
    else if (i == 1)
      m.floats(operand, {2, 2, 1, 1}, counting(4));
    else if (i == 2)
      m.floats(operand, {2}, counting(2));
    else
      m.int64s(operand, {4}, {1, 2, 4, 4});
    inputs.push_back(operand);
  }
  auto& node = m.node(at == std::string::npos ? name : name.substr(at + 2), inputs, {"y"});
  if (at != std::string::npos) node.set_domain(name.substr(0, at));
  Model::ints(node, "kernel_shape", {1, 1});
  Model::ints(node, "pads", {0, 1, 0, 1});
  Model::integer(node, "axis", 1);
  return m;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int number = 0;
  for (const std::string& name : burin::onnx::operator_names())
    for (int operands = 1; operands <= 4; ++operands) {
      const std::string bytes = seed(name, operands, operands % 2 == 0).bytes();
      const auto file = std::filesystem::path(argv[1]) / fmt::format("{}.onnx", number++);
      if (!burin::write_file(file, bytes).ok()) return 1;
    }
  return 0;
}
