// Custom operators, by their values over several invocations.
#include <flatbuffers/flexbuffers.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <catch2/catch.hpp>
#include <functional>

#include "eval/evaluator.hpp"
#include "formats/tflite/tflite.hpp"
#include "support/tflite_json.hpp"

namespace burin {
namespace {

using Catch::Contains;

// One custom operator; tensors are inputs of the model, then its outputs.
struct Custom {
  std::string name;
  std::function<void(flexbuffers::Builder&)> options;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;

  Result<Graph> import() const {
    flexbuffers::Builder builder;
    builder.Map([&] { options(builder); });
    builder.Finish();
    std::vector<std::string> tensors = inputs;
    tensors.insert(tensors.end(), outputs.begin(), outputs.end());
    std::vector<size_t> in;
    std::vector<size_t> out;
    for (size_t i = 0; i < tensors.size(); ++i) {
      (i < inputs.size() ? in : out).push_back(i);
      tensors[i] = fmt::format("{{name: \"t{}\", {}}}", i, tensors[i]);
    }
    return import_tflite(
        test::tflite_of_json(fmt::format(
            R"({{version: 3, operator_codes: [{{deprecated_builtin_code: 32, builtin_code: "CUSTOM", custom_code: "{}"}}],
                 subgraphs: [{{tensors: [{}], inputs: [{}], outputs: [{}],
                               operators: [{{inputs: [{}], outputs: [{}], custom_options: [{}]}}]}}],
                 buffers: [{{}}]}})",
            name, fmt::join(tensors, ","), fmt::join(in, ","), fmt::join(out, ","), fmt::join(in, ","),
            fmt::join(out, ","), fmt::join(builder.GetBuffer(), ","))),
        "model");
  }
  Graph imported() const {
    const Result<Graph> graph = import();
    for (const Diagnostic& d : graph.diagnostics()) UNSCOPED_INFO(d.message << " " << d.place);
    REQUIRE(graph.ok());
    return *graph;
  }
  std::string refusal() const {
    const Result<Graph> graph = import();
    REQUIRE(!graph.ok());
    return graph.diagnostics().front().message;
  }
};

// The first output of one invocation after the other.
template <class Number>
std::vector<std::vector<Number>> invoked(const Graph& graph, const std::vector<std::vector<Number>>& inputs) {
  Evaluator evaluator(graph);
  std::vector<std::vector<Number>> results;
  for (const std::vector<Number>& input : inputs) {
    const Value value = Value::of(graph.at(graph.inputs[0]).type, std::as_bytes(std::span(input)));
    const Value output = evaluator.run(std::vector<Value>{value}).at(0);
    const auto elements = output.as<Number>();
    results.emplace_back(elements.begin(), elements.end());
  }
  return results;
}

using Bytes = std::vector<std::vector<int8_t>>;
using Samples = std::vector<std::vector<int16_t>>;
using Reals = std::vector<std::vector<float>>;

constexpr const char* slot =
    R"(type: "INT8", shape: [1,1,1,2], quantization: {scale: [0.5], zero_point: [3]})";
std::string slots(int32_t count) {
  return fmt::format(
      R"(type: "INT8", shape: [1,{},1,2], is_variable: true, quantization: {{scale: [0.5], zero_point: [3]}})",
      count);
}
std::string s16(const std::string& shape) {
  return fmt::format("type: \"INT16\", shape: {}", shape);
}

}  // namespace

TEST_CASE("CIRCULAR_BUFFER keeps the last inputs, and real zeros before", "[custom]") {
  Custom custom{"CIRCULAR_BUFFER", [](auto& map) { map.Int("cycles_max", 1); }, {slot}, {slots(3)}};
  const Bytes results = invoked<int8_t>(custom.imported(), {{1, 2}, {4, 5}, {6, 7}, {8, 9}});
  CHECK(results == Bytes{{3, 3, 3, 3, 1, 2}, {3, 3, 1, 2, 4, 5}, {1, 2, 4, 5, 6, 7}, {4, 5, 6, 7, 8, 9}});
  custom.options = [](auto& map) { map.Int("cycles_max", 2); };
  CHECK_THAT(custom.refusal(), Contains("one of 2 invocations only"));
  custom.options = [](auto&) {};
  CHECK_THAT(custom.refusal(), Contains("one of 2 invocations only"));
  custom.outputs = {slots(5)};
  CHECK(invoked<int8_t>(custom.imported(), {{1, 2}}) == Bytes{{3, 3, 3, 3, 3, 3, 3, 3, 1, 2}});
}

TEST_CASE("SignalDelay gives each row of samples later", "[custom]") {
  const Custom custom{
      "SignalDelay", [](auto& map) { map.Int("delay_length", 3); }, {s16("[2,2]")}, {s16("[2,2]")}};
  CHECK(invoked<int16_t>(custom.imported(), {{1, 2, 11, 12}, {3, 4, 13, 14}, {5, 6, 15, 16}}) ==
        Samples{{0, 0, 0, 0}, {0, 1, 0, 11}, {2, 3, 12, 13}});
}

