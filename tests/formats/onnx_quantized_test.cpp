// Operators between DequantizeLinear and QuantizeLinear: as integers they give what the model's own
// arithmetic gives, in real numbers.
#include <catch2/catch.hpp>
#include <cmath>

#include "formats/onnx_model.hpp"

namespace burin {
namespace {

using namespace test;

struct Numbers {
  float scale;
  int32_t zero;
};

constexpr int32_t s8 = 3;  // as the format numbers it

// x quantized, dequantized, `between`, quantized, dequantized to y. Scales that are powers of two let real
// arithmetic round nothing.
class Quantized : public Model {
 public:
  Quantized(const Dims& from, const Dims& to, Numbers before, Numbers after) {
    input("x", from);
    output("y", to);
    convert("x", "a", before, "before");
    convert("b", "y", after, "after");
  }
  schema::NodeProto& between(const std::string& op) { return node(op, {"a"}, {"b"}); }

 private:
  void convert(const std::string& from, const std::string& to, Numbers numbers, const std::string& name) {
    scalar(name + "_scale", numbers.scale);
    scalar(name + "_zero", s8, numbers.zero);
    node("QuantizeLinear", {from, name + "_scale", name + "_zero"}, {name});
    node("DequantizeLinear", {name, name + "_scale", name + "_zero"}, {to});
  }
};

// The integer form and the model's own agree on that input; gives the integer form.
Graph compared(const Model& model, const std::vector<float>& input) {
  ImportOptions plain;
  plain.integer_layers = false;
  const Result<Graph> real = model.read(plain);
  const Result<Graph> integers = model.read();
  REQUIRE(real.ok());
  REQUIRE(integers.ok());
  CHECK(run(*integers, input, Rounding::litert) == run(*real, input, Rounding::litert));
  return *integers;
}

// Every sum of four, and so every half, from the lowest to the highest.
std::vector<float> all_sums(float scale, int32_t zero) {
  std::vector<float> values;
  for (int32_t i = 0; i < 4 * 256; ++i) {
    const int32_t quarter = i / 4 + (i % 4 != 0 ? 1 : 0);
    for (int32_t k = 0; k < 4; ++k) {
      const int32_t number = std::min(k < i % 4 ? quarter : i / 4, 255) - 128;
      values.push_back(scale * static_cast<float>(number - zero));
    }
  }
  return values;
}

}  // namespace

TEST_CASE("an average that keeps its quantization rounds halves as real numbers do", "[onnx][quantized]") {
  for (const int32_t zero : {-128, 3, 0}) {
    Quantized m({1, 1, 1024, 4}, {1, 1, 1024, 1}, {0.5f, zero}, {0.5f, zero});
    auto& pool = m.between("AveragePool");
    Model::ints(pool, "kernel_shape", {1, 4});
    Model::ints(pool, "strides", {1, 4});
    const Result<Graph> read = m.read();
    REQUIRE(read.ok());
    const Graph& graph = *read;
    const std::vector<float> input = all_sums(0.5f, zero);
    const std::vector<float> output = run(graph, input, Rounding::litert);
    size_t wrong = 0;
    for (size_t i = 0; i < output.size(); ++i) {
      const float sum = input[4 * i] + input[4 * i + 1] + input[4 * i + 2] + input[4 * i + 3];
      if (output[i] != 0.5f * std::nearbyint(sum / 4 / 0.5f)) ++wrong;
    }
    CHECK(wrong == 0);
    REQUIRE(count(graph, Op::average_pool_2d) == 1);
    for (const Node& node : graph.nodes)
      if (node.op == Op::average_pool_2d) CHECK(graph.at(node.inputs[0]).type.dtype == DType::s8);
  }
}

TEST_CASE("an average to another quantization is rounded once", "[onnx][quantized]") {
  std::vector<float> input;
  for (size_t i = 0; i < 2 * 6 * 6; ++i) input.push_back(static_cast<float>(i * 37 % 101) * 0.25f - 12);
  SECTION("windows") {
    Quantized m({1, 2, 6, 6}, {1, 2, 3, 3}, {0.25f, 5}, {0.171875f, -7});
    auto& pool = m.between("AveragePool");
    Model::ints(pool, "kernel_shape", {2, 2});
    Model::ints(pool, "strides", {2, 2});
    const Graph graph = compared(m, input);
    CHECK(count(graph, Op::depthwise_convolution_2d) == 1);
    CHECK(count(graph, Op::average_pool_2d) == 0);
  }
  SECTION("the whole image") {
    Quantized m({1, 2, 6, 6}, {1, 2, 1, 1}, {0.25f, 5}, {0.171875f, -7});
    Model::ints(m.between("AveragePool"), "kernel_shape", {6, 6});
    const Graph graph = compared(m, input);
    CHECK(count(graph, Op::mean) == 1);
  }
  SECTION("windows that are cut stay right within a step") {
    Quantized m({1, 2, 6, 6}, {1, 2, 6, 6}, {0.25f, 5}, {0.171875f, -7});
    auto& pool = m.between("AveragePool");
    Model::ints(pool, "kernel_shape", {3, 3});
    Model::ints(pool, "pads", {1, 1, 1, 1});
    const Result<Graph> graph = m.read();
    ImportOptions plain;
    plain.integer_layers = false;
    const Result<Graph> real = m.read(plain);
    REQUIRE(graph.ok());
    REQUIRE(real.ok());
    const std::vector<float> a = run(*graph, input, Rounding::litert);
    const std::vector<float> b = run(*real, input, Rounding::litert);
    for (size_t i = 0; i < a.size(); ++i) CHECK(std::abs(a[i] - b[i]) <= 0.171875f);
  }
}

}  // namespace burin
