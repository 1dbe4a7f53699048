// DETECTION_POSTPROCESS, the custom operator TFLite_Detection_PostProcess at the end of SSD models: boxes
// from what a network says about anchors, without those that overlap better ones.
//
// Operands: encodings [1, boxes, 4 or more] of center and size, y x h w; scores [1, boxes, classes], or one
// class more in front for the background; anchors [boxes, 4], y x h w. Outputs: boxes [1, detections, 4],
// ymin xmin ymax xmax; classes and scores [1, detections]; how many detections there are [1]. All float32.
// Beyond that number the outputs are 0.

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "ops/constraints.hpp"
#include "ops/detection/attributes.hpp"
#include "ops/detection/detection_postprocess.hpp"

namespace burin {

using namespace detection_postprocess;

namespace {

constexpr int32_t most_detections = 65536;
constexpr int32_t most_boxes = 1 << 20;

bool shapes_fit(const NodeView& view) {
  const Shape& encodings = shape_of(view, encodings_operand);
  const Shape& scores = shape_of(view, scores_operand);
  const Shape& anchors = shape_of(view, anchors_operand);
  return encodings.rank() == 3 && scores.rank() == 3 && anchors.rank() == 2 && encodings[0] == 1 &&
         scores[0] == 1 && encodings[1] > 0 && encodings[1] <= most_boxes && scores[1] == encodings[1] &&
         anchors[0] == encodings[1] && encodings[2] >= 4 && anchors[1] == 4;
}

constexpr Constraint constraint_list[] = {
    {"operands and outputs are all float32",
     [](const NodeView& v) {
       for (size_t i = 0; i < 3; ++i)
         if (!has_dtype(v.input(i), DType::f32)) return false;
       for (size_t i = 0; i < 4; ++i)
         if (!has_dtype(v.output(i), DType::f32)) return false;
       return true;
     }},
    {"encodings are [1, boxes, 4 or more], scores [1, boxes, classes] and anchors [boxes, 4], for at most "
     "2^20 boxes",
     shapes_fit, DiagnosticCode::E0303},
    {"scores are of all classes, or of one more for the background",
     [](const NodeView& v) {
       const int32_t scores = shape_of(v, scores_operand)[2];
       return attributes_of(v).classes > 0 &&
              (scores == attributes_of(v).classes || scores - 1 == attributes_of(v).classes);
     },
     DiagnosticCode::E0303},
    {"there are 1 to 65536 detections, and 1 or more of a class",
     [](const NodeView& v) {
       return attributes_of(v).max_detections > 0 && attributes_of(v).max_detections <= most_detections &&
              attributes_of(v).detections_per_class > 0;
     }},
    {"the overlap's threshold is above 0 and at most 1, and no scale is 0",
     [](const NodeView& v) {
       const DetectionAttributes& a = attributes_of(v);
       return a.overlap_threshold > 0 && a.overlap_threshold <= 1 && a.y_scale != 0 && a.x_scale != 0 &&
              a.h_scale != 0 && a.w_scale != 0;
     }},
};

struct Box {
  float y_low, x_low, y_high, x_high;

