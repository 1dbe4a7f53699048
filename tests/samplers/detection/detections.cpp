// Boxes of objects.
#include "ops/detection/attributes.hpp"
#include "ops/operator.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin {

Graph sample_detection_postprocess(Random& random) {
  const int32_t boxes = random.integer(1, 24);
  DetectionAttributes attributes{.classes = random.integer(1, 4),
                                 .max_detections = random.integer(1, 8),
                                 .detections_per_class = random.integer(1, 5),
                                 .by_class = random.chance(0.5),
                                 .score_threshold = static_cast<float>(random.real(-0.5, 0.5)),
                                 .overlap_threshold = static_cast<float>(random.real(0.05, 1))};
  for (float* scale : {&attributes.y_scale, &attributes.x_scale, &attributes.h_scale, &attributes.w_scale})
    *scale = static_cast<float>(random.real(0.5, 10));
  const int32_t columns = attributes.classes + (random.chance(0.5) ? 1 : 0);
  Graph graph;
  const TensorId encodings = sample_tensor(graph, random, "encodings", DType::f32,
                                           {1, boxes, random.chance(0.8) ? 4 : random.integer(5, 6)});
  const TensorId scores = sample_tensor(graph, random, "scores", DType::f32, {1, boxes, columns});
  const TensorId anchors = sample_tensor(graph, random, "anchors", DType::f32, {boxes, 4});
  std::vector<float> places;
  for (int32_t i = 0; i < boxes; ++i)
    for (int k = 0; k < 4; ++k)
      places.push_back(static_cast<float>(k < 2 ? random.real(0, 1) : random.real(0.1, 0.6)));
  graph.at(anchors).constant = Constant::of(places);
  graph.inputs = {encodings, scores};
  Node node{.op = Op::detection_postprocess,
            .inputs = {encodings, scores, anchors},
            .outputs = {},
            .attributes = Attributes::of(attributes),
            .name = "sample",
            .source_index = 0};
  const std::vector<TensorType> types = operator_of(node).infer({graph, node});
  for (const TensorType& type : types)
    node.outputs.push_back(sample_tensor(graph, random, "output", type.dtype, type.shape));
  graph.outputs = node.outputs;
  graph.nodes.push_back(std::move(node));
  return graph;
}

}  // namespace burin
