// STRIDED_SLICE, as Python slices: the reader resolves masks, negative indices and clamping.
#include "ops/movement/slicing.hpp"

namespace burin {
namespace {

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
};

}  // namespace

const Operator& strided_slice_operator() {
  static const StridedSlice instance;
  return instance;
}

}  // namespace burin