  float area() const { return (y_high - y_low) * (x_high - x_low); }
};

Box decoded(const DetectionAttributes& a, const float* code, const float* anchor) {
  const auto real = [](float x) { return static_cast<double>(x); };
  const auto center = [&](int i, float scale) {
    return static_cast<float>(real(code[i]) / real(scale) * real(anchor[i + 2]) + real(anchor[i]));
  };
  const auto half = [&](int i, float scale) {
    return static_cast<float>(0.5 * std::exp(real(code[i]) / real(scale)) * real(anchor[i]));
  };
  const float y = center(0, a.y_scale);
  const float x = center(1, a.x_scale);
  const float h = half(2, a.h_scale);
  const float w = half(3, a.w_scale);
  return {y - h, x - w, y + h, x + w};
}

float overlap(const Box& a, const Box& b) {
  if (a.area() <= 0 || b.area() <= 0) return 0;
  const float height = std::max(std::min(a.y_high, b.y_high) - std::max(a.y_low, b.y_low), 0.0f);
  const float width = std::max(std::min(a.x_high, b.x_high) - std::max(a.x_low, b.x_low), 0.0f);
  const float shared = height * width;
  return shared / (a.area() + b.area() - shared);
}

// The boxes that no better one suppresses, the best first; of equal scores the first.
std::vector<size_t> survivors(const DetectionAttributes& a, const std::vector<Box>& boxes,
                              const std::vector<float>& scores, int32_t most) {
  std::vector<size_t> order;
  for (size_t i = 0; i < boxes.size(); ++i)
    if (scores[i] >= a.score_threshold) order.push_back(i);
  std::ranges::stable_sort(order, [&](size_t i, size_t j) { return scores[i] > scores[j]; });
  std::vector<size_t> kept;
  for (const size_t candidate : order) {
    if (kept.size() == static_cast<size_t>(most)) break;
    if (std::ranges::none_of(kept, [&](size_t better) {
          return overlap(boxes[better], boxes[candidate]) > a.overlap_threshold;
        }))
      kept.push_back(candidate);
  }
  return kept;
}

struct Detection {
  size_t box;
  int32_t label;
  float score;
};

class DetectionPostprocess final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{
        .op = Op::detection_postprocess,
        .tflite_name = "TFLite_Detection_PostProcess",
        .summary = "Boxes of objects, without those that overlap better ones.",
        .minimum_inputs = 3,
        .maximum_inputs = 3,
        .minimum_outputs = 4,
        .maximum_outputs = 4};
    return facts;
  }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<DetectionAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
  std::vector<TensorType> infer(const NodeView& view) const override {
    const int32_t most = attributes_of(view).max_detections;
    return {{DType::f32, {1, most, 4}}, {DType::f32, {1, most}}, {DType::f32, {1, most}}, {DType::f32, {1}}};
  }
  bool is_channelwise(const NodeView&) const override { return false; }

  void evaluate(const Evaluation& evaluation) const override {
    const NodeView& view = evaluation.view;
    const DetectionAttributes& a = attributes_of(view);
    const auto count = static_cast<size_t>(shape_of(view, encodings_operand)[1]);
    const auto width = static_cast<size_t>(shape_of(view, encodings_operand)[2]);
    const auto columns = static_cast<size_t>(shape_of(view, scores_operand)[2]);
    const auto classes = static_cast<size_t>(a.classes);
    const auto scores = evaluation.input(scores_operand).as<float>();
    const auto score_of = [&](size_t box, size_t label) {
      return scores[box * columns + columns - classes + label];
    };
    std::vector<Box> boxes;
    for (size_t i = 0; i < count; ++i)
      boxes.push_back(decoded(a, &evaluation.input(encodings_operand).as<float>()[i * width],
                              &evaluation.input(anchors_operand).as<float>()[i * 4]));
    std::vector<Detection> found;
    if (a.by_class) {
      std::vector<float> own(count);
      for (size_t label = 0; label < classes; ++label) {
        for (size_t i = 0; i < count; ++i) own[i] = score_of(i, label);
        for (const size_t box : survivors(a, boxes, own, a.detections_per_class))
          found.push_back({box, static_cast<int32_t>(label), own[box]});
        std::ranges::stable_sort(found,
                                 [](const Detection& x, const Detection& y) { return x.score > y.score; });
        if (found.size() > static_cast<size_t>(a.max_detections))
          found.resize(static_cast<size_t>(a.max_detections));
      }
    } else {
      std::vector<float> best(count);
      std::vector<int32_t> labels(count);
      for (size_t i = 0; i < count; ++i) {
        best[i] = score_of(i, 0);
        for (size_t label = 1; label < classes; ++label)
          if (score_of(i, label) > best[i]) {
            best[i] = score_of(i, label);
            labels[i] = static_cast<int32_t>(label);
          }
      }
      for (const size_t box : survivors(a, boxes, best, a.max_detections))
        found.push_back({box, labels[box], best[box]});
    }
    for (size_t i = 0; i < found.size(); ++i) {
      const Box& box = boxes[found[i].box];
      const std::array<float, 4> edges = {box.y_low, box.x_low, box.y_high, box.x_high};
      std::ranges::copy(edges, &evaluation.output(0).as<float>()[4 * i]);
      evaluation.output(1).as<float>()[i] = static_cast<float>(found[i].label);
      evaluation.output(2).as<float>()[i] = found[i].score;
    }
    evaluation.output(3).as<float>()[0] = static_cast<float>(found.size());
  }
};

}  // namespace

const Operator& detection_postprocess_operator() {
  static const DetectionPostprocess instance;
  return instance;
}

}  // namespace burin
