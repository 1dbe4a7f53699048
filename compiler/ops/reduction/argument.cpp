#include "ops/reduction/argument.hpp"

#include "ops/constraints.hpp"
#include "ops/movement/movement.hpp"

namespace burin {

using namespace argument;

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

// ---- its operators ----

const Operator& arg_max_operator() {
  static const ArgumentOperator instance(Op::arg_max, "ARG_MAX",
                                         "The place of the largest element along a dimension.", true);
  return instance;
}

const Operator& arg_min_operator() {
  static const ArgumentOperator instance(Op::arg_min, "ARG_MIN",
                                         "The place of the smallest element along a dimension.", false);
  return instance;
}

}  // namespace burin
