// CUMSUM: each element is the sum of those before it along an axis, with or without itself.

#include "ops/reduction/cumsum.hpp"
#include "ops/constraints.hpp"
#include "ops/numerics.hpp"
#include "ops/reduction/attributes.hpp"
#include "ops/shifted_terms.hpp"

namespace burin {

using namespace cumsum;

namespace {

constexpr Constraint constraint_list[] = {
    {"input and output are both int8, int32 or float32, int8 quantized per tensor",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       return has_dtype(v.input(0), dtype) && (dtype == DType::f32 || dtype == DType::s32 ||
                                               (dtype == DType::s8 && is_quantized_per_tensor(v.input(0)) &&
                                                is_quantized_per_tensor(v.output())));
     }},
    {"the input is not empty, and the axis constant and one of its axes",
     [](const NodeView& v) {
       return v.input(0).type.shape.elements() > 0 && attributes_of(v).axis >= 0 &&
              static_cast<size_t>(attributes_of(v).axis) < v.input(0).type.shape.rank();
     }},
    {"an int8 output's scale is above 2^-19 of the input's",
     [](const NodeView& v) { return !has_dtype(v.output(), DType::s8) || ShiftedTerms(v).sound(); }},
};

class Cumsum final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::cumsum,
                                         .tflite_name = "CUMSUM",
                                         .summary = "Sums of what stands before each element along an axis.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<CumsumAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
  std::vector<TensorType> infer(const NodeView& view) const override { return {view.input(0).type}; }

  void evaluate(const Evaluation& evaluation) const override {
    const NodeView& view = evaluation.view;
    const Value& input = evaluation.input(0);
    Value& output = evaluation.output();
    if (output.type.dtype == DType::f32) {
      sum_up(
          view, 0.0f, [&](float sum, size_t i) { return sum + input.as<float>()[i]; },
          [&](size_t i, float sum) { output.as<float>()[i] = sum; });
      return;
    }
    if (output.type.dtype == DType::s32) {
      sum_up(
          view, int32_t{0}, [&](int32_t sum, size_t i) { return wrapping_sum(sum, input.as<int32_t>()[i]); },
          [&](size_t i, int32_t sum) { output.as<int32_t>()[i] = sum; });
      return;
    }
    const ShiftedTerms terms(view);
    sum_up(
        view, terms.start(),
        [&](int32_t sum, size_t i) { return wrapping_sum(sum, terms.term(input.integer(i))); },
        [&](size_t i, int32_t sum) { output.set_integer(i, terms.result(sum, evaluation.rounding)); });
  }

 private:
  template <class Number, class Add, class Put>
  static void sum_up(const NodeView& view, Number start, Add add, Put put) {
    const Extents e = extents_of(view);
    const CumsumAttributes& a = attributes_of(view);
    for (int64_t outer = 0; outer < e.outer; ++outer)
      for (int64_t inner = 0; inner < e.inner; ++inner) {
        Number sum = start;
        for (int64_t i = 0; i < e.depth; ++i) {
          const int64_t d = a.reverse ? e.depth - 1 - i : i;
          const auto element = static_cast<size_t>((outer * e.depth + d) * e.inner + inner);
          const Number next = add(sum, element);
          put(element, a.exclusive ? sum : next);
          sum = next;
        }
      }
  }
};

}  // namespace

const Operator& cumsum_operator() {
  static const Cumsum instance;
  return instance;
}

}  // namespace burin
