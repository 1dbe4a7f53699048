#include "ops/reduction/argument.hpp"

#include "kernels/argument.hpp"
#include "ops/constraints.hpp"
#include "ops/elementwise.hpp"
#include "ops/movement/movement.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"the input is float32, int8, uint8, int16 or int32 and not empty, the output int32 or int64",
     [](const NodeView& v) {
       const DType from = v.input(0).type.dtype;
       return from != DType::s64 && from != DType::boolean &&
              (has_dtype(v.output(), DType::s32) || has_dtype(v.output(), DType::s64)) &&
              v.input(0).type.shape.elements() > 0;
     }},
    {"the axis is constant and one of the input's",
     [](const NodeView& v) {
       return axis_of(v) >= 0 && static_cast<size_t>(axis_of(v)) < v.input(0).type.shape.rank();
     }},
};

// The input as [outer, length, inner].
struct ArgumentExtents {
  int64_t outer, length, inner;
};
ArgumentExtents extents_of(const NodeView& view) {
  const Shape& shape = view.input(0).type.shape;
  const auto axis = static_cast<size_t>(axis_of(view));
  return {shape.elements(0, axis), shape.dims()[axis], shape.elements(axis + 1, shape.rank())};
}

}  // namespace

Attributes ArgumentOperator::parse_attributes(const std::vector<NamedAttribute>& list,
                                              std::string& error) const {
  return attributes_from_list<AxisAttributes>(list, error);
}

std::span<const Constraint> ArgumentOperator::constraints() const {
  return constraint_list;
}

std::vector<TensorType> ArgumentOperator::infer(const NodeView& view) const {
  return {{view.output().type.dtype, without_axis(view.input(0).type.shape, axis_of(view))}};
}

void ArgumentOperator::evaluate(const Evaluation& evaluation) const {
  const ArgumentExtents e = extents_of(evaluation.view);
  const Value& input = evaluation.input(0);
  const auto beats = [&](size_t a, size_t b) {
    if (input.type.dtype == DType::f32) {
      const auto values = input.as<float>();
      return greater_ ? values[a] > values[b] : values[a] < values[b];
    }
    return greater_ ? input.integer(a) > input.integer(b) : input.integer(a) < input.integer(b);
  };
  size_t next = 0;
  for (int64_t outer = 0; outer < e.outer; ++outer)
    for (int64_t inner = 0; inner < e.inner; ++inner) {
      const auto at = [&](int64_t i) {
        return static_cast<size_t>((outer * e.length + i) * e.inner + inner);
      };
      int64_t best = 0;
      for (int64_t i = 1; i < e.length; ++i)
        if (beats(at(i), at(best))) best = i;
      evaluation.output().set_integer(next++, best);
    }
}

std::variant<KernelCall, Refusal> ArgumentKernel::lower(const NodeView& view, const LoweringContext&) const {
  const ArgumentExtents e = extents_of(view);
  KernelCall call;
  call.geometry = {{"outer", static_cast<int32_t>(e.outer)},
                   {"length", static_cast<int32_t>(e.length)},
                   {"inner", static_cast<int32_t>(e.inner)},
                   {"greater", greater_ ? 1 : 0}};
  call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}};
  call.work.instructions = 40 + 9 * e.outer * e.length * e.inner;
  call.code_bytes = 100;
  return call;
}

}  // namespace burin
