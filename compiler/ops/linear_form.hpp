// Functions of two bytes as a linear form.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace burin {

// value(left, right) = clamp((offset + left_factor * left + right_factor * right) >> shift, lowest, highest),
// no step of which leaves 32 bits.
struct LinearForm {
  int32_t left_factor;
  int32_t right_factor;
  int32_t offset;
  int32_t shift;
};

// A form that equals `values` for every pair of bytes, if one is found near the slopes `left` and `right`.
// values[256 * (left + 128) + right + 128] lie in [lowest, highest].
std::optional<LinearForm> find_linear_form(std::span<const int8_t> values, double left, double right,
                                           int32_t lowest, int32_t highest);

}  // namespace burin
