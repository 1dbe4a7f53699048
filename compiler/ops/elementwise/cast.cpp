// CAST: the same numbers in another type. What lies beyond the type of the result saturates where it was
// float32, and wraps where it was an integer.

#include <cmath>

#include "ops/elementwise/unary.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"the input is not empty", [](const NodeView& v) { return v.input(0).type.shape.elements() > 0; }},
};

int64_t integer_of(float x, IntegerRange range) {
  if (std::isnan(x)) return 0;
  const double bounded = std::clamp(static_cast<double>(x), static_cast<double>(range.lowest),
                                    static_cast<double>(range.highest));
  // The highest int64 is no double; the next one above it saturates.
  return bounded >= 0x1p63 ? range.highest : static_cast<int64_t>(bounded);
}

int64_t wrapped(int64_t x, DType dtype) {
  switch (dtype) {
    case DType::s8:
      return static_cast<int8_t>(x);
    case DType::u8:
      return static_cast<uint8_t>(x);
    case DType::s16:
      return static_cast<int16_t>(x);
    case DType::s32:
      return static_cast<int32_t>(x);
    case DType::f32:
    case DType::s64:
    case DType::boolean:
      break;
  }
  return x;
}

class Cast final : public UnaryOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::cast,
                                         .tflite_name = "CAST",
                                         .summary = "The same numbers in another type.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

  void evaluate(const Evaluation& evaluation) const override {
    const Value& input = evaluation.input(0);
    Value& output = evaluation.output();
    const DType from = input.type.dtype;
    const DType to = output.type.dtype;
    for (size_t i = 0; i < static_cast<size_t>(output.type.shape.elements()); ++i) {
      if (to == DType::boolean)
        output.set_integer(i, from == DType::f32 ? input.as<float>()[i] != 0 : input.integer(i) != 0);
      else if (from == DType::f32 && to == DType::f32)
        output.as<float>()[i] = input.as<float>()[i];
      else if (from == DType::f32)
        output.set_integer(i, integer_of(input.as<float>()[i], integer_range(to)));
      else if (to == DType::f32)
        output.as<float>()[i] = static_cast<float>(number(input, i));
      else
        output.set_integer(i, wrapped(number(input, i), to));
    }
  }

 protected:
  IntegerFunction integer_function(const NodeView&, Rounding) const override {
    internal_error("CAST evaluates itself", __FILE__, __LINE__);
  }
  RealFunction real_function(const NodeView&) const override {
    internal_error("CAST evaluates itself", __FILE__, __LINE__);
  }

 private:
  // Whatever byte stands for true, it is 1.
  static int64_t number(const Value& value, size_t i) {
    return value.type.dtype == DType::boolean ? (value.integer(i) != 0 ? 1 : 0) : value.integer(i);
  }
};

}  // namespace

const Operator& cast_operator() {
  static const Cast instance;
  return instance;
}

}  // namespace burin
