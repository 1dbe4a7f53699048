// Constants that several layers have in common, as the layers of a loop that was unrolled do.
#include <catch2/catch.hpp>
#include <fstream>

#include "support/emitted.hpp"
#include "support/files.hpp"

namespace burin::test {
namespace {

constexpr const char* model = R"(tir 1 "steps"

tensor %0 "x" f32[1,4]
tensor %1 "weights" f32[4,4] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
tensor %2 "first" f32[1,4]
tensor %3 "second" f32[1,4]

inputs (%0)
outputs (%3)

node 0 "first"
  %2 = fully_connected(%0, %1, none)
node 1 "second"
  %3 = fully_connected(%2, %1, none)
)";

TEST_CASE("Equal constants stand in flash once", "[codegen]") {
  const Result<TemporaryDirectory> folder = TemporaryDirectory::create();
  REQUIRE(folder.ok());
  const std::filesystem::path file = folder->path() / "steps.tir";
  std::ofstream(file) << model;
  const Emitted emitted = emit(ModelFile{.name = "steps", .path = file}, "generic");
  const Program& program = emitted.program();
  REQUIRE(program.steps.size() == 2);
  int64_t once = 0;
  for (const KernelConstant& constant : program.steps[0].call.constants)
    once += static_cast<int64_t>(constant.data.bytes().size());
  CHECK(once >= 64);
  CHECK(program.weight_bytes() == once);
  const std::string text = *read_file(emitted.source());
  const auto count = [&](const std::string& part) {
    size_t found = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  };
  CHECK(count("constexpr float ") == program.steps[0].call.constants.size());
}

}  // namespace
}  // namespace burin::test