TEST_CASE("SignalFramer cuts overlapping frames across invocations", "[custom]") {
  Custom custom{"SignalFramer",
                [](auto& map) {
                  map.Int("frame_size", 3);
                  map.Int("frame_step", 2);
                  map.Bool("prefill", true);
                },
                {s16("[4]")},
                {s16("[2,3]"), R"(type: "BOOL", shape: [])"}};
  CHECK(invoked<int16_t>(custom.imported(), {{1, 2, 3, 4}, {5, 6, 7, 8}}) ==
        Samples{{0, 1, 2, 2, 3, 4}, {4, 5, 6, 6, 7, 8}});
  custom.options = [](auto& map) {
    map.Int("frame_size", 3);
    map.Int("frame_step", 2);
    map.Bool("prefill", false);
  };
  CHECK_THAT(custom.refusal(), Contains("the first frames are not valid"));
}

TEST_CASE("SignalOverlapAdd adds frames, and of int16 saturates", "[custom]") {
  const auto step = [](auto& map) {
    map.Int("T", 0);
    map.Int("frame_step", 2);
  };
  const Custom real{"SignalOverlapAdd", step, {"shape: [2,3]"}, {"shape: [4]"}};
  CHECK(invoked<float>(real.imported(), {{1, 2, 3, 10, 20, 30}, {100, 200, 300, 0, 0, 0}}) ==
        Reals{{1, 2, 13, 20}, {130, 200, 300, 0}});
  const Custom integer{"SignalOverlapAdd", step, {s16("[1,3]")}, {s16("[2]")}};
  CHECK(invoked<int16_t>(integer.imported(), {{1, 2, 32000}, {1000, -3, -32000}, {-1000, 0, 0}}) ==
        Samples{{1, 2}, {32767, -3}, {-32768, 0}});
}

TEST_CASE("TFLite_Detection_PostProcess takes its options from the map", "[custom]") {
  Custom custom{"TFLite_Detection_PostProcess",
                [](auto& map) {
                  map.Int("max_detections", 2);
                  map.Int("max_classes_per_detection", 1);
                  map.Int("num_classes", 1);
                  map.Float("nms_score_threshold", 0.5f);
                  map.Float("nms_iou_threshold", 0.5f);
                  for (const char* scale : {"y_scale", "x_scale", "h_scale", "w_scale"}) map.Float(scale, 10);
                },
                {"shape: [1,3,4]", "shape: [1,3,2]", "shape: [3,4]"},
                {"shape: [1,2,4]", "shape: [1,2]", "shape: [1,2]", "shape: [1]"}};
  const Graph graph = custom.imported();
  REQUIRE(graph.nodes.size() == 1);
  CHECK(graph.nodes[0].op == Op::detection_postprocess);
  const auto value = [](const std::vector<float>& numbers, Shape shape) {
    return Value::of({DType::f32, std::move(shape)}, std::as_bytes(std::span(numbers)));
  };
  // The second anchor overlaps the first one, which scores higher; the third is elsewhere.
  const std::vector<Value> results = Evaluator(graph).run(std::vector<Value>{
      value(std::vector<float>(12), {1, 3, 4}), value({0, 0.9f, 0, 0.8f, 0, 0.7f}, {1, 3, 2}),
      value({0.5f, 0.5f, 1, 1, 0.6f, 0.5f, 1, 1, 3, 3, 1, 2}, {3, 4})});
  const auto numbers = [&](size_t i) {
    const auto elements = results[i].as<float>();
    return std::vector<float>(elements.begin(), elements.end());
  };
  CHECK(numbers(0) == std::vector<float>{0, 0, 1, 1, 2.5f, 2, 3.5f, 4});
  CHECK(numbers(1) == std::vector<float>{0, 0});
  CHECK(numbers(2) == std::vector<float>{0.9f, 0.7f});
  CHECK(numbers(3) == std::vector<float>{2});
  custom.options = [](auto& map) { map.Int("max_detections", 2); };
  CHECK_THAT(custom.refusal(), Contains("its options lack num_classes"));
}

TEST_CASE("options of a custom operator that are no map are none", "[custom]") {
  // Bytes that are not FlexBuffers.
  const Result<Graph> graph = import_tflite(
      test::tflite_of_json(
          R"({version: 3, operator_codes: [{builtin_code: "CUSTOM", deprecated_builtin_code: 32, custom_code: "SignalDelay"}],
              subgraphs: [{tensors: [{name: "x", type: "INT16", shape: [2]}, {name: "y", type: "INT16", shape: [2]}],
                           inputs: [0], outputs: [1],
                           operators: [{inputs: [0], outputs: [1], custom_options: [1,2,3,255,255,255]}]}],
              buffers: [{}]})"),
      "model");
  REQUIRE(!graph.ok());
  CHECK_THAT(graph.diagnostics().front().message, Contains("its length is not"));
}

}  // namespace burin
