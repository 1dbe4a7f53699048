// STRIDED_SLICE, as Python slices: the reader resolves masks, negative indices and clamping.
#include "ops/movement/slicing.hpp"

namespace burin {
namespace {

// What a TFLite operator says about one axis.
struct AxisSlice {
  int64_t begin;
  int64_t end;
  int64_t step;
  bool from_start;  // `begin` is ignored
  bool to_end;      // `end` is ignored
  bool single;      // one element; the axis is dropped from the output
};

void append_axis(SliceAttributes& slice, const AxisSlice& axis, int64_t dim) {
  // A slice backwards may end in front of the first element.
  const int64_t lowest = axis.step > 0 ? 0 : -1;
  const int64_t highest = axis.step > 0 ? dim : dim - 1;
  const auto resolved = [&](int64_t index) {
    return std::clamp(index < 0 ? index + dim : index, lowest, highest);
  };
  const int64_t begin = axis.from_start ? (axis.step > 0 ? 0 : dim - 1) : resolved(axis.begin);
  const int64_t end = axis.to_end ? (axis.step > 0 ? dim : -1) : resolved(axis.end);
  const int64_t sign = axis.step > 0 ? 1 : -1;
  const int64_t extent = axis.single ? 1 : std::max<int64_t>(0, (end - begin + axis.step - sign) / axis.step);
  slice.begin.push_back(static_cast<int32_t>(begin));
  slice.step.push_back(static_cast<int32_t>(axis.single ? 1 : axis.step));
  slice.extent.push_back(static_cast<int32_t>(extent));
}

Diagnostic refusal(const char* message) {
  return {.code = DiagnosticCode::E0402, .message = message, .help = "make the slice's bounds constant"};
}

class StridedSlice final : public SliceOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{
        .op = Op::strided_slice,
        .tflite_name = "STRIDED_SLICE",
        .summary = "Every step-th element along each axis, between two bounds.",
        .minimum_inputs = 1,
        .maximum_inputs = 1,
        .minimum_outputs = 1,
        .maximum_outputs = 1};
    return facts;
  }

  Result<NodeDraft> read_tflite(const SourceOperator& source) const override {
    const auto begin = source.constant_integers(1);
    const auto end = source.constant_integers(2);
    const auto step = source.constant_integers(3);
    if (!begin || !end || !step) return refusal("beginning, end and steps are not constant");
    if (end->size() != begin->size() || step->size() != begin->size() || begin->size() > 32)
      return refusal("beginning, end and steps are not of one length");
    const auto masked = [&](const char* mask, size_t i) { return (source.integer(mask) >> i & 1) != 0; };
    const std::vector<int32_t>& dims = source.input(0).type.shape.dims();
    size_t consumed = 0;  // axes that the entries besides an ellipsis stand for
    for (size_t i = 0; i < begin->size(); ++i)
      if (!masked("ellipsis_mask", i) && !masked("new_axis_mask", i)) ++consumed;
    if (consumed > dims.size()) return refusal("the slice has more axes than its input");
    SliceAttributes slice;
    const auto append_whole = [&] {
      append_axis(slice, {0, 0, 1, true, true, false}, dims[slice.begin.size()]);
    };
    for (size_t i = 0; i < begin->size(); ++i) {
      if (masked("ellipsis_mask", i)) {
        for (size_t missing = dims.size() - consumed; missing > 0; --missing) append_whole();
        consumed = dims.size();
      } else if (!masked("new_axis_mask", i)) {
        const int64_t stride = (*step)[i];
        if (stride == 0 || std::abs(stride) > INT32_MAX) return refusal("a step is 0");
        const int64_t last = source.integer("offset") != 0 ? (*begin)[i] + (*end)[i] : (*end)[i];
        append_axis(slice,
                    {(*begin)[i], last, stride, masked("begin_mask", i), masked("end_mask", i),
                     masked("shrink_axis_mask", i)},
                    dims[slice.begin.size()]);
      }
    }
    while (slice.begin.size() < dims.size()) append_whole();
    return NodeDraft{.inputs = {source.inputs().at(0)}, .attributes = Attributes::of(std::move(slice))};
  }
};

}  // namespace

const Operator& strided_slice_operator() {
  static const StridedSlice instance;
  return instance;
}

const Kernel& strided_slice_copy_kernel() {
  static const StridedCopyKernel instance(Op::strided_slice);
  return instance;
}

}  // namespace burin
