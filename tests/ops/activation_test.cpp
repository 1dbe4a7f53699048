#include <cmath>

#include "ops/operator_graph.hpp"

namespace burin::test {
namespace {

std::vector<int8_t> all_bytes() {
  std::vector<int8_t> values(256);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int8_t>(static_cast<int32_t>(i) - 128);
  return values;
}

Graph activation(Op op, Quantization from, Quantization to, int32_t elements = 256,
                 const std::vector<NamedAttribute>& list = {}) {
  std::string error;
  return one_node(op, {{DType::s8, {elements}, std::move(from)}}, {DType::s8, {elements}, std::move(to)},
                  operator_of(op).parse_attributes(list, error));
}

Graph activation_f32(Op op, int32_t elements, const std::vector<NamedAttribute>& list = {}) {
  std::string error;
  return one_node(op, {{DType::f32, {elements}}}, {DType::f32, {elements}},
                  operator_of(op).parse_attributes(list, error));
}

// The largest distance to the real function, in steps of the output.
double largest_error(const Graph& graph, double (*function)(double)) {
  const std::vector<int8_t> input = all_bytes();
  const std::vector<int8_t> output = evaluate<int8_t>(graph, input);
  const Quantization& from = graph.at(graph.inputs[0]).quantization;
  const Quantization& to = graph.at(graph.outputs[0]).quantization;
  double largest = 0;
  for (size_t i = 0; i < input.size(); ++i) {
    const double x = static_cast<double>(from.scale()) * (input[i] - from.zero_point());
    const double exact = function(x) / static_cast<double>(to.scale()) + to.zero_point();
    largest = std::max(largest, std::abs(output[i] - std::clamp(exact, -128.0, 127.0)));
  }
  return largest;
}

double real_logistic(double x) {
  return 1 / (1 + std::exp(-x));
}
double real_tanh(double x) {
  return std::tanh(x);
}
double real_hard_swish(double x) {
  return x * std::clamp(x + 3, 0.0, 6.0) / 6;
}
double real_leaky_relu(double x) {
  return x > 0 ? x : 0.25 * x;
}
double real_relu(double x) {
  return std::max(x, 0.0);
}
double real_relu6(double x) {
  return std::clamp(x, 0.0, 6.0);
}
double real_relu_n1_to_1(double x) {
  return std::clamp(x, -1.0, 1.0);
}

}  // namespace

TEST_CASE("int8 activations are within a step of the real functions", "[activation]") {
  const float scale = GENERATE(0.004f, 0.03f, 0.05f, 0.11f, 0.4f);
  const int32_t zero_point = GENERATE(-128, -3, 100);
  CAPTURE(scale, zero_point);
  const Quantization input = quantized(scale, zero_point);
  CHECK(largest_error(activation(Op::logistic, input, quantized(1.0f / 256, -128)), real_logistic) < 1);
  CHECK(largest_error(activation(Op::tanh, input, quantized(1.0f / 128, 0)), real_tanh) < 1);
  const Quantization output = quantized(scale * 0.7f, zero_point);
  CHECK(largest_error(activation(Op::hard_swish, input, output), real_hard_swish) < 1.5);
  CHECK(largest_error(activation(Op::leaky_relu, input, output, 256, {{"alpha", 0.25f}}), real_leaky_relu) <
        1);
  CHECK(largest_error(activation(Op::relu, input, output), real_relu) < 1);
  CHECK(largest_error(activation(Op::relu6, input, input), real_relu6) < 0.51);
  CHECK(largest_error(activation(Op::relu_n1_to_1, input, output), real_relu_n1_to_1) < 1);
}

TEST_CASE("logistic and tanh of zero", "[logistic][tanh]") {
  CHECK(evaluate<int8_t>(activation(Op::logistic, quantized(0.1f, 7), quantized(1.0f / 256, -128), 3),
                         std::vector<int8_t>{7, -128, 127}) == std::vector<int8_t>{0, -128, 127});
  CHECK(evaluate<int8_t>(activation(Op::tanh, quantized(0.1f, 7), quantized(1.0f / 128, 0), 3),
                         std::vector<int8_t>{7, -128, 127}) == std::vector<int8_t>{0, -128, 127});
}

TEST_CASE("int16 activations are near the real functions", "[activation]") {
  const float scale = GENERATE(0x1p-12f, 0x1p-11f, 0.0003f);
  std::vector<int16_t> input;
  for (int32_t x = -32768; x < 32768; x += 97) input.push_back(static_cast<int16_t>(x));
  const auto count = static_cast<int32_t>(input.size());
  const auto check = [&](Op op, float output_scale, double (*function)(double), double tolerance,
                         const std::vector<NamedAttribute>& list = {}) {
    CAPTURE(scale, name_of(op));
    std::string error;
    const Graph graph = one_node(op, {{DType::s16, {count}, quantized(scale, 0)}},
                                 {DType::s16, {count}, quantized(output_scale, 0)},
                                 operator_of(op).parse_attributes(list, error));
    const std::vector<int16_t> output = evaluate<int16_t>(graph, input);
    double largest = 0;
    for (size_t i = 0; i < input.size(); ++i) {
      const double exact =
          function(static_cast<double>(scale) * input[i]) / static_cast<double>(output_scale);
      largest = std::max(largest, std::abs(output[i] - std::clamp(exact, -32768.0, 32767.0)));
    }
    CHECK(largest < tolerance);
  };
  check(Op::logistic, 0x1p-15f, real_logistic, 4);
  check(Op::tanh, 0x1p-15f, real_tanh, 6);
  check(Op::relu, scale, real_relu, 1);
  check(Op::relu6, scale, real_relu6, 1);
  check(Op::leaky_relu, scale * 0.7f, real_leaky_relu, 1, {{"alpha", 0.25f}});
}

TEST_CASE("relu6 keeps the stored numbers, as TensorFlow Lite Micro does", "[relu6]") {
  const Graph graph = activation(Op::relu6, quantized(0.1f, 0), quantized(0.2f, 0), 4);
  CHECK(evaluate<int8_t>(graph, std::vector<int8_t>{-5, 0, 30, 100}) == std::vector<int8_t>{0, 0, 30, 60});
}

TEST_CASE("leaky_relu takes negative slopes", "[leaky_relu]") {
  const Graph graph = activation(Op::leaky_relu, quantized(1, 0), quantized(1, 0), 3, {{"alpha", -0.5f}});
  CHECK(evaluate<int8_t>(graph, std::vector<int8_t>{-100, 10, -2}) == std::vector<int8_t>{50, 10, 1});
}

TEST_CASE("float32 activations", "[activation]") {
  const std::vector<float> input{-100, -2, -0.5f, 0, 0.5f, 4, 100};
  const auto count = static_cast<int32_t>(input.size());
  const auto check = [&](const Graph& graph, double (*function)(double)) {
    const std::vector<float> output = evaluate<float>(graph, input);
    for (size_t i = 0; i < input.size(); ++i)
      CHECK(output[i] == Approx(function(static_cast<double>(input[i]))).margin(1e-7));
  };
  check(activation_f32(Op::logistic, count), real_logistic);
  check(activation_f32(Op::tanh, count), real_tanh);
  check(activation_f32(Op::hard_swish, count), real_hard_swish);
  check(activation_f32(Op::leaky_relu, count, {{"alpha", 0.25f}}), real_leaky_relu);
  check(activation_f32(Op::relu, count), real_relu);
  check(activation_f32(Op::relu6, count), real_relu6);
  check(activation_f32(Op::relu_n1_to_1, count), real_relu_n1_to_1);
}

TEST_CASE("activations with a fixed output range refuse another", "[logistic][tanh][hard_swish]") {
  CHECK_THAT(refusal(activation(Op::logistic, quantized(0.1f, 0), quantized(0.1f, 0))),
             Catch::Contains("scale 1/256"));
  CHECK_THAT(refusal(activation(Op::tanh, quantized(0.1f, 0), quantized(1.0f / 128, 1))),
             Catch::Contains("scale 1/128"));
  CHECK_THAT(refusal(activation(Op::hard_swish, quantized(1, 0), quantized(0.001f, 0))),
             Catch::Contains("1/128 of the input's"));
}

TEST_CASE("HARD_SWISH shifts on 16 bits, also by more than these", "[activation]") {
  // Factors of 2^-17 and 2^-25 to the output: what is left is the sign, and zero counts as positive.
  for (const float ratio : {1024.0f, 262144.0f}) {
    const std::vector<int8_t> output = evaluate<int8_t>(
        activation(Op::hard_swish, quantized(0.25f, 0), quantized(0.25f * ratio, 20)), all_bytes());
    for (int32_t x = -128; x < 128; ++x) {
      CAPTURE(ratio, x);
      // Between -3 and 0 the function is negative; the scale of the input is a quarter.
      CHECK(output[static_cast<size_t>(x + 128)] == (x > -12 && x < 0 ? 19 : 21));
    }
  }
}

}  // namespace burin::test
