// MUL: output = activation(left * right), with broadcasting.

#include <cmath>

#include "arithmetic/requantization_form.hpp"
#include "ops/elementwise/binary.hpp"
#include "ops/elementwise/mul.hpp"
#include "ops/numerics.hpp"

namespace burin {

using namespace mul;

namespace {

constexpr Constraint constraint_list[] = {
    {"operands and output are all int8, uint8, int16, int32, int64 or float32",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       return has_dtype(v.input(0), dtype) && has_dtype(v.input(1), dtype) && dtype != DType::boolean;
     }},
    {broadcasts_sentence, broadcasts},
    {"8-bit and 16-bit operands and output are quantized per tensor, int16 with zero points 0",
     [](const NodeView& v) {
       if (is_plain_integer(v.output())) return true;
       const auto fits = [](const Tensor& t) {
         return is_real(t) && (!has_dtype(t, DType::s16) || t.quantization.zero_point() == 0);
       };
       return fits(v.input(0)) && fits(v.input(1)) && fits(v.output());
     }},
};

class Mul final : public BinaryOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::mul,
                                         .tflite_name = "MUL",
                                         .summary = "Product of two tensors, element by element.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 2,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1,
                                         .activation = true};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
  OperatorTraits traits() const override {
    return {.elementwise = true, .monotone_in_each = true, .linear_time = true};
  }

  void evaluate(const Evaluation& evaluation) const override {
    const NodeView& view = evaluation.view;
    const Value& left = evaluation.input(0);
    const Value& right = evaluation.input(1);
    Value& output = evaluation.output();
    if (has_dtype(view.output(), DType::f32)) {
      const RealRange range = activation_range_f32(view.node);
      for_each_pair(view, [&](size_t o, size_t l, size_t r) {
        output.as<float>()[o] =
            std::clamp(left.as<float>()[l] * right.as<float>()[r], range.lowest, range.highest);
      });
      return;
    }
    if (is_plain_integer(view.output())) {
      for_each_pair(view, [&](size_t o, size_t l, size_t r) {
        const auto factor = static_cast<uint64_t>(right.integer(r));
        output.set_integer(o, plain_integer(static_cast<uint64_t>(left.integer(l)) * factor, view));
      });
      return;
    }
    const FixedPointMultiplier factor = product_factor(view);
    const ClampRange range = activation_range(view.node.activation, view.output());
    for_each_pair(view, [&](size_t o, size_t l, size_t r) {
      const int64_t product = (left.integer(l) - view.input(0).quantization.zero_point()) *
                              (right.integer(r) - view.input(1).quantization.zero_point());
      const int64_t scaled =
          multiply_by_fixed_point(static_cast<int32_t>(product), factor, evaluation.rounding);
      output.set_integer(o, std::clamp<int64_t>(scaled + view.output().quantization.zero_point(),
                                                range.lowest, range.highest));
    });
  }

  int64_t macs(const NodeView& view) const override { return view.output().type.shape.elements(); }
};

}  // namespace

const Operator& mul_operator() {
  static const Mul instance;
  return instance;
}

}  // namespace burin
