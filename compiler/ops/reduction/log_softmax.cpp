// LOG_SOFTMAX over the last dimension: output = input - log(sum of exp(input)).
#include <cmath>

#include "kernels/log_softmax_s8.hpp"
#include "ops/constraints.hpp"
#include "ops/elementwise.hpp"
#include "ops/fixed_point.hpp"
#include "ops/numerics.hpp"
#include "ops/reduction/exponentials.hpp"

namespace burin {
namespace {

constexpr int output_bits = 4;  // integer bits of the output

int32_t row_length(const NodeView& view) {
  return view.input(0).type.shape[-1];
}
int64_t row_count(const NodeView& view) {
  return view.input(0).type.shape.elements() / row_length(view);
}
bool is_float(const NodeView& view) {
  return has_dtype(view.input(0), DType::f32);
}

// From differences of stored numbers to fixed point, and back.
struct Factors {
  FixedPointMultiplier forth;
  FixedPointMultiplier back;
};
Factors factors(const NodeView& view, Rounding rounding) {
  const FixedPointMultiplier forth = difference_factor(1, view.input(0).quantization.scale(), rounding);
  return {forth, fixed_point(std::ldexp(1.0, 31 - forth.shift) / forth.multiplier)};
}

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
    {"int8 is quantised per tensor, the output with scale 1/16 and zero point 127",
     [](const NodeView& v) {
       const Quantization& q = v.output().quantization;
       return is_float(v) || (is_quantized_per_tensor(v.input(0)) && is_quantized_per_tensor(v.output()) &&
                              q.scale() == 1.0f / 16 && q.zero_point() == 127);
     }},
    {"an int8 input's scale is above 2^-24",
     [](const NodeView& v) { return is_float(v) || v.input(0).quantization.scale() > 0x1p-24f; }},
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
      if (is_float(evaluation.view))
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

class LogSoftmaxS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"LogSoftmaxS8", Op::log_softmax, KernelSet::generic,
                                       "kernels/log_softmax_s8.hpp",
                                       "Exponentials from a table of at most 1 KB."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (is_float(view)) return Refusal{"it computes int8"};
    const Factors factor = factors(view, context.rounding);
    const std::vector<int32_t> table = exponential_table(exponentials(factor.forth, context.rounding));
    const std::vector<int32_t> quantization = {factor.forth.multiplier, factor.forth.shift,
                                               factor.back.multiplier, factor.back.shift,
                                               -largest_difference(factor.forth)};
    KernelCall call;
    call.geometry = {{"rows", static_cast<int32_t>(row_count(view))},
                     {"length", row_length(view)},
                     {"exponentials", static_cast<int32_t>(table.size())},
                     {"round_once", context.rounding == Rounding::litert ? 1 : 0}};
    const KernelArgument input = operand_argument(view, 0, "input", call);
    call.constants.push_back({"exponentials", ElementType::s32, Constant::of(table), 4});
    call.constants.push_back({"quantization", ElementType::s32, Constant::of(quantization), 4});
    const size_t count = call.constants.size();
    call.arguments = {input, ConstantArgument{count - 2}, ConstantArgument{count - 1}, OutputArgument{0}};
    allow_in_place(view, 0, call);
    call.work.instructions = 50 * view.input(0).type.shape.elements() + 900 * row_count(view);
    call.code_bytes = 900;
    return call;
  }
};

class LogSoftmaxF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"LogSoftmaxF32", Op::log_softmax, KernelSet::generic,
                                       "kernels/softmax_f32.hpp",
                                       "One exponential of the C library an element."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!is_float(view)) return Refusal{"it computes float32"};
    KernelCall call;
    call.geometry = {{"rows", static_cast<int32_t>(row_count(view))}, {"length", row_length(view)}};
    call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}};
    allow_in_place(view, 0, call);
    const int64_t elements = view.input(0).type.shape.elements();
    call.work = {.instructions = 15 * elements,
                 .float_products = 2 * elements,
                 .float_functions = elements + row_count(view)};
    call.code_bytes = 200;
    return call;
  }
};

}  // namespace

const Operator& log_softmax_operator() {
  static const LogSoftmax instance;
  return instance;
}

const Kernel& log_softmax_f32_kernel() {
  static const LogSoftmaxF32Kernel instance;
  return instance;
}

const Kernel& log_softmax_s8_kernel() {
  static const LogSoftmaxS8Kernel instance;
  return instance;
}

}  // namespace burin
