// Operators of ONNX that become many of Burin's, on numbers that can be worked out by hand.
#include <catch2/catch.hpp>
#include <cmath>

#include "formats/onnx_model.hpp"

namespace burin {
namespace {

using namespace test;

std::vector<float> only(const Model& model, const std::vector<float>& input, size_t output = 0) {
  const Result<Graph> graph = model.read();
  if (!graph.ok()) FAIL(graph.diagnostics().front().message);
  const Value value{graph->at(graph->inputs.at(0)).type,
                    {reinterpret_cast<const std::byte*>(input.data()),
                     reinterpret_cast<const std::byte*>(input.data() + input.size())}};
  const std::vector<Value> outputs = Evaluator(*graph).run(std::span(&value, 1));
  std::vector<float> result;
  for (size_t i = 0; i < static_cast<size_t>(outputs.at(output).type.shape.elements()); ++i)
    result.push_back(outputs[output].type.dtype == DType::f32
                         ? outputs[output].as<float>()[i]
                         : static_cast<float>(outputs[output].integer(i)));
  return result;
}

}  // namespace

TEST_CASE("attention of equal keys is the mean of the values that a query sees", "[onnx]") {
  Model m(23);
  m.input("q", {1, 3, 2});
  m.output("y", {1, 3, 1});
  m.floats("k", {1, 3, 2}, {1, 1, 1, 1, 1, 1});
  m.floats("v", {1, 3, 1}, {2, 4, 9});
  auto& node = m.node("Attention", {"q", "k", "v"}, {"y"});
  Model::integer(node, "q_num_heads", 1);
  Model::integer(node, "kv_num_heads", 1);
  SECTION("all") {
    for (const float y : only(m, counting(6))) CHECK(y == Approx(5));
  }
  SECTION("those in front") {
    Model::integer(node, "is_causal", 1);
    const std::vector<float> y = only(m, counting(6));
    CHECK(y[0] == Approx(2));
    CHECK(y[1] == Approx(3));
    CHECK(y[2] == Approx(5));
  }
}

TEST_CASE("a query that sees no key attends to nothing", "[onnx]") {
  Model m(23);
  m.input("q", {1, 1, 2, 2});
  m.output("y", {1, 1, 2, 1});
  m.floats("k", {1, 1, 2, 2}, {1, 2, 3, 4});
  m.floats("v", {1, 1, 2, 1}, {7, 8});
  auto* mask = m.graph().add_initializer();
  mask->set_name("mask");
  mask->set_data_type(9);
  for (const int64_t dim : {2, 2}) mask->add_dims(dim);
  for (const int32_t sees : {0, 1, 0, 0}) mask->add_int32_data(sees);
  m.node("Attention", {"q", "k", "v", "mask"}, {"y"});
  CHECK(only(m, {1, 2, 3, 4}) == std::vector<float>{8, 0});
}

TEST_CASE("queries may share the heads of keys", "[onnx]") {
  Model m(23);
  m.input("q", {1, 4, 1, 1});
  m.output("y", {1, 4, 1, 1});
  m.floats("k", {1, 2, 1, 1}, {1, 1});
  m.floats("v", {1, 2, 1, 1}, {3, 5});
  m.node("Attention", {"q", "k", "v"}, {"y"});
  CHECK(only(m, {1, 2, 3, 4}) == std::vector<float>{3, 3, 5, 5});
}

TEST_CASE("a rotation by a right angle exchanges the halves", "[onnx]") {
  Model m(23);
  m.input("x", {1, 1, 1, 4});
  m.output("y", {1, 1, 1, 4});
  m.floats("cos", {1, 1, 2}, {0, 1});
  m.floats("sin", {1, 1, 2}, {1, 0});
  auto& node = m.node("RotaryEmbedding", {"x", "cos", "sin"}, {"y"});
  SECTION("in halves") {
    CHECK(only(m, {1, 2, 3, 4}) == std::vector<float>{-3, 2, 1, 4});
  }
  SECTION("in pairs") {
    Model::integer(node, "interleaved", 1);
    CHECK(only(m, {1, 2, 3, 4}) == std::vector<float>{-2, 1, 3, 4});
  }
}

TEST_CASE("a wave has one line in its spectrum, and comes back", "[onnx]") {
  constexpr double pi = 3.14159265358979323846;
  std::vector<float> wave;
  for (int t = 0; t < 8; ++t) wave.push_back(static_cast<float>(std::cos(2 * pi * 2 * t / 8)));
  Model m(20);
  m.input("x", {1, 8, 1});
  auto& forward = m.node("DFT", {"x"}, {"s"});
  Model::integer(forward, "onesided", 1);
  SECTION("forward") {
    m.output("s", {1, 5, 2});
    const std::vector<float> s = only(m, wave);
    REQUIRE(s.size() == 10);
    for (size_t i = 0; i < s.size(); ++i) CHECK(s[i] == Approx(i == 4 ? 4 : 0).margin(1e-5));
  }
  SECTION("and back") {
    m.output("y", {1, 8, 1});
    auto& back = m.node("DFT", {"s"}, {"y"});
    Model::integer(back, "onesided", 1);
    Model::integer(back, "inverse", 1);
    const std::vector<float> y = only(m, wave);
    for (size_t i = 0; i < wave.size(); ++i) CHECK(y[i] == Approx(wave[i]).margin(1e-5));
  }
  SECTION("in frames") {
    m.int64s("step", {}, {2});
    m.floats("window", {4}, {1, 1, 1, 1});
    m.node("STFT", {"x", "step", "window"}, {"f"});
    m.output("f", {1, 3, 3, 2});
    const std::vector<float> f = only(m, wave);
    REQUIRE(f.size() == 18);
    // 1 0 -1 0 has its line at the first bin; the next frame is its negative.
    CHECK(f[2] == Approx(2));
    CHECK(f[8] == Approx(-2));
    CHECK(f[0] == Approx(0).margin(1e-6));
    CHECK(f[4] == Approx(0).margin(1e-6));
  }
}

TEST_CASE("a maximum says where it was found", "[onnx]") {
  Model m(12);
  m.input("x", {1, 2, 2, 3});
  m.output("y", {1, 2, 1, 2});
  m.output("i", {1, 2, 1, 2}, 7);
  auto& node = m.node("MaxPool", {"x"}, {"y", "i"});
  Model::ints(node, "kernel_shape", {2, 2});
  const std::vector<float> x = {1, 5, 5, 7, 2, 0, 4, 4, 4, 4, 9, 4};
  CHECK(only(m, x, 0) == std::vector<float>{7, 5, 9, 9});
  CHECK(only(m, x, 1) == std::vector<float>{3, 1, 10, 10});
}

TEST_CASE("averages over dilated windows leave out what lies outside", "[onnx]") {
  Model m(19);
  m.input("x", {1, 1, 1, 4});
  m.output("y", {1, 1, 1, 4});
  auto& node = m.node("AveragePool", {"x"}, {"y"});
  Model::ints(node, "kernel_shape", {1, 2});
  Model::ints(node, "dilations", {1, 2});
  Model::ints(node, "pads", {0, 1, 0, 1});
  CHECK(only(m, {2, 4, 6, 8}) == std::vector<float>{4, 4, 6, 6});
}

TEST_CASE("the p-norm of a window", "[onnx]") {
  Model m(18);
  m.input("x", {1, 1, 4});
  m.output("y", {1, 1, 2});
  auto& node = m.node("LpPool", {"x"}, {"y"});
  Model::ints(node, "kernel_shape", {2});
  Model::ints(node, "strides", {2});
  Model::integer(node, "p", 3);
  const std::vector<float> y = only(m, {-3, 0, 1, -2});
  CHECK(y[0] == Approx(3));
  CHECK(y[1] == Approx(std::cbrt(9.0)));
}

namespace {

void matrix_of_bytes(Model& m, const std::string& name, const Dims& dims,
                     const std::vector<int32_t>& values) {
  auto* tensor = m.graph().add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(3);
  for (const int64_t dim : dims) tensor->add_dims(dim);
  for (const int32_t value : values) tensor->add_int32_data(value);
}

const std::vector<float> quantized_input = {-1, 0.25f, 2, 0.5f, -0.125f, 3};

Model dynamically_quantized() {
  Model m(17);
  auto* import = m.model.add_opset_import();
  import->set_domain("com.microsoft");
  import->set_version(1);
  m.input("x", {2, 3});
  m.output("y", {2, 2});
  matrix_of_bytes(m, "w", {3, 2}, {127, -128, 5, -7, 0, 64});
  m.scalar("w_zero", 3, 2);
  m.floats("w_scale", {2}, {0.5f, 0.25f});
  m.floats("bias", {2}, {10, -20});
  return m;
}

std::vector<float> product_in_steps() {
  Model m = dynamically_quantized();
  m.node("DynamicQuantizeLinear", {"x"}, {"q", "x_scale", "x_zero"});
  m.node("MatMulInteger", {"q", "w", "x_zero", "w_zero"}, {"sum"});
  Model::integer(m.node("Cast", {"sum"}, {"real"}), "to", 1);
  m.node("Mul", {"x_scale", "w_scale"}, {"scale"});
  m.node("Mul", {"real", "scale"}, {"scaled"});
  m.node("Add", {"scaled", "bias"}, {"y"});
  return only(m, quantized_input);
}

}  // namespace

TEST_CASE("products of integers with their scales are what the steps give", "[onnx]") {
  const std::vector<float> expected = product_in_steps();
  Model fused = dynamically_quantized();
  SECTION("with the input's quantization in them") {
    fused.node("DynamicQuantizeMatMul", {"x", "w", "w_scale", "w_zero", "bias"}, {"y"})
        .set_domain("com.microsoft");
  }
  SECTION("or in front of them") {
    fused.node("DynamicQuantizeLinear", {"x"}, {"q", "x_scale", "x_zero"});
    fused.node("MatMulIntegerToFloat", {"q", "w", "x_scale", "w_scale", "x_zero", "w_zero", "bias"}, {"y"})
        .set_domain("com.microsoft");
  }
  CHECK(only(fused, quantized_input) == expected);
  CHECK(expected[0] != 10);
}

TEST_CASE("a simplified layer normalization divides by the root of the mean square", "[onnx]") {
  const auto with = [](const std::string& op, bool skips) {
    Model m(17);
    auto* import = m.model.add_opset_import();
    import->set_domain("com.microsoft");
    import->set_version(1);
    m.input("x", {1, 2});
    m.output("y", {1, 2});
    m.floats("skip", {1, 2}, {1, 2});
    m.floats("scale", {2}, {1, 10});
    auto& node = m.node(
        op, skips ? std::vector<std::string>{"x", "skip", "scale"} : std::vector<std::string>{"x", "scale"},
        {"y"});
    if (skips) node.set_domain("com.microsoft");
    return only(m, skips ? std::vector<float>{2, 2} : std::vector<float>{3, 4});
  };
  for (const auto& y :
       {with("SimplifiedLayerNormalization", false), with("SkipSimplifiedLayerNormalization", true)}) {
    CHECK(y[0] == Approx(3 / std::sqrt(12.5)).epsilon(1e-4));
    CHECK(y[1] == Approx(40 / std::sqrt(12.5)).epsilon(1e-4));
  }
}

}  // namespace burin
