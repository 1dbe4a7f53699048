// LOG_SOFTMAX over the last dimension: output = input - log(sum of exp(input)).
#include <cmath>

#include "ops/constraints.hpp"
#include "ops/fixed_point.hpp"
#include "ops/numerics.hpp"
#include "ops/reduction/exponentials.hpp"
#include "ops/reduction/log_softmax.hpp"

namespace burin {

using namespace log_softmax;

namespace {

constexpr int output_bits = 4;  // integer bits of the output

constexpr Constraint constraint_list[] = {
    {"input and output are both int8 or both float32",
     [](const NodeView& v) {
       const DType dtype = v.input(0).type.dtype;
       return has_dtype(v.output(), dtype) && (dtype == DType::s8 || dtype == DType::f32);
     }},
    {"the last dimension has 1 to 4095 elements, and no other is empty",
     [](const NodeView& v) {
       const Shape& shape = v.input(0).type.shape;
       return shape.rank() > 0 && shape.elements() > 0 && shape[-1] < 4096;
     }},
    {"int8 is quantized per tensor, the output with scale 1/16 and zero point 127",
     [](const NodeView& v) {
       const Quantization& q = v.output().quantization;
       return has_dtype(v.input(0), DType::f32) ||
              (is_quantized_per_tensor(v.input(0)) && is_quantized_per_tensor(v.output()) &&
               q.scale() == 1.0f / 16 && q.zero_point() == 127);
     }},
    {"an int8 input's scale is above 2^-24",
     [](const NodeView& v) {
       return has_dtype(v.input(0), DType::f32) || v.input(0).quantization.scale() > 0x1p-24f;
     }},
};

class LogSoftmax final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::log_softmax,
                                         .tflite_name = "LOG_SOFTMAX",
                                         .summary = "Logarithms of the softmax over the last dimension.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }

  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<NoAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
  std::vector<TensorType> infer(const NodeView& view) const override { return {view.input(0).type}; }

  void evaluate(const Evaluation& evaluation) const override {
    const auto length = static_cast<size_t>(row_length(evaluation.view));
    const auto rows = static_cast<size_t>(row_count(evaluation.view));
    for (size_t row = 0; row < rows; ++row) {
      if (has_dtype(evaluation.view.input(0), DType::f32))
        evaluate_f32(evaluation.input(0).as<float>().subspan(row * length, length),
                     evaluation.output().as<float>().subspan(row * length, length));
      else
        evaluate_s8(evaluation.view, evaluation.rounding,
                    evaluation.input(0).as<int8_t>().subspan(row * length, length),
                    evaluation.output().as<int8_t>().subspan(row * length, length));
    }
  }

 private:
  static void evaluate_f32(std::span<const float> input, std::span<float> output) {
    const float maximum = *std::ranges::max_element(input);
    float sum = 0;
    for (const float x : input) sum += std::exp(x - maximum);
    const float log_sum = std::log(sum);
    for (size_t i = 0; i < input.size(); ++i) output[i] = input[i] - maximum - log_sum;
  }

  static void evaluate_s8(const NodeView& view, Rounding rounding, std::span<const int8_t> input,
                          std::span<int8_t> output) {
    const Factors factor = factors(view, rounding);
    const Exponentials table = exponentials(factor.forth, rounding);
    const int32_t maximum = *std::ranges::max_element(input);
    int32_t sum = 0;
    for (const int8_t x : input)
      sum += divide_by_power_of_two(table[static_cast<size_t>(maximum - x)], accumulation_bits);
    const int32_t log_sum = log_of_at_least_one(sum);
    // Below this difference the subtraction would leave 32 bits.
    const int32_t representable =
        multiply_by_fixed_point(std::numeric_limits<int32_t>::min() + log_sum, factor.back, rounding);
    const int32_t lowest = std::max(-largest_difference(factor.forth) - 1, representable);
    for (size_t i = 0; i < input.size(); ++i) {
      const int32_t difference = input[i] - maximum;
      int32_t result = -128;
      if (difference > lowest)
        result = divide_by_power_of_two(multiply_by_fixed_point(difference, factor.forth, rounding) - log_sum,
                                        31 - difference_bits - output_bits) +
                 127;
      output[i] = static_cast<int8_t>(std::clamp(result, -128, 127));
    }
  }
};

}  // namespace

const Operator& log_softmax_operator() {
  static const LogSoftmax instance;
  return instance;
}

}  // namespace burin
