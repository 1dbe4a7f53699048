#include "kernels/generic/weighted/product_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "arithmetic/requantization_form.hpp"
#include "generic/layer_requantization.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "ops/constraints.hpp"

namespace burin {
namespace {

constexpr int product_shift = burin_kernels::LayerRequantization::product_shift;

struct Channel {
  Requantization requantization;
  AccumulatorRange range;
  int32_t bias;
};

// The numbers M and C of every channel, or nothing if some channel has none. `output_offset` is added to
// outputs that the form was proven for: in C, which has it before the shift.
std::optional<std::vector<int32_t>> product_numbers(const std::vector<Channel>& channels, Rounding rounding,
                                                    int post_shift, int32_t output_offset) {
  std::vector<int32_t> numbers;
  for (const Channel& channel : channels) {
    const auto form = prove_form(channel.requantization, rounding, channel.range,
                                 {.product_shift = product_shift,
                                  .post_shift = post_shift,
                                  .bias = channel.bias,
                                  .clamp_min = channel.requantization.clamp_min,
                                  .clamp_max = channel.requantization.clamp_max});
    if (!form) return std::nullopt;
    numbers.push_back(form->multiplier);
    // The sum of C and a product leaves 32 bits with the offset if it comes close to them without it.
    const int64_t offset = int64_t{output_offset} << post_shift;
    const int64_t sum =
        std::max(channel.range.highest - channel.bias, int64_t{0}) * form->multiplier >> product_shift;
    if (sum + form->constant + offset > INT32_MAX || form->constant + offset > INT32_MAX) return std::nullopt;
    numbers.push_back(static_cast<int32_t>(form->constant + offset));
  }
  return numbers;
}

// Whether Requantizer::shifted_right may have it.
bool shifts_right(const Channel& channel) {
  const Requantization& r = channel.requantization;
  if (r.shift > -1 || r.shift < -30) return false;
  const int64_t sum = std::max(std::abs(channel.range.lowest), std::abs(channel.range.highest));
  return sum + (int64_t{1} << (-r.shift - 1)) + 1 <= INT32_MAX;
}

// Every partial sum of products, and of the bias, whatever the input.
bool sums_fit(std::span<const int8_t> row, int32_t zero_point, int64_t bias, int64_t largest_input) {
  int64_t magnitude = std::abs(bias);
  for (const int8_t w : row) magnitude += std::abs(w - zero_point) * largest_input;
  return magnitude <= INT32_MAX;
}

}  // namespace

std::optional<LayerRequantization32> requantize_in_32_bits(
    const WeightRows& weights, std::span<const int32_t> bias, const Tensor& input, const Tensor& output,
    const std::vector<FixedPointMultiplier>& multipliers, ClampRange clamp, Rounding rounding) {
  // A proof is about int8: what is uint8 is 128 less there.
  const int32_t input_offset = has_dtype(input, DType::u8) ? 128 : 0;
  const int32_t output_offset = has_dtype(output, DType::u8) ? 128 : 0;
  const int32_t input_zero_point = input.quantization.zero_point() - input_offset;
  const int64_t largest_input = std::max(std::abs(-128 - input_zero_point), std::abs(127 - input_zero_point));
  std::vector<Channel> channels;
  double largest_result = 1;
  double largest_scale = 0;
  for (size_t c = 0; c < multipliers.size(); ++c) {
    const int32_t own_bias = bias.empty() ? 0 : bias[c];
    const std::span<const int8_t> row = weights.row(static_cast<int64_t>(c));
    if (!sums_fit(row, weights.zero_point, own_bias, largest_input)) return std::nullopt;
    const Requantization requantization{.multiplier = multipliers[c].multiplier,
                                        .shift = multipliers[c].shift,
                                        .zero_point = output.quantization.zero_point() - output_offset,
                                        .clamp_min = clamp.lowest - output_offset,
                                        .clamp_max = clamp.highest - output_offset};
    const AccumulatorRange range =
        accumulator_range(row, own_bias, -128, 127, input_zero_point, weights.zero_point);
    channels.push_back({requantization, range, own_bias});
    const int64_t sum = std::max(std::abs(range.lowest - own_bias), std::abs(range.highest - own_bias));
    const double scale = std::ldexp(multipliers[c].multiplier, multipliers[c].shift - 31);
    largest_scale = std::max(largest_scale, scale);
    largest_result = std::max(largest_result, static_cast<double>(sum + std::abs(int64_t{own_bias})) * scale);
  }
  LayerRequantization32 result;
  int post_shift = widest_post_shift(largest_scale, largest_result);
  for (int tries = 3; tries > 0 && post_shift > 0; --tries, --post_shift) {
    auto numbers = product_numbers(channels, rounding, post_shift, output_offset);
    if (!numbers) continue;
    result.numbers = std::move(*numbers);
    result.geometry = {.requantization = burin_kernels::LayerRequantization::product,
                       .post_shift = post_shift};
    result.note =
        fmt::format("one product and one shift in 32 bits, proved for all {} channels", channels.size());
    return result;
  }
  for (const Channel& channel : channels)
    for (const int32_t number :
         {channel.bias, channel.requantization.multiplier, channel.requantization.shift})
      result.numbers.push_back(number);
  const bool to_the_right = std::ranges::all_of(channels, shifts_right);
  result.geometry.requantization = rounding == Rounding::litert
                                       ? burin_kernels::LayerRequantization::rounded_once
                                   : to_the_right ? burin_kernels::LayerRequantization::shifted_right
                                                  : burin_kernels::LayerRequantization::rounded_twice;
  result.note = fmt::format("exact reference form for all {} channels", channels.size());
  return result;
}

}  // namespace burin
