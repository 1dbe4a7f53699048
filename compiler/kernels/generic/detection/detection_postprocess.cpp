#include <algorithm>

#include "generic/detection_postprocess.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/detection/attributes.hpp"
#include "ops/detection/detection_postprocess.hpp"

namespace burin {

using namespace detection_postprocess;
namespace {

struct DetectionGeometry {
  int32_t boxes;
  int32_t encoding_width;
  int32_t columns;
  int32_t classes;
  int32_t detections;
  int32_t detections_per_class;
  bool by_class;

  template <class Visit>
  void fields(Visit visit) const {
    visit("boxes", boxes);
    visit("encoding_width", encoding_width);
    visit("columns", columns);
    visit("classes", classes);
    visit("detections", detections);
    visit("detections_per_class", detections_per_class);
    visit("by_class", by_class);
  }
};

class DetectionPostprocessKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"DetectionPostprocess", Op::detection_postprocess, KernelSet::generic,
                                       "generic/detection_postprocess.hpp",
                                       "A search for the best box left, once a detection."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    const DetectionAttributes& a = attributes_of(view);
    const int32_t boxes = shape_of(view, encodings_operand)[1];
    KernelCall call;
    call.geometry = Geometry(DetectionGeometry{.boxes = boxes,
                                               .encoding_width = shape_of(view, encodings_operand)[2],
                                               .columns = shape_of(view, scores_operand)[2],
                                               .classes = a.classes,
                                               .detections = a.max_detections,
                                               .detections_per_class = a.detections_per_class,
                                               .by_class = a.by_class});
    call.arguments = {operand_argument(view, encodings_operand, "encodings", call)};
    call.arguments.push_back(operand_argument(view, scores_operand, "scores", call));
    call.arguments.push_back(operand_argument(view, anchors_operand, "anchors", call));
    for (const float number :
         {a.score_threshold, a.overlap_threshold, a.y_scale, a.x_scale, a.h_scale, a.w_scale})
      call.arguments.emplace_back(number);
    for (size_t i = 0; i < 4; ++i) call.arguments.emplace_back(OutputArgument{i});
    call.arguments.emplace_back(ScratchArgument{});
    call.scratch_bytes = burin_kernels::DetectionFacts::scratch_bytes(boxes, a.max_detections);
    const int64_t searches =
        a.by_class ? int64_t{a.classes} * std::min(a.detections_per_class, boxes) : a.max_detections;
    call.work = {.instructions = 60 * int64_t{boxes} * searches + 8 * int64_t{boxes} * a.classes,
                 .float_products = 10 * int64_t{boxes} * searches,
                 .float_functions = 2 * int64_t{boxes}};
    call.code_bytes = 900;
    return call;
  }
};

}  // namespace

const Kernel& detection_postprocess_kernel() {
  static const DetectionPostprocessKernel instance;
  return instance;
}

}  // namespace burin
