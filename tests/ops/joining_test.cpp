#include <catch2/catch.hpp>

#include "eval/evaluator.hpp"
#include "ops/copying.hpp"
#include "ops/one_node.hpp"
#include "samplers/samplers.hpp"

namespace burin {
namespace {

using test::tensor;

Attributes along(Op op, int32_t axis) {
  return test::attributes(op, {{"axis", axis}});
}

Tensor bytes(Shape shape, const std::vector<int8_t>& values) {
  return test::constant(DType::s8, std::move(shape), {}, values);
}

// The outputs of a node with one input.
std::vector<std::vector<int8_t>> parts(Op op, int32_t axis, Shape whole, const std::vector<Shape>& shapes,
                                       const std::vector<int8_t>& values) {
  Graph graph;
  Node node{.op = op, .attributes = along(op, axis)};
  node.inputs = {add_tensor(graph, tensor(DType::s8, std::move(whole)))};
  for (const Shape& shape : shapes) node.outputs.push_back(add_tensor(graph, tensor(DType::s8, shape)));
  graph.inputs = node.inputs;
  graph.outputs = node.outputs;
  graph.nodes.push_back(std::move(node));
  if (const std::string found = test::findings(graph); !found.empty()) throw std::invalid_argument(found);
  const Value input = Value::of(graph.at(graph.inputs[0]).type, std::as_bytes(std::span(values)));
  std::vector<std::vector<int8_t>> result;
  for (const Value& value : Evaluator(graph).run(std::span(&input, 1)))
    result.emplace_back(value.as<int8_t>().begin(), value.as<int8_t>().end());
  return result;
}

}  // namespace

TEST_CASE("CONCATENATION lays parts next to each other along an axis", "[ops]") {
  const std::vector<Tensor> inputs = {tensor(DType::s8, {2, 2}), bytes({2, 1}, {50, 60})};
  const Graph last =
      test::one_node(Op::concatenation, along(Op::concatenation, 1), inputs, tensor(DType::s8, {2, 3}));
  CHECK(test::evaluate<int8_t>(last, {1, 2, 3, 4}) == std::vector<int8_t>{1, 2, 50, 3, 4, 60});
  const Graph first =
      test::one_node(Op::concatenation, along(Op::concatenation, 0),
                     {tensor(DType::s8, {1, 2}), bytes({2, 2}, {5, 6, 7, 8})}, tensor(DType::s8, {3, 2}));
  CHECK(test::evaluate<int8_t>(first, {1, 2}) == std::vector<int8_t>{1, 2, 5, 6, 7, 8});
}

TEST_CASE("CONCATENATION refuses parts that do not fit, and uint8 parts of other scales", "[ops]") {
  const auto findings = [](const Tensor& left, const Tensor& right, const Tensor& output) {
    return test::findings(
        test::one_node(Op::concatenation, along(Op::concatenation, 1), {left, right}, output));
  };
  const Tensor part = tensor(DType::s8, {2, 2});
  CHECK(findings(part, part, tensor(DType::s8, {2, 4})).empty());
  CHECK_FALSE(findings(part, part, tensor(DType::s8, {2, 5})).empty());
  CHECK_FALSE(findings(part, tensor(DType::s8, {1, 2}), tensor(DType::s8, {2, 4})).empty());
  CHECK_FALSE(findings(part, tensor(DType::s16, {2, 2}), tensor(DType::s8, {2, 4})).empty());
  const auto u8 = [](int32_t width, float scale) {
    return tensor(DType::u8, {2, width}, test::per_tensor(scale, 3));
  };
  CHECK(findings(u8(2, 0.5f), u8(2, 0.5f), u8(4, 0.5f)).empty());
  CHECK_FALSE(findings(u8(2, 0.5f), u8(2, 0.25f), u8(4, 0.5f)).empty());
}

TEST_CASE("operators that copy refuse operands of another scale or zero point", "[ops][copying]") {
  Random random(1);
  for (const Operator* definition : all_operators()) {
    const Op op = definition->facts().op;
    if (!copies_elements(op) || op == Op::assign_variable) continue;
    INFO(name_of(op));
    int32_t checked = 0;
    for (int32_t tries = 0; tries < 200 && checked < 5; ++tries) {
      Graph graph = sample_graph(op, random);
      const Node& node = graph.nodes.front();
      Quantization& output = graph.at(node.outputs.back()).quantization;
      const DType dtype = graph.at(node.outputs.back()).type.dtype;
      if (dtype != DType::s8 || !output.per_tensor()) continue;
      CHECK(test::findings(graph).empty());
      const Quantization before = output;
      output.scales[0] *= 1.5f;
      CHECK_THAT(test::findings(graph),
                 Catch::Contains("quantize") || Catch::Contains("scale") || Catch::Contains("same way"));
      output = before;
      output.zero_points[0] += output.zero_points[0] > 0 ? -1 : 1;
      CHECK_FALSE(test::findings(graph).empty());
      // A rounding of the scale is no difference.
      output = before;
      output.scales[0] *= 1 + 1.2e-7f;
      CHECK(test::findings(graph).empty());
      ++checked;
    }
    CHECK(checked == 5);
  }
}

TEST_CASE("PACK names the operand that is quantized otherwise", "[ops][copying]") {
  const auto part = [](int32_t zero_point) {
    return tensor(DType::s8, {2}, test::per_tensor(0.5f, zero_point));
  };
  const auto whole = tensor(DType::s8, {3, 2}, test::per_tensor(0.5f, -9));
  const auto findings = [&](int32_t last) {
    return test::findings(
        test::one_node(Op::pack, along(Op::pack, 0), {part(-9), part(-9), part(last)}, whole));
  };
  CHECK(findings(-9).empty());
  CHECK_THAT(findings(7), Catch::Contains("operand 2") && Catch::Contains("zero point 7") &&
                              Catch::Contains("zero point -9"));
}

TEST_CASE("CONCATENATION is read without its empty parts and counts axes from the end", "[ops]") {
  const test::FakeSource source(
      {tensor(DType::s8, {2, 2}), tensor(DType::s8, {2, 0}), tensor(DType::s8, {2, 3})},
      tensor(DType::s8, {2, 5}), {{"axis", -1}, {"fused_activation_function", 0}});
  const Result<NodeDraft> draft = test::read(tflite::schema::BuiltinOperator::CONCATENATION, source);
  REQUIRE(draft);
  CHECK(draft->inputs == std::vector<TensorId>{TensorId(0), TensorId(2)});
  CHECK(test::integer_attribute(draft->attributes, "axis") == 1);
}

TEST_CASE("PACK makes a new axis", "[ops]") {
  const Graph graph =
      test::one_node(Op::pack, along(Op::pack, 1), {tensor(DType::s8, {3}), bytes({3}, {7, 8, 9})},
                     tensor(DType::s8, {3, 2}));
  CHECK(test::evaluate<int8_t>(graph, {1, 2, 3}) == std::vector<int8_t>{1, 7, 2, 8, 3, 9});
}

TEST_CASE("SPLIT, SPLIT_V and UNPACK undo what joins do", "[ops]") {
  using Parts = std::vector<std::vector<int8_t>>;
  const std::vector<int8_t> values = {1, 2, 3, 4, 5, 6};
  CHECK(parts(Op::split, 1, {3, 2}, {{3, 1}, {3, 1}}, values) == Parts{{1, 3, 5}, {2, 4, 6}});
  CHECK(parts(Op::split_v, 0, {3, 2}, {{1, 2}, {2, 2}}, values) == Parts{{1, 2}, {3, 4, 5, 6}});
  CHECK(parts(Op::unpack, 1, {2, 3}, {{2}, {2}, {2}}, values) == Parts{{1, 4}, {2, 5}, {3, 6}});
  CHECK_THROWS(parts(Op::split_v, 0, {3, 2}, {{1, 2}, {1, 2}}, values));
  CHECK_THROWS(parts(Op::unpack, 1, {2, 3}, {{2}, {2}}, values));
}

}  // namespace burin
