#include "ops/weighted/product_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>

#include "kernels/layer_requantization.hpp"
#include "tensor/requantization.hpp"

namespace burin {
namespace {

struct Channel {
  Requantization requantization;
  AccumulatorRange range;
  int32_t bias;
};

// The numbers M and C of every channel, or nothing if some channel has none.
std::optional<std::vector<int32_t>> product_numbers(const std::vector<Channel>& channels, Rounding rounding,
                                                    int post_shift) {
  std::vector<int32_t> numbers;
  for (const Channel& channel : channels) {
    const auto form = prove_product(channel.requantization, rounding, channel.range, channel.bias,
                                    burin_kernels::LayerRequantization::product_shift, post_shift);
    if (!form) return std::nullopt;
    numbers.push_back(form->multiplier);
    numbers.push_back(form->constant);
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

}  // namespace

LayerRequantization32 requantize_in_32_bits(const WeightRows& weights, std::span<const int32_t> bias,
                                            int32_t input_zero_point,
                                            const std::vector<FixedPointMultiplier>& multipliers,
                                            int32_t output_zero_point, ClampRange clamp, Rounding rounding) {
  std::vector<Channel> channels;
  double largest_result = 1;
  double largest_scale = 0;
  for (size_t c = 0; c < multipliers.size(); ++c) {
    const int32_t own_bias = bias.empty() ? 0 : bias[c];
    const Requantization requantization{.multiplier = multipliers[c].multiplier,
                                        .shift = multipliers[c].shift,
                                        .zero_point = output_zero_point,
                                        .clamp_min = clamp.lowest,
                                        .clamp_max = clamp.highest};
    const AccumulatorRange range =
        accumulator_range(weights.row(static_cast<int64_t>(c)), own_bias, -128, 127, input_zero_point);
    channels.push_back({requantization, range, own_bias});
    const int64_t sum = std::max(std::abs(range.lowest - own_bias), std::abs(range.highest - own_bias));
    const double scale = std::ldexp(multipliers[c].multiplier, multipliers[c].shift - 31);
    largest_scale = std::max(largest_scale, scale);
    largest_result = std::max(largest_result, static_cast<double>(sum + std::abs(int64_t{own_bias})) * scale);
  }
  LayerRequantization32 result;
  // As precise as 31 bits of a multiplier and 32 of a result allow.
  const int multiplier_bits = 11 - static_cast<int>(std::ceil(std::log2(largest_scale + 1e-9)));
  const int result_bits = 30 - static_cast<int>(std::ceil(std::log2(largest_result + 256)));
  int post_shift = std::min({22, result_bits, multiplier_bits});
  for (int tries = 3; tries > 0 && post_shift > 0; --tries, --post_shift) {
    auto numbers = product_numbers(channels, rounding, post_shift);
    if (!numbers) continue;
    result.numbers = std::move(*numbers);
    result.geometry = {{"requantization", burin_kernels::LayerRequantization::product},
                       {"post_shift", post_shift}};
    result.note =
        fmt::format("one product and one shift in 32 bits, proved for all {} channels", channels.size());
    return result;
  }
  for (const Channel& channel : channels)
    for (const int32_t number :
         {channel.bias, channel.requantization.multiplier, channel.requantization.shift})
      result.numbers.push_back(number);
  const bool to_the_right = std::ranges::all_of(channels, shifts_right);
  result.geometry = {
      {"requantization", rounding == Rounding::litert ? burin_kernels::LayerRequantization::rounded_once
                         : to_the_right               ? burin_kernels::LayerRequantization::shifted_right
                                                      : burin_kernels::LayerRequantization::rounded_twice},
      {"post_shift", 0}};
  result.note = fmt::format("exact reference form for all {} channels", channels.size());
  return result;
}

}  // namespace burin
