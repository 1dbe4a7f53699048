// SLICE: a block of neighbours. TFLite's operands for beginning and size become attributes.
#include "ops/movement/slicing.hpp"

namespace burin {
namespace {

class Slice final : public SliceOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::slice,
                                         .tflite_name = "SLICE",
                                         .summary = "A block of neighbouring elements.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }

  Result<NodeDraft> read_tflite(const SourceOperator& source) const override {
    const auto begin = source.constant_integers(1);
    const auto size = source.constant_integers(2);
    const std::vector<int32_t>& dims = source.input(0).type.shape.dims();
    if (!begin || !size || begin->size() != dims.size() || size->size() != dims.size())
      return Diagnostic{.code = DiagnosticCode::E0402,
                        .message = "beginning and size are not constants with one element an axis",
                        .help = "make the slice's bounds constant"};
    SliceAttributes slice;
    for (size_t i = 0; i < dims.size(); ++i) {
      const int64_t first = std::clamp<int64_t>((*begin)[i], -1, dims[i]);
      const int64_t count =
          (*size)[i] == -1 ? dims[i] - first : std::clamp<int64_t>((*size)[i], 0, INT32_MAX);
      slice.begin.push_back(static_cast<int32_t>(first));
      slice.step.push_back(1);
      slice.extent.push_back(static_cast<int32_t>(count));
    }
    return NodeDraft{.inputs = {source.inputs().at(0)}, .attributes = Attributes::of(std::move(slice))};
  }
};

}  // namespace

const Operator& slice_operator() {
  static const Slice instance;
  return instance;
}

const Kernel& slice_copy_kernel() {
  static const StridedCopyKernel instance(Op::slice);
  return instance;
}

}  // namespace burin
