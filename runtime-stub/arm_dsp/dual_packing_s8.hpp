// Packing int8 weights and requantization for the dual-weight kernels of cores with the DSP extension, on the
// host only. The layouts are drawn in arm_dsp/matrix.hpp and arm_dsp/vector.hpp.
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

// Right shifts that the scaled form of requantization knows; the later one is the more precise.
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
  int64_t lowest = 0;  // reachable sums, the bias included
  int64_t highest = 0;
  // Packed with weights and bias of the other sign: its sum comes out as -S, and is multiplied by -M.
  bool negated = false;

  bool fits_24_bits() const { return lowest > -(int64_t{1} << 23) && highest < int64_t{1} << 23; }
  int64_t packed_bias() const { return negated ? -bias : bias; }
  int32_t packed_weight(int64_t input) const {
    if (input < 0 || weights.empty()) return 0;
    const int32_t weight = weights[static_cast<size_t>(input)];
    return negated ? -weight : weight;
  }
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
  result.lowest += result.bias;
  result.highest += result.bias;
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

// A halfword has no room for -128 above a negative weight, but for 128 above one. So the upper channel of a
// pair is negated where each of its -128 stands above a negative weight; nothing is to be done where none
// does. False where some do and some do not.
inline bool choose_sign(DualChannel& upper, const DualChannel& lower) {
  bool above_negative = false;
  bool above_others = false;
  for (size_t i = 0; i < upper.weights.size(); ++i) {
    if (upper.weights[i] != -128) continue;
    (lower.packed_weight(static_cast<int64_t>(i)) < 0 ? above_negative : above_others) = true;
  }
  upper.negated = above_negative;
  return !above_negative || !above_others;
}

// For each step, the dual of each pair of channels, whose signs choose_sign has found. False if some pair's
// sums do not allow it.
inline bool append_dual_weights(std::span<const DualChannel> channels, const std::vector<DualStep>& steps,
                                std::vector<uint32_t>& stream) {
  for (size_t pair = 0; pair < channels.size(); pair += 2)
    if (!channels[pair].fits_24_bits()) return false;
  for (const DualStep& step : steps) {
    for (size_t pair = 0; pair < channels.size(); pair += 2) {
      const auto halfword = [&](int64_t input) {
        const int32_t dual =
            256 * channels[pair].packed_weight(input) + channels[pair + 1].packed_weight(input);
        return static_cast<uint32_t>(dual) & 0xFFFFu;
      };
      stream.push_back((halfword(step.high) << 16) | halfword(step.low));
    }
  }
  return true;
}

// Form "exact".

// Whether the form can do what a channel asks for.
inline bool can_be_exact(const DualChannel& channel) {
  const auto fits = [](int64_t value) {
    return value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max();
  };
  const ChannelRequantization& q = channel.requantization;
  return q.multiplier >= int32_t{1} << 30 && q.shift <= -1 && q.shift >= -31 && fits(channel.bias) &&
         fits(channel.lowest) && fits(channel.highest);
}

inline void append_exact_multipliers(std::span<const DualChannel> group, std::vector<uint32_t>& stream) {
  for (const DualChannel& channel : group)
    stream.push_back(static_cast<uint32_t>(channel.requantization.multiplier) << 1);
}

// The right shifts of a group of channels, with the flags of the group.
inline void append_exact_shifts(const DualOutput& output, std::span<const DualChannel> group,
                                std::vector<uint32_t>& stream, bool round_once = false) {
  const size_t first = stream.size();
  for (const DualChannel& channel : group)
    stream.push_back(static_cast<uint32_t>(-channel.requantization.shift));
  // What the first flag leaves out corrects negative sums after a first rounding.
  if (output.output_zero_point == -128 || round_once) stream[first] |= 0x80000000u;
  if (output.activation_min > -128 || output.activation_max < 127) stream[first + 1] |= 0x80000000u;
}

// Form "scaled".

inline int32_t evaluate_scaled(int64_t sum, int64_t multiplier, int64_t constant, int shift) {
  const int64_t value = (constant + ((sum * 256 * multiplier) >> 32)) >> shift;
  return static_cast<int32_t>(std::clamp<int64_t>(value, -128, 127));
}

// Calls visit(below, above) for each step of a non-decreasing function on [low, high]: the neighbors that it
// lies between. False as soon as a visit says so.
template <class Function, class Visit>
bool for_each_step(const Function& function, int64_t low, int64_t high, const Visit& visit) {
  while (function(low) != function(high)) {
    int64_t below = low;  // function(below) == function(low)
    int64_t above = high;
    while (above - below > 1) {
      const int64_t middle = below + (above - below) / 2;
      (function(middle) == function(low) ? below : above) = middle;
    }
    if (!visit(below, above)) return false;
    low = above;
  }
  return true;
}

// Whether M and C compute the same outputs as the channel's proven form, for all its sums.
inline bool computes(const DualChannel& channel, const ScaledRequantization& proven, int64_t multiplier,
                     int64_t constant, int shift) {
  const auto expected = [&](int64_t sum) {
    return evaluate_scaled(sum, proven.multiplier, proven.constant, shift);
  };
  const auto same = [&](int64_t sum) {
    return evaluate_scaled(sum, multiplier, constant, shift) == expected(sum);
  };
  for (const int64_t sum : {int64_t{0}, channel.lowest, channel.highest}) {
    const int64_t value = constant + ((sum * 256 * multiplier) >> 32);
    if (value < std::numeric_limits<int32_t>::min() || value > std::numeric_limits<int32_t>::max())
      return false;
  }
  // Both are non-decreasing, so they are equal if they are at the ends and on both sides of each step of one.
  return same(channel.lowest) && same(channel.highest) &&
         for_each_step(expected, channel.lowest, channel.highest,
                       [&](int64_t below, int64_t above) { return same(below) && same(above); });
}

// The channel's scaled form for the given shift, with bit 0 of M as asked for: equal for every reachable sum,
// or nothing.
inline std::optional<ScaledRequantization> scaled_with_flag(const DualChannel& channel, size_t shift_index,
                                                            bool flag) {
  const auto& proven = channel.requantization.scaled[shift_index];
  if (!proven || !channel.fits_24_bits()) return std::nullopt;
  const int64_t nearest = (proven->multiplier & ~int64_t{1}) | (flag ? 1 : 0);
  for (const int64_t multiplier_nudge : {0, 2, -2, 4, -4}) {
    for (const int64_t constant_nudge : {0, 1, -1, 2, -2}) {
      const int64_t multiplier = nearest + multiplier_nudge;
      const int64_t constant = proven->constant + constant_nudge;
      if (multiplier < 0 || multiplier > std::numeric_limits<int32_t>::max()) continue;
      if (computes(channel, *proven, multiplier, constant, scaled_shifts[shift_index]))
        return ScaledRequantization{static_cast<int32_t>(multiplier), static_cast<int32_t>(constant)};
    }
  }
  return std::nullopt;
}

}  // namespace burin_kernels
#endif  // BURIN_HOST
