// The time of a compilation grows with the layers of the model, not with their square.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <ctime>

#include "cli/driver.hpp"
#include "support/emitted.hpp"

namespace burin::test {
namespace {

// A chain of layers that the passes leave as it is.
std::string chain(const std::string& kind, int layers) {
  std::string tensors = "tensor %0 \"input\" s8[1,8] scale 0.5 zero_point 3\n";
  std::string nodes;
  int last = 0;
  int count = 1;
  const auto tensor = [&](const std::string& text) {
    tensors += fmt::format("tensor %{} \"t{}\" {}\n", count, count, text);
    return count++;
  };
  for (int i = 0; i < layers; ++i) {
    std::string call;
    if (kind == "fully_connected") {
      const int weights =
          tensor(fmt::format("s8[8,8] scale 0.25 zero_point 0 = [{0}, 2, 3, 4, 5, 6, 7, 8, 9, {0}, 11, 12, "
                             "13, 14, 15, 16, 17, 18, {0}, "
                             "20, 21, 22, 23, 24, 25, 26, 27, {0}, 29, 30, 31, 32, 33, 34, 35, 36, {0}, 38, "
                             "39, 40, 41, 42, 43, 44, 45, "
                             "{0}, 47, 48, 49, 50, 51, 52, 53, 54, {0}, 56, 57, 58, 59, 60, 61, 62, 63, {0}]",
                             i % 100 - 50));
      call = fmt::format("fully_connected(%{}, %{})", last, weights);
    } else if (kind == "add") {
      const int other = tensor("s8[1,8] scale 0.5 zero_point 3 = [1, 2, 3, 4, 5, 6, 7, 8]");
      call = fmt::format("add(%{}, %{})", last, other);
    } else {
      call = fmt::format("{}(%{})", kind, last);
    }
    last = kind == "logistic"                 ? tensor("s8[1,8] scale 0.00390625 zero_point -128")
           : kind == "quantize" && i % 2 == 0 ? tensor("s8[1,8] scale 0.75 zero_point -3")
                                              : tensor("s8[1,8] scale 0.5 zero_point 3");
    nodes += fmt::format("node {} \"n{}\"\n  %{} = {}\n", i, i, last, call);
  }
  return fmt::format("tir 1 \"chain\"\n\n{}\ninputs (%0)\noutputs (%{})\n\n{}", tensors, last, nodes);
}

// Processor seconds, so that other work on the machine does not count.
double seconds_for(const std::string& kind, int layers, const std::string& target) {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const std::filesystem::path path = place.path() / "chain.tir";
  REQUIRE(write_file(path, chain(kind, layers)).ok());
  CompileOptions options;
  options.model = path.string();
  options.target = target;
  const std::clock_t start = std::clock();
  const Result<Compilation> compilation = compile(options);
  const std::clock_t end = std::clock();
  INFO(messages(compilation.diagnostics()));
  REQUIRE(compilation.ok());
  return static_cast<double>(end - start) / CLOCKS_PER_SEC;
}

}  // namespace

TEST_CASE("the time for a chain of layers is nearly proportional to them", "[chains]") {
  for (const char* kind : {"logistic", "relu", "quantize", "fully_connected", "add"}) {
    const double shorter = seconds_for(kind, 1500, "cortex-m4");
    const double longer = seconds_for(kind, 6000, "cortex-m4");
    INFO(kind << ": " << shorter << " s for 1500 layers, " << longer << " s for 6000");
    CHECK(longer <= 7 * shorter + 0.1);  // the square would be 16 times
  }
}

}  // namespace burin::test
