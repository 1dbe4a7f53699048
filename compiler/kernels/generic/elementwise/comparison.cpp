#include "kernels/generic/elementwise/comparison.hpp"

#include "kernels/generic/elementwise/binary.hpp"
#include "kernels/geometry.hpp"

namespace burin {

using namespace comparison;

namespace {

struct RelationGeometry {
  int32_t relation;

  template <class Visit>
  void fields(Visit visit) const {
    visit("relation", relation);
  }
};

}  // namespace

std::variant<KernelCall, Refusal> ComparisonKernel::lower(const NodeView& view,
                                                          const LoweringContext&) const {
  for (size_t i = 0; i < 2; ++i)
    if (view.input(i).is_constant() && has_dtype(view.input(i), DType::s64))
      return Refusal{"an int64 operand is computed"};
  if (!is_logical(relation_) && !compares_as_stored(view)) return Refusal{"it compares what is stored"};
  KernelCall call;
  describe_broadcast(view, call);
  call.geometry.append(RelationGeometry{static_cast<int32_t>(relation_)});
  call.work.instructions = 30 + 12 * view.output().type.shape.elements();
  call.code_bytes = 90;
  return call;
}

std::variant<KernelCall, Refusal> ScaledComparisonKernel::lower(const NodeView& view,
                                                                const LoweringContext& context) const {
  if (compares_as_stored(view)) return Refusal{"what is stored can be compared"};
  std::vector<int32_t> quantization;
  for (const size_t i : {size_t{0}, size_t{1}}) {
    const ScaledOperand operand = scaled_operand(view, i);
    quantization.insert(quantization.end(),
                        {operand.zero_point, operand.factor.multiplier, operand.factor.shift});
  }
  KernelCall call;
  describe_broadcast(view, call);
  call.geometry.append(RelationGeometry{static_cast<int32_t>(relation_)});
  call.geometry.append(RoundingGeometry(context.rounding));
  call.arguments.push_back(ConstantArgument{call.constants.size()});
  call.constants.push_back({"quantization", ElementType::s32, Constant::of(quantization), 4});
  const int64_t elements = view.output().type.shape.elements();
  call.work = {.instructions = 30 + 16 * elements, .requantizations = 2 * elements};
  call.code_bytes = 200;
  return call;
}

}  // namespace burin
