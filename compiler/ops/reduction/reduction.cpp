#include "ops/reduction/reduction.hpp"

#include <cmath>

#include "kernels/reduction.hpp"
#include "ops/constraints.hpp"
#include "ops/elementwise.hpp"
#include "ops/movement/movement.hpp"
#include "ops/numerics.hpp"

namespace burin {
namespace {

const Shape& input_shape(const NodeView& view) {
  return view.input(0).type.shape;
}

bool is_reduced(const NodeView& view, size_t dimension) {
  const std::vector<int32_t>& axes = view.attributes<ReductionAttributes>().axes;
  return std::ranges::find(axes, static_cast<int32_t>(dimension)) != axes.end();
}

bool is_quantized_sum(const NodeView& view) {
  return view.node.op == Op::sum &&
         (has_dtype(view.output(), DType::s8) || has_dtype(view.output(), DType::s16));
}

int64_t reduced_elements(const NodeView& view) {
  return input_shape(view).elements() / view.output().type.shape.elements();
}

constexpr Constraint common[] = {
    {"input and output have the same type, and the input is not empty",
     [](const NodeView& v) {
       return v.input(0).type.dtype == v.output().type.dtype && input_shape(v).elements() > 0;
     }},
    {"the axes are constant and the input's",
     [](const NodeView& v) {
       const auto rank = static_cast<int32_t>(input_shape(v).rank());
       return std::ranges::all_of(v.attributes<ReductionAttributes>().axes,
                                  [&](int32_t axis) { return axis >= 0 && axis < rank; });
     }},
};
constexpr Constraint extremum_list[] = {
    common[0],
    common[1],
};
constexpr Constraint sum_list[] = {
    common[0],
    common[1],
    {"the type is float32, int32, int64, int8 or int16, the last two quantised per tensor, int16 with zero "
     "points 0",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       if (dtype == DType::f32 || dtype == DType::s32 || dtype == DType::s64) return true;
       if (!is_quantized_per_tensor(v.input(0)) || !is_quantized_per_tensor(v.output())) return false;
       return dtype == DType::s8 || (dtype == DType::s16 && v.input(0).quantization.zero_point() == 0 &&
                                     v.output().quantization.zero_point() == 0);
     }},
    {"a sum of int8 is of at most 2^22 elements, of int16 2^15",
     [](const NodeView& v) {
       if (!is_quantized_sum(v)) return true;
       const int64_t elements = v.output().type.shape.elements();
       return elements > 0 ? reduced_elements(v) <= (has_dtype(v.output(), DType::s8) ? 1 << 22 : 1 << 15)
                           : true;
     }},
};
constexpr Constraint product_list[] = {
    common[0],
    common[1],
    {"the type is float32, int32 or int64",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       return dtype == DType::f32 || dtype == DType::s32 || dtype == DType::s64;
     }},
};

FixedPointMultiplier sum_factor(const NodeView& view) {
  return fixed_point(static_cast<double>(view.input(0).quantization.scale()) /
                     static_cast<double>(view.output().quantization.scale()));
}

// Calls visit(element of the input, element of the output), in the input's order.
template <class Visit>
void for_each_element(const NodeView& view, Visit visit) {
  const Shape& shape = input_shape(view);
  std::vector<int32_t> index(shape.rank());
  for (size_t element = 0; element < static_cast<size_t>(shape.elements()); ++element) {
    size_t target = 0;
    for (size_t i = 0; i < index.size(); ++i)
      if (!is_reduced(view, i))
        target = target * static_cast<size_t>(shape.dims()[i]) + static_cast<size_t>(index[i]);
    visit(element, target);
    for (size_t i = index.size(); i-- > 0;) {
      if (++index[i] < shape.dims()[i]) break;
      index[i] = 0;
    }
  }
}

template <class Number>
Number combined(ReductionKind kind, Number a, Number b) {
  switch (kind) {
    case ReductionKind::sum:
      return a + b;
    case ReductionKind::maximum:
      return b > a ? b : a;
    case ReductionKind::minimum:
      return b < a ? b : a;
    case ReductionKind::product:
      return a * b;
  }
  return a;
}

// What integers of the type wrap to.
int64_t narrowed(uint64_t value, DType dtype) {
  return dtype == DType::s32 ? static_cast<int32_t>(value) : static_cast<int64_t>(value);
}

}  // namespace

Attributes ReductionOperator::parse_attributes(const std::vector<NamedAttribute>& list,
                                               std::string& error) const {
  return attributes_from_list<ReductionAttributes>(list, error);
}

