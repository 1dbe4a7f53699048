// Requantization of a layer in 32-bit arithmetic, for the kernels of any processor: which form it takes, and
// its numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/generic/weighted/weighted.hpp"
#include "ops/weighted/weighted.hpp"

namespace burin {

// See generic/layer_requantization.hpp.
struct LayerRequantizationGeometry {
  int32_t requantization = 0;
  int32_t post_shift = 0;

  template <class Visit>
  void fields(Visit visit) const {
    visit("requantization", requantization);
    visit("post_shift", post_shift);
  }
};

struct LayerRequantization32 {
  LayerRequantizationGeometry geometry;
  std::vector<int32_t> numbers;  // in the kernel's order, those of a channel together
  std::string note;              // which form, for the report
};

// The form of arithmetic/requantization_form.hpp with a product in parts, if it is proved for every channel
// of the layer with shifts that all of them share; else the definition of the reference. Input and output are
// int8 or uint8; the input may take any value. Returns nothing where sums of products can leave 32 bits.
std::optional<LayerRequantization32> requantize_in_32_bits(
    const WeightRows& weights, std::span<const int32_t> bias, const Tensor& input, const Tensor& output,
    const std::vector<FixedPointMultiplier>& multipliers, ClampRange clamp, Rounding rounding);

// Why a kernel refuses where there is nothing.
inline constexpr const char* sums_leave_32_bits = "sums of products can leave 32 bits";

}  // namespace burin
