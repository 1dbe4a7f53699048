#include <cmath>

#include "ops/fixed_point.hpp"
#include "ops/operator_graph.hpp"
#include "support/random.hpp"

namespace burin::test {
namespace {

Graph log_softmax(const Shape& shape, float scale) {
  return one_node(Op::log_softmax, {{DType::s8, shape, quantized(scale, 0)}},
                  {DType::s8, shape, quantized(1.0f / 16, 127)});
}

}  // namespace

TEST_CASE("log_softmax of equal elements", "[log_softmax]") {
  // -log(2) * 16 = -11.09, -log(8) * 16 = -33.27
  CHECK(evaluate<int8_t>(log_softmax({1, 2}, 0.1f), std::vector<int8_t>{7, 7}) ==
        std::vector<int8_t>{116, 116});
  CHECK(evaluate<int8_t>(log_softmax({1, 8}, 0.1f), std::vector<int8_t>(8, -3)) ==
        std::vector<int8_t>(8, 94));
  CHECK(evaluate<int8_t>(log_softmax({1}, 0.1f), std::vector<int8_t>{3}) == std::vector<int8_t>{127});
}

TEST_CASE("log_softmax is within a step of the real function", "[log_softmax]") {
  Random random(3);
  for (int run = 0; run < 200; ++run) {
    const auto scale = static_cast<float>(std::exp(random.real(-6, 0)));
    std::vector<int8_t> input(static_cast<size_t>(random.integer(1, 60)));
    for (int8_t& value : input) value = static_cast<int8_t>(random.integer(-128, 127));
    const auto output = evaluate<int8_t>(log_softmax({static_cast<int32_t>(input.size())}, scale), input);
    double sum = 0;
    for (const int8_t x : input) sum += std::exp(static_cast<double>(scale) * x);
    for (size_t i = 0; i < input.size(); ++i) {
      const double exact = 127 + 16 * (static_cast<double>(scale) * input[i] - std::log(sum));
      CHECK(std::abs(output[i] - std::max(exact, -128.0)) <= 1);
    }
  }
}

TEST_CASE("log_softmax of float32", "[log_softmax]") {
  const Graph graph = one_node(Op::log_softmax, {{DType::f32, {2, 2}}}, {DType::f32, {2, 2}});
  const auto output = evaluate<float>(graph, std::vector<float>{1, 2, 500, 500});
  CHECK(output[0] == Approx(-std::log(1 + std::exp(1.0))));
  CHECK(output[1] == Approx(-std::log(1 + std::exp(-1.0))));
  CHECK(output[2] == Approx(-std::log(2.0)));
}

TEST_CASE("the fixed-point logarithm is near the real one", "[fixed_point]") {
  for (int64_t raw = 1 << 19; raw < int64_t{1} << 31; raw += raw / 100 + 1)
    CHECK(log_of_at_least_one(static_cast<int32_t>(raw)) * 0x1p-26 ==
          Approx(std::log(static_cast<double>(raw) * 0x1p-19)).margin(1e-6));
}

TEST_CASE("log_softmax refuses another output range", "[log_softmax]") {
  Graph graph = log_softmax({4}, 0.1f);
  graph.at(graph.outputs[0]).quantization = quantized(0.1f, 127);
  CHECK_THAT(refusal(graph), Catch::Contains("scale 1/16"));
}

}  // namespace burin::test
