// SOFTMAX over the last dimension: output = exp(beta * input) / sum of exp(beta * input).

#include <cmath>

#include "ops/constraints.hpp"
#include "ops/fixed_point.hpp"
#include "ops/numerics.hpp"
#include "ops/reduction/attributes.hpp"
#include "ops/reduction/exponentials.hpp"
#include "ops/reduction/softmax.hpp"
#include "ops/reduction/softmax_s16.hpp"

namespace burin {

using namespace softmax;

namespace {

constexpr Constraint constraint_list[] = {
    {"int8 becomes int8 or int16, uint8 uint8, int16 int16, and float32 float32",
     [](const NodeView& v) {
       const DType from = v.input(0).type.dtype;
       const DType to = v.output().type.dtype;
       return (from == DType::s8 && (to == DType::s8 || to == DType::s16)) ||
              (from == to && (from == DType::u8 || from == DType::s16 || from == DType::f32));
     }},
    {"the last dimension has 1 to 4095 elements, and no other is empty",
     [](const NodeView& v) {
       const Shape& shape = v.input(0).type.shape;
       return shape.rank() > 0 && shape.elements() > 0 && shape[-1] < 4096;
     }},
    {"beta is positive", [](const NodeView& v) { return v.attributes<SoftmaxAttributes>().beta > 0; }},
    {"integer input is quantized per tensor, and integer output spreads 0 to 1 over its type: scale 1/256 "
     "from "
     "the lowest value, for int16 1/65536, from int16 to int16 1/32768 and zero points 0",
     [](const NodeView& v) {
       if (has_dtype(v.input(0), DType::f32)) return true;
       if (!is_quantized_per_tensor(v.input(0)) || !is_quantized_per_tensor(v.output())) return false;
       if (is_s16(v))
         return v.input(0).quantization.zero_point() == 0 && v.output().quantization.zero_point() == 0 &&
                std::abs(v.output().quantization.scale() * 32768 - 1) <= 0.001f;
       const DType type = v.output().type.dtype;
       const Quantization& q = v.output().quantization;
       const float scale = type == DType::s16 ? 1.0f / 65536 : 1.0f / 256;
       const float tolerance = type == DType::s16 ? scale * 0.001f : 0;
       return std::abs(q.scale() - scale) <= tolerance && q.zero_point() == integer_range(type).lowest;
     }},
    {"beta times the input's scale is above 2^-26, of int16 below 4",
     [](const NodeView& v) {
       if (has_dtype(v.input(0), DType::f32)) return true;
       const double product = static_cast<double>(v.attributes<SoftmaxAttributes>().beta) *
                              static_cast<double>(v.input(0).quantization.scale());
       return product > 0x1p-26 && (!is_s16(v) || product < 4);
     }},
};

class Softmax final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::softmax,
                                         .tflite_name = "SOFTMAX",
                                         .summary = "Exponentials over the last dimension, summing to 1.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }

  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<SoftmaxAttributes>(list, error);
  }

  std::span<const Constraint> constraints() const override { return constraint_list; }

  std::vector<TensorType> infer(const NodeView& view) const override {
    return {{view.output().type.dtype, view.input(0).type.shape}};
  }

  void evaluate(const Evaluation& evaluation) const override {
    const auto length = static_cast<size_t>(row_length(evaluation.view));
    const auto rows = static_cast<size_t>(row_count(evaluation.view));
    if (has_dtype(evaluation.view.input(0), DType::f32)) {
      const float beta = evaluation.view.attributes<SoftmaxAttributes>().beta;
      for (size_t row = 0; row < rows; ++row)
        evaluate_f32(evaluation.input(0).as<float>().subspan(row * length, length), beta,
                     evaluation.output().as<float>().subspan(row * length, length));
      return;
    }
    if (is_s16(evaluation.view)) {
      for (size_t row = 0; row < rows; ++row)
        softmax_s16(evaluation.input(0).as<int16_t>().subspan(row * length, length),
                    factor_of_s16(evaluation.view), evaluation.rounding,
                    evaluation.output().as<int16_t>().subspan(row * length, length));
      return;
    }
    const Exponentials table = exponentials_of(evaluation.view, evaluation.rounding);
    for (size_t row = 0; row < rows; ++row)
      evaluate_integer(evaluation.input(0), table, row * length, length, evaluation.output());
  }

 private:
  static void evaluate_f32(std::span<const float> input, float beta, std::span<float> output) {
    const float maximum = *std::ranges::max_element(input);
    float sum = 0;
    for (size_t i = 0; i < input.size(); ++i) {
      output[i] = std::exp((input[i] - maximum) * beta);
      sum += output[i];
    }
    for (float& value : output) value /= sum;
  }

  static void evaluate_integer(const Value& input, const Exponentials& table, size_t begin, size_t length,
                               Value& output) {
    const IntegerRange range = integer_range(output.type.dtype);
    int64_t maximum = input.integer(begin);
    for (size_t i = 0; i < length; ++i) maximum = std::max(maximum, input.integer(begin + i));
    int32_t sum = 0;
    for (size_t i = 0; i < length; ++i)
      sum += divide_by_power_of_two(table[static_cast<size_t>(maximum - input.integer(begin + i))],
                                    accumulation_bits);
    const Reciprocal inverse = reciprocal(sum, accumulation_bits);
    const int shift = inverse.exponent + 31 - 8 * byte_width(output.type.dtype);
    for (size_t i = 0; i < length; ++i) {
      const int32_t exponential = table[static_cast<size_t>(maximum - input.integer(begin + i))];
      const int32_t product = doubling_high_multiply(inverse.mantissa, exponential);
      output.set_integer(begin + i,
                         std::min(range.lowest + divide_by_power_of_two(product, shift), range.highest));
    }
  }
};

}  // namespace

const Operator& softmax_operator() {
  static const Softmax instance;
  return instance;
}

}  // namespace burin
