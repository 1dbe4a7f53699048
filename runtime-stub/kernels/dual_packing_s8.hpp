// Packing int8 weights and requantisation for the dual-weight kernels of cores with the DSP extension, on the
// host only. The layouts are drawn in isa/arm_dsp_matrix.hpp and isa/arm_dsp_vector.hpp.
#pragma once

#ifdef BURIN_HOST
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace burin_kernels {

// Right shifts that the scaled form of requantisation knows; the later one is the more precise.
inline constexpr std::array<int, 2> scaled_shifts = {12, 15};

// output = SSAT8((C + ((accumulator * 2^8 * M) >> 32)) >> shift), proven to equal the reference, clamp
// included, for every accumulator that the channel can reach; 0 <= M < 2^31. The accumulator includes the
// bias.
struct ScaledRequantization {
  int32_t multiplier = 0;  // M
  int32_t constant = 0;    // C
};

// The reference, which rounds twice:
//   clamp(round(round(accumulator * multiplier / 2^31) * 2^shift) + zero_point)
struct ChannelRequantization {
  int32_t multiplier = 0;  // 0, or in [2^30, 2^31)
  int32_t shift = 0;       // negative is to the right
  // The proven cheap form for each of scaled_shifts, if there is one.
  std::array<std::optional<ScaledRequantization>, scaled_shifts.size()> scaled;
};

// What all output channels share.
struct DualOutput {
  int32_t input_zero_point, output_zero_point, activation_min, activation_max;
};

// The inputs of a step, as indices into a channel's weights, or -1 for a weight of 0.
struct DualStep {
  int64_t low = -1;
  int64_t high = -1;
};

// One output channel; by default one that does nothing, to fill a group up.
struct DualChannel {
  std::span<const int8_t> weights;  // empty: all 0
  int64_t bias = 0;                 // the input's zero point folded in
  ChannelRequantization requantization{
      int32_t{1} << 30, -1, {ScaledRequantization{}, ScaledRequantization{}}};
  int64_t lowest = 0;  // reachable sums of input * weight
  int64_t highest = 0;

  bool fits_24_bits() const { return lowest >= -(int64_t{1} << 23) && highest < int64_t{1} << 23; }
};

inline DualChannel dual_channel(const DualOutput& output, std::span<const int8_t> weights, int32_t bias,
                                const ChannelRequantization& requantization) {
  DualChannel result;
  if (requantization.multiplier == 0) {  // always the zero point: an accumulator of 0, with any multiplier
    const int32_t value = std::clamp(output.output_zero_point, output.activation_min, output.activation_max);
    for (size_t i = 0; i < scaled_shifts.size(); ++i)
      result.requantization.scaled[i] = ScaledRequantization{0, value * (int32_t{1} << scaled_shifts[i])};
    return result;
  }
  result.weights = weights;
  result.requantization = requantization;
  result.bias = bias;
  for (const int8_t weight : weights) {
    result.bias -= int64_t{output.input_zero_point} * weight;
    result.lowest += weight * (weight < 0 ? 127 : -128);
    result.highest += weight * (weight < 0 ? -128 : 127);
  }
  return result;
}

// weights: one row an output; biases: one an output, or none for zeros. The channels refer to `weights`.
inline std::vector<DualChannel> dual_channels(const DualOutput& output, std::span<const int8_t> weights,
                                              std::span<const int32_t> biases,
                                              std::span<const ChannelRequantization> requantizations) {
  std::vector<DualChannel> result;
  const size_t inputs = weights.size() / requantizations.size();
  for (size_t o = 0; o < requantizations.size(); ++o)
    result.push_back(dual_channel(output, weights.subspan(o * inputs, inputs), biases.empty() ? 0 : biases[o],
                                  requantizations[o]));
  return result;
}

// For each step, the dual of each pair of channels. False if some pair's sums or weights do not allow it.
inline bool append_dual_weights(std::span<const DualChannel> channels, const std::vector<DualStep>& steps,
                                std::vector<uint32_t>& stream) {
  const auto weight = [](const DualChannel& channel, int64_t input) {
    return input < 0 || channel.weights.empty() ? 0 : int32_t{channel.weights[static_cast<size_t>(input)]};
  };
  for (size_t pair = 0; pair < channels.size(); pair += 2)
    if (!channels[pair].fits_24_bits()) return false;
  for (const DualStep& step : steps) {
    for (size_t pair = 0; pair < channels.size(); pair += 2) {
      const auto halfword = [&](int64_t input) {
        return 256 * weight(channels[pair], input) + weight(channels[pair + 1], input);
      };
      const int32_t low = halfword(step.low);
      const int32_t high = halfword(step.high);
      if (std::min(low, high) < -32768) return false;  // -128 above a negative weight
      stream.push_back((static_cast<uint32_t>(high) << 16) | (static_cast<uint32_t>(low) & 0xFFFFu));
    }
  }
  return true;
}

// ---- form "exact" ----

// m m b b of two channels. False if the form cannot do what a channel asks for.
inline bool append_exact_multipliers(std::span<const DualChannel> pair, std::vector<uint32_t>& stream) {
  const auto fits = [](int64_t value) {
    return value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max();
  };
  for (const DualChannel& channel : pair) {
    const ChannelRequantization& q = channel.requantization;
    if (q.multiplier < int32_t{1} << 30 || q.shift > -1 || q.shift < -31) return false;
    if (!fits(channel.bias) || !fits(channel.bias + channel.lowest) || !fits(channel.bias + channel.highest))
      return false;
  }
  for (const DualChannel& channel : pair)
    stream.push_back(static_cast<uint32_t>(channel.requantization.multiplier) << 1);
  for (const DualChannel& channel : pair) stream.push_back(static_cast<uint32_t>(channel.bias));
  return true;
}

// The right shifts of a group of channels, with the flags of the group.
inline void append_exact_shifts(const DualOutput& output, std::span<const DualChannel> group,
                                std::vector<uint32_t>& stream) {
  const size_t first = stream.size();
  for (const DualChannel& channel : group)
    stream.push_back(static_cast<uint32_t>(-channel.requantization.shift));
  if (output.output_zero_point == -128) stream[first] |= 0x80000000u;
  if (output.activation_min > -128 || output.activation_max < 127) stream[first + 1] |= 0x80000000u;
}

// ---- form "scaled" ----

inline int32_t evaluate_scaled(int64_t sum, int64_t multiplier, int64_t constant, int shift) {
  const int64_t value = (constant + ((sum * 256 * multiplier) >> 32)) >> shift;
  return static_cast<int32_t>(std::clamp<int64_t>(value, -128, 127));
}

// Whether two non-decreasing functions are equal on [low, high]: at both ends, and at each step of the first.
template <class A, class B>
bool same_steps(const A& a, const B& b, int64_t low, int64_t high) {
  if (a(low) != b(low) || a(high) != b(high)) return false;
  while (a(low) != a(high)) {
    int64_t below = low;  // a(below) == a(low)
    int64_t above = high;
    while (above - below > 1) {
      const int64_t middle = below + (above - below) / 2;
      (a(middle) == a(low) ? below : above) = middle;
    }
    if (b(below) != a(below) || b(above) != a(above)) return false;
    low = above;
  }
  return true;
}

// The channel's scaled form as a function of the sum without the bias: equal for every reachable sum, or
// nothing. In the first channel of a group, bit 0 of M is not free: it is the index of the shift.
inline std::optional<ScaledRequantization> absorb_bias(const DualChannel& channel, size_t shift_index,
                                                       bool first_of_group) {
  const auto& proven = channel.requantization.scaled[shift_index];
  if (!proven || !channel.fits_24_bits()) return std::nullopt;
  const int shift = scaled_shifts[shift_index];
  int64_t multiplier = proven->multiplier;
  if (first_of_group) multiplier = (multiplier & ~int64_t{1}) | static_cast<int64_t>(shift_index);
  const auto expected = [&](int64_t sum) {
    return evaluate_scaled(sum + channel.bias, proven->multiplier, proven->constant, shift);
  };
  const int64_t about = proven->constant + ((channel.bias * 256 * proven->multiplier) >> 32);
  for (const int64_t nudge : {0, 1, -1, 2, -2}) {
    const int64_t constant = about + nudge;
    const auto fits = [&](int64_t sum) {
      const int64_t value = constant + ((sum * 256 * multiplier) >> 32);
      return value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max();
    };
    if (!fits(0) || !fits(channel.lowest) || !fits(channel.highest)) continue;
    const auto found = [&](int64_t sum) { return evaluate_scaled(sum, multiplier, constant, shift); };
    if (same_steps(expected, found, channel.lowest, channel.highest))
      return ScaledRequantization{static_cast<int32_t>(multiplier), static_cast<int32_t>(constant)};
  }
  return std::nullopt;
}

}  // namespace burin_kernels
#endif  // BURIN_HOST
