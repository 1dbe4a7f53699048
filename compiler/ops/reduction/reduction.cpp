#include "ops/reduction/reduction.hpp"

#include <cmath>

#include "ops/constraints.hpp"
#include "ops/movement/movement.hpp"
#include "ops/numerics.hpp"

namespace burin {

using namespace reduction;

namespace {

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
    {"the type is float32, int32, int64, int8 or int16, the last two quantized per tensor, int16 with zero "
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

// ---- its operators ----

const Operator& reduce_max_operator() {
  static const ReductionOperator instance(
      Op::reduce_max, "REDUCE_MAX", "The largest element along some dimensions.", ReductionKind::maximum);
  return instance;
}

const Operator& reduce_min_operator() {
  static const ReductionOperator instance(
      Op::reduce_min, "REDUCE_MIN", "The smallest element along some dimensions.", ReductionKind::minimum);
  return instance;
}

const Operator& reduce_prod_operator() {
  static const ReductionOperator instance(Op::reduce_prod, "REDUCE_PROD",
                                          "Products over some of the dimensions.", ReductionKind::product);
  return instance;
}

const Operator& sum_operator() {
  static const ReductionOperator instance(Op::sum, "SUM", "Sums over some of the dimensions.",
                                          ReductionKind::sum);
  return instance;
}

}  // namespace burin
