#include "ops/weighted.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

namespace burin {

std::vector<FixedPointMultiplier> output_multipliers(const Tensor& input, const Tensor& weights,
                                                     const Tensor& output, int64_t channels,
                                                     bool product_in_float) {
  std::vector<FixedPointMultiplier> result;
  const float input_scale = input.quantization.scale();
  const double output_scale = output.quantization.scale();
  for (int64_t c = 0; c < channels; ++c) {
    const float weight_scale = weights.quantization.scale(static_cast<size_t>(c));
    const double product = product_in_float
                               ? static_cast<double>(input_scale * weight_scale)
                               : static_cast<double>(input_scale) * static_cast<double>(weight_scale);
    result.push_back(fixed_point(product / output_scale));
  }
  return result;
}

std::optional<std::vector<int32_t>> folded_biases(const WeightRows& weights, std::span<const int32_t> bias,
                                                  int32_t input_zero_point) {
  std::vector<int32_t> result;
  for (int64_t c = 0; c < weights.channels; ++c) {
    const int64_t own = bias.empty() ? 0 : bias[static_cast<size_t>(c)];
    int64_t sum = 0;
    int64_t magnitude = 0;
    for (const int8_t w : weights.row(c)) {
      sum += w;
      magnitude += std::abs(w);
    }
    const int64_t folded = own - input_zero_point * sum;
    // Every partial sum of folded + w * x, x in int8, lies within this.
    if (std::abs(folded) + magnitude * 128 > std::numeric_limits<int32_t>::max()) return std::nullopt;
    result.push_back(static_cast<int32_t>(folded));
  }
  return result;
}

std::vector<KernelConstant> requantization_constants(const std::vector<FixedPointMultiplier>& multipliers) {
  std::vector<int32_t> values;
  std::vector<int8_t> shifts;
  for (const FixedPointMultiplier& m : multipliers) {
    values.push_back(m.multiplier);
    shifts.push_back(static_cast<int8_t>(m.shift));
  }
  return {{"multipliers", ElementType::s32, Constant::of(values), 4},
          {"shifts", ElementType::s8, Constant::of(shifts), 1}};
}

}  // namespace burin
