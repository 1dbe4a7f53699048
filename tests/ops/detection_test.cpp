// DETECTION_POSTPROCESS on boxes whose overlaps are known.
#include "ops/operator_graph.hpp"

namespace burin::test {
namespace {

struct Found {
  std::vector<float> boxes, classes, scores;
  float count;
};

// Anchors are the boxes: the encodings are 0. Scores of two classes.
Found detected(const std::vector<float>& anchors, const std::vector<float>& scores,
               std::vector<NamedAttribute> options) {
  const auto boxes = static_cast<int32_t>(anchors.size() / 4);
  options.insert(options.end(), {{"classes", 2}, {"max_detections", 3}});
  std::string error;
  const Attributes attributes = operator_of(Op::detection_postprocess).parse_attributes(options, error);
  INFO(error);
  REQUIRE(error.empty());
  const std::vector<Operand> inputs = {
      {DType::f32, {1, boxes, 4}}, {DType::f32, {1, boxes, 2}}, {DType::f32, {boxes, 4}}};
  Graph graph = one_node(Op::detection_postprocess, inputs, {DType::f32, {1, 3, 4}}, attributes);
  for (const Shape& shape : {Shape{1, 3}, Shape{1, 3}, Shape{1}})
    graph.outputs.push_back(add_tensor(graph, {.name = "more", .type = {DType::f32, shape}}));
  graph.nodes[0].outputs = graph.outputs;
  REQUIRE(check_operators(graph).empty());
  const std::vector<float> encodings(anchors.size());
  std::vector<Value> values;
  for (const std::vector<float>* numbers : {&encodings, &scores, &anchors})
    values.push_back(
        Value::of(graph.at(graph.inputs.at(values.size())).type, std::as_bytes(std::span(*numbers))));
  const std::vector<Value> results = Evaluator(graph).run(values);
  const auto numbers = [&](size_t i) {
    const auto elements = results[i].as<float>();
    return std::vector<float>(elements.begin(), elements.end());
  };
  return {numbers(0), numbers(1), numbers(2), numbers(3)[0]};
}

// The first two overlap by 9 / 11, the third stands apart.
const std::vector<float> anchors = {0.5f, 0.5f, 1, 1, 0.6f, 0.5f, 1, 1, 3, 3, 1, 2};

}  // namespace

TEST_CASE("the best of boxes that overlap is a detection, in its best class", "[ops][detection]") {
  const Found found = detected(anchors, {0.1f, 0.6f, 0.8f, 0.2f, 0.7f, 0.7f}, {{"score_threshold", 0.5f}});
  CHECK(found.count == 2);
  CHECK(found.scores == std::vector<float>{0.8f, 0.7f, 0});
  CHECK(found.classes == std::vector<float>{0, 0, 0});  // of equal scores the first class
  CHECK(std::vector<float>(found.boxes.begin() + 4, found.boxes.end()) ==
        std::vector<float>{2.5f, 2, 3.5f, 4, 0, 0, 0, 0});
}

TEST_CASE("classes searched by themselves share the places", "[ops][detection]") {
  const Found found = detected(anchors, {0.1f, 0.6f, 0.8f, 0.2f, 0.7f, 0.7f},
                               {{"score_threshold", 0.5f}, {"by_class", true}});
  CHECK(found.count == 3);
  // Of equal scores the earlier class stands in front; 0.6 has no place left.
  CHECK(found.scores == std::vector<float>{0.8f, 0.7f, 0.7f});
  CHECK(found.classes == std::vector<float>{0, 0, 1});
  const Found one = detected(anchors, {0.1f, 0.6f, 0.8f, 0.2f, 0.7f, 0.7f},
                             {{"score_threshold", 0.5f}, {"by_class", true}, {"detections_per_class", 1}});
  CHECK(one.scores == std::vector<float>{0.8f, 0.7f, 0});
  CHECK(one.classes == std::vector<float>{0, 1, 0});
}

TEST_CASE("boxes overlap up to the threshold", "[ops][detection]") {
  const std::vector<float> scores = {0.9f, 0, 0.8f, 0, 0, 0};
  CHECK(detected(anchors, scores, {{"score_threshold", 0.5f}, {"overlap_threshold", 0.9f}}).count == 2);
  CHECK(detected(anchors, scores, {{"score_threshold", 0.5f}, {"overlap_threshold", 0.8f}}).count == 1);
}

}  // namespace burin::test
