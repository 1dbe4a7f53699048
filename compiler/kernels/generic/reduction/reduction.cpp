#include "kernels/generic/reduction/reduction.hpp"

#include "kernels/generic/movement/movement.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"
#include "ops/movement/movement.hpp"

namespace burin {

using namespace reduction;
namespace {

struct RealReductionGeometry {
  int32_t kind;
  bool keeps_infinities;

  template <class Visit>
  void fields(Visit visit) const {
    visit("kind", kind);
    visit("keeps_infinities", keeps_infinities);
  }
};

struct AxesGeometry {
  int32_t kept_axes;
  int32_t reduced_axes;

  template <class Visit>
  void fields(Visit visit) const {
    visit("kept_axes", kept_axes);
    visit("reduced_axes", reduced_axes);
  }
};

// Loops over the kept dimensions around loops over the reduced ones, neighbors of a kind joined; each of the
// two has one loop at least.
void describe_reduction(const NodeView& view, KernelCall& call) {
  const std::vector<int64_t> strides = dense_strides(input_shape(view));
  std::vector<Movement::Axis> kept;
  std::vector<Movement::Axis> reduced;
  bool last_reduced = false;
  for (size_t i = 0; i < strides.size(); ++i) {
    const int32_t extent = input_shape(view).dims()[i];
    if (extent == 1) continue;
    std::vector<Movement::Axis>& axes = is_reduced(view, i) ? reduced : kept;
    const bool joins = (!kept.empty() || !reduced.empty()) && last_reduced == is_reduced(view, i);
    if (joins) {
      axes.back().extent *= extent;
      axes.back().stride = strides[i];
    } else {
      axes.push_back({extent, strides[i]});
    }
    last_reduced = is_reduced(view, i);
  }
  if (kept.empty()) kept.push_back({1, 1});
  if (reduced.empty()) reduced.push_back({1, 1});
  call.geometry = Geometry(AxesGeometry{.kept_axes = static_cast<int32_t>(kept.size()),
                                        .reduced_axes = static_cast<int32_t>(reduced.size())});
  std::vector<int32_t> axes;
  for (const std::vector<Movement::Axis>* list : {&kept, &reduced})
    for (const Movement::Axis& axis : *list)
      axes.insert(axes.end(), {axis.extent, static_cast<int32_t>(axis.stride)});
  const KernelArgument input = operand_argument(view, 0, "input", call);
  call.constants.push_back({"axes", ElementType::s32, Constant::of(axes), 4});
  call.arguments = {input, ConstantArgument{call.constants.size() - 1}, OutputArgument{0}};
  call.work.instructions = 60 + 10 * input_shape(view).elements() + 40 * view.output().type.shape.elements();
  call.code_bytes = 260;
}

}  // namespace

std::variant<KernelCall, Refusal> ReductionKernel::lower(const NodeView& view, const LoweringContext&) const {
  if (is_quantized_sum(view)) return Refusal{"it does not scale sums"};
  if (view.input(0).is_constant() && has_dtype(view.input(0), DType::s64))
    return Refusal{"an int64 operand is computed"};
  KernelCall call;
  describe_reduction(view, call);
  call.geometry.append(RealReductionGeometry{.kind = static_cast<int32_t>(kind_),
                                             .keeps_infinities = view.node.keeps_infinities});
  return call;
}

const KernelFacts& QuantizedSumKernel::facts() const {
  static constexpr KernelFacts facts{"SumReduced", Op::sum, KernelSet::generic, "generic/reduction.hpp",
                                     "Sums in int32, and one requantization an output."};
  return facts;
}

std::variant<KernelCall, Refusal> QuantizedSumKernel::lower(const NodeView& view,
                                                            const LoweringContext& context) const {
  if (!is_quantized_sum(view)) return Refusal{"it scales sums of int8 and int16"};
  const IntegerRange range = integer_range(view.output().type.dtype);
  const FixedPointMultiplier factor = sum_factor(view);
  KernelCall call;
  describe_reduction(view, call);
  call.geometry.append(RoundingGeometry(context.rounding));
  call.geometry.append(ClampGeometry{.activation_min = static_cast<int32_t>(range.lowest),
                                     .activation_max = static_cast<int32_t>(range.highest)});
  const auto offset = static_cast<int32_t>(reduced_elements(view) * view.input(0).quantization.zero_point());
  for (const int32_t number :
       {offset, factor.multiplier, factor.shift, view.output().quantization.zero_point()})
    call.arguments.emplace_back(number);
  return call;
}

}  // namespace burin
