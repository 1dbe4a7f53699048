// L2_NORMALIZATION: the last dimension's elements over their length, as a vector, of at least 1e-6.

#include <cmath>

#include "ops/elementwise/unary.hpp"
#include "ops/fixed_point.hpp"
#include "ops/numerics.hpp"
#include "ops/reduction/l2_normalization.hpp"

namespace burin {

using namespace l2_normalization;

namespace {

constexpr int output_bits = 7;  // of fraction, of an int8 output

constexpr Constraint constraint_list[] = {
    {"input and output are both int8 or both float32, of rank 1 or more and not empty",
     [](const NodeView& v) {
       return is_unary_type(v) && !has_dtype(v.input(0), DType::u8) && v.input(0).type.shape.rank() > 0 &&
              v.input(0).type.shape.elements() > 0;
     }},
    {"an int8 output has scale 1/128 and zero point 0, and its vectors have at most 2^15 elements",
     [](const NodeView& v) {
       return has_dtype(v.output(), DType::f32) ||
              (v.output().quantization.scale() == 0x1p-7f && v.output().quantization.zero_point() == 0 &&
               v.input(0).type.shape[-1] <= 1 << 15);
     }},
};

class L2Normalization final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::l2_normalization,
                                         .tflite_name = "L2_NORMALIZATION",
                                         .summary = "Vectors along the last dimension, of length 1.",
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
    const auto length = static_cast<size_t>(evaluation.view.input(0).type.shape[-1]);
    if (has_dtype(evaluation.view.input(0), DType::s8)) return evaluate_s8(evaluation, length);
    const auto input = evaluation.input(0).as<float>();
    const auto output = evaluation.output().as<float>();
    for (size_t begin = 0; begin < input.size(); begin += length) {
      float square = 0;
      for (size_t i = 0; i < length; ++i) square += input[begin + i] * input[begin + i];
      const float norm = std::max(std::sqrt(square), least_length);
      for (size_t i = 0; i < length; ++i) output[begin + i] = input[begin + i] / norm;
    }
  }

 private:
  static void evaluate_s8(const Evaluation& evaluation, size_t length) {
    const auto input = evaluation.input(0).as<int8_t>();
    const auto output = evaluation.output().as<int8_t>();
    const int32_t zero_point = evaluation.view.input(0).quantization.zero_point();
    for (size_t begin = 0; begin < input.size(); begin += length) {
      int32_t square = 0;
      for (size_t i = 0; i < length; ++i) {
        const int32_t x = input[begin + i] - zero_point;
        square += x * x;
      }
      const InverseSquareRoot root = inverse_square_root(square);
      const FixedPointMultiplier factor{root.multiplier, root.shift + output_bits};
      for (size_t i = 0; i < length; ++i) {
        const int32_t x = input[begin + i] - zero_point;
        output[begin + i] = static_cast<int8_t>(
            std::clamp(multiply_by_fixed_point(x, factor, evaluation.rounding), -128, 127));
      }
    }
  }
};

}  // namespace

const Operator& l2_normalization_operator() {
  static const L2Normalization instance;
  return instance;
}

}  // namespace burin