std::span<const Constraint> ReductionOperator::constraints() const {
  switch (kind_) {
    case ReductionKind::sum:
      return sum_list;
    case ReductionKind::product:
      return product_list;
    default:
      return extremum_list;
  }
}

std::vector<TensorType> ReductionOperator::infer(const NodeView& view) const {
  std::vector<int32_t> dims;
  for (size_t i = 0; i < input_shape(view).rank(); ++i) {
    if (!is_reduced(view, i))
      dims.push_back(input_shape(view).dims()[i]);
    else if (view.attributes<ReductionAttributes>().keep_dims)
      dims.push_back(1);
  }
  return {{view.input(0).type.dtype, Shape(std::move(dims))}};
}

void ReductionOperator::evaluate(const Evaluation& evaluation) const {
  const NodeView& view = evaluation.view;
  const Value& input = evaluation.input(0);
  Value& output = evaluation.output();
  const auto count = static_cast<size_t>(output.type.shape.elements());
  std::vector<bool> begun(count);
  if (output.type.dtype == DType::f32) {
    const RealRange range = activation_range_f32(view.node);
    for_each_element(view, [&](size_t from, size_t to) {
      const float x = input.as<float>()[from];
      float& y = output.as<float>()[to];
      if (begun[to])
        y = combined(kind_, y, x);
      else if (kind_ == ReductionKind::maximum)
        y = combined(kind_, range.lowest, x);
      else if (kind_ == ReductionKind::minimum)
        y = combined(kind_, range.highest, x);
      else
        y = x;
      begun[to] = true;
    });
    return;
  }
  std::vector<int64_t> results(count);
  for_each_element(view, [&](size_t from, size_t to) {
    const int64_t x = input.integer(from);
    const bool wraps = kind_ == ReductionKind::sum || kind_ == ReductionKind::product;
    if (!begun[to])
      results[to] = x;
    else if (wraps)
      results[to] = narrowed(combined(kind_, static_cast<uint64_t>(results[to]), static_cast<uint64_t>(x)),
                             output.type.dtype);
    else
      results[to] = combined(kind_, results[to], x);
    begun[to] = true;
  });
  for (size_t i = 0; i < count; ++i) {
    int64_t result = results[i];
    if (is_quantized_sum(view)) {
      const IntegerRange range = integer_range(output.type.dtype);
      const int64_t offset = reduced_elements(view) * view.input(0).quantization.zero_point();
      result = std::clamp<int64_t>(int64_t{multiply_by_fixed_point(static_cast<int32_t>(result - offset),
                                                                   sum_factor(view), evaluation.rounding)} +
                                       view.output().quantization.zero_point(),
                                   range.lowest, range.highest);
    }
    output.set_integer(i, result);
  }
}

namespace {

// Loops over the kept dimensions around loops over the reduced ones, neighbours of a kind joined; each of the
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
  call.geometry = {{"kept_axes", static_cast<int32_t>(kept.size())},
                   {"reduced_axes", static_cast<int32_t>(reduced.size())}};
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
  call.geometry.emplace_back("kind", static_cast<int32_t>(kind_));
  call.geometry.emplace_back("keeps_infinities", view.node.keeps_infinities ? 1 : 0);
  return call;
}

const KernelFacts& QuantizedSumKernel::facts() const {
  static constexpr KernelFacts facts{"SumReduced", Op::sum, KernelSet::generic, "kernels/reduction.hpp",
                                     "Sums in int32, and one requantisation an output."};
  return facts;
}

std::variant<KernelCall, Refusal> QuantizedSumKernel::lower(const NodeView& view,
                                                            const LoweringContext& context) const {
  if (!is_quantized_sum(view)) return Refusal{"it scales sums of int8 and int16"};
  const IntegerRange range = integer_range(view.output().type.dtype);
  const FixedPointMultiplier factor = sum_factor(view);
  KernelCall call;
  describe_reduction(view, call);
  call.geometry.insert(call.geometry.end(), {{"round_once", context.rounding == Rounding::litert ? 1 : 0},
                                             {"lowest", static_cast<int32_t>(range.lowest)},
                                             {"highest", static_cast<int32_t>(range.highest)}});
  const auto offset = static_cast<int32_t>(reduced_elements(view) * view.input(0).quantization.zero_point());
  for (const int32_t number :
       {offset, factor.multiplier, factor.shift, view.output().quantization.zero_point()})
    call.arguments.emplace_back(number);
  return call;
}

}  // namespace burin
