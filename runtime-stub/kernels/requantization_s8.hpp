// What a packer of int8 weights is told about the requantisation of one output channel.
#pragma once

#include <stdint.h>

#ifdef BURIN_HOST
#include <array>
#include <optional>
#endif  // BURIN_HOST

namespace burin_kernels {

#ifdef BURIN_HOST
// Right shifts that the scaled form of the dual-weight kernels knows, the more precise one last.
inline constexpr std::array<int, 2> scaled_shifts = {12, 15};

// output = SSAT8((C + ((accumulator * 2^8 * M) >> 32)) >> shift), proven to equal the reference, activation
// included, for every accumulator that the channel can reach; 0 <= M < 2^31. The accumulator includes the
// bias.
struct ScaledRequantization {
  int32_t multiplier = 0;  // M
  int32_t constant = 0;    // C
};

// The reference rounds twice:
//   clamp(round(round(accumulator * multiplier / 2^31) * 2^shift) + zero_point)
struct ChannelRequantization {
  int32_t multiplier = 0;  // 0, or in [2^30, 2^31)
  int32_t shift = 0;       // negative is to the right
  // The proven cheap form for each of scaled_shifts, if there is one.
  std::array<std::optional<ScaledRequantization>, scaled_shifts.size()> scaled;
};
#endif  // BURIN_HOST

}  // namespace burin_kernels
