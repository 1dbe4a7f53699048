#include <cmath>

#include "ops/fixed_point.hpp"
#include "ops/operator_graph.hpp"
#include "support/random.hpp"

namespace burin::test {
namespace {

Attributes beta(float value) {
  std::string error;
  return operator_of(Op::softmax).parse_attributes({{"beta", value}}, error);
}

Graph softmax(const Shape& shape, float scale, float beta_value = 1) {
  return one_node(Op::softmax, {{DType::s8, shape, quantized(scale, 5)}},
                  {DType::s8, shape, quantized(1.0f / 256, -128)}, beta(beta_value));
}

std::vector<double> real_softmax(const std::vector<int8_t>& input, double scale) {
  std::vector<double> result;
  double sum = 0;
  for (const int8_t value : input) {
    result.push_back(std::exp(scale * value));
    sum += result.back();
  }
  for (double& value : result) value /= sum;
  return result;
}

}  // namespace

TEST_CASE("softmax of equal elements is even", "[softmax]") {
  CHECK(evaluate<int8_t>(softmax({1, 2}, 0.1f), std::vector<int8_t>{7, 7}) == std::vector<int8_t>{0, 0});
  CHECK(evaluate<int8_t>(softmax({2, 4}, 0.1f), std::vector<int8_t>(8, -128)) == std::vector<int8_t>(8, -64));
  // 1 does not fit an int8 of scale 1/256.
  CHECK(evaluate<int8_t>(softmax({1}, 0.1f), std::vector<int8_t>{3}) == std::vector<int8_t>{127});
}

TEST_CASE("softmax rows are independent", "[softmax]") {
  const auto both = evaluate<int8_t>(softmax({2, 3}, 0.2f), std::vector<int8_t>{1, 2, 3, -100, 0, 100});
  CHECK(std::vector<int8_t>(both.begin(), both.begin() + 3) ==
        evaluate<int8_t>(softmax({3}, 0.2f), std::vector<int8_t>{1, 2, 3}));
  CHECK(std::vector<int8_t>(both.begin() + 3, both.end()) ==
        evaluate<int8_t>(softmax({3}, 0.2f), std::vector<int8_t>{-100, 0, 100}));
}

TEST_CASE("softmax is within one step of the real function", "[softmax]") {
  Random random(1);
  for (int run = 0; run < 200; ++run) {
    const auto scale = static_cast<float>(std::exp(random.real(-6, 0)));
    std::vector<int8_t> input(static_cast<size_t>(random.integer(1, 60)));
    for (int8_t& value : input) value = static_cast<int8_t>(random.integer(-128, 127));
    const auto output = evaluate<int8_t>(softmax({static_cast<int32_t>(input.size())}, scale), input);
    const std::vector<double> expected = real_softmax(input, scale);
    for (size_t i = 0; i < input.size(); ++i)
      CHECK(std::abs(output[i] + 128 - std::min(expected[i] * 256, 255.0)) <= 1);
  }
}

TEST_CASE("softmax to int16 is within a few steps of the real function", "[softmax]") {
  const Graph graph = one_node(Op::softmax, {{DType::s8, {1, 5}, quantized(0.05f, 0)}},
                               {DType::s16, {1, 5}, quantized(1.0f / 65536, -32768)}, beta(1));
  const std::vector<int8_t> input{10, -20, 35, 30, -128};
  const auto output = evaluate<int16_t>(graph, input);
  const std::vector<double> expected = real_softmax(input, 0.05f);
  for (size_t i = 0; i < input.size(); ++i) CHECK(std::abs(output[i] + 32768 - expected[i] * 65536) <= 4);
}

TEST_CASE("softmax of float32 sums to 1 and applies beta", "[softmax]") {
  const Graph graph = one_node(Op::softmax, {{DType::f32, {1, 3}}}, {DType::f32, {1, 3}}, beta(2));
  const auto output = evaluate<float>(graph, std::vector<float>{1, 2, 3});
  CHECK(output[0] + output[1] + output[2] == Approx(1));
  CHECK(output[2] / output[1] == Approx(std::exp(2.0)));
}

TEST_CASE("softmax refuses what it would get wrong", "[softmax]") {
  Graph graph = softmax({1, 4}, 0.1f);
  graph.at(graph.outputs[0]).quantization = quantized(0.01f, -128);
  CHECK_THAT(refusal(graph), Catch::Contains("scale 1/256"));
  CHECK_THAT(refusal(softmax({4096}, 0.1f)), Catch::Contains("4095"));
  CHECK_THAT(refusal(softmax({1, 4}, 0.1f, -1)), Catch::Contains("beta"));
}

TEST_CASE("softmax equals TensorFlow Lite Micro on the corpus", "[softmax][corpus]") {
  const auto [name, input, output] = GENERATE(table<std::string, int, int>({{"kws_int8", 33, 34},
                                                                            {"vww_96_int8", 87, 88},
                                                                            {"resnet8_int8", 36, 37},
                                                                            {"str_ww_ref_model", 29, 30}}));
  const CorpusModel model(name);
  const Graph graph = one_node(Op::softmax, {model.operand(input)}, model.operand(output), beta(1));
  CHECK(evaluate<int8_t>(graph, model.values(input)) == model.values(output));
}

TEST_CASE("fixed-point functions are near the real ones", "[fixed_point]") {
  for (int64_t raw = INT32_MIN; raw <= 0; raw += 9999991) {
    const double x = static_cast<double>(raw) * 0x1p-26;
    CHECK(exp_of_negative(static_cast<int32_t>(raw), 5) * 0x1p-31 == Approx(std::exp(x)).margin(1e-6));
  }
  for (int64_t raw = -(int64_t{1} << 31); raw < int64_t{1} << 31; raw += 19999991) {
    const double x = static_cast<double>(raw) * 0x1p-27;
    CHECK(logistic(static_cast<int32_t>(raw), 4) * 0x1p-31 == Approx(1 / (1 + std::exp(-x))).margin(1e-6));
    CHECK(hyperbolic_tangent(static_cast<int32_t>(raw), 4) * 0x1p-31 == Approx(std::tanh(x)).margin(1e-6));
  }
  CHECK(exp_of_negative(0, 5) == INT32_MAX);
  const Reciprocal third = reciprocal(3 << 19, 12);  // 3 with 12 integer bits
  CHECK(std::ldexp(third.mantissa * 0x1p-31, -third.exponent) == Approx(1.0 / 3).margin(1e-8));
}

}  // namespace burin::test
