// Functions of two bytes as a linear form, proved for all 65,536 pairs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace burin {

// A function is given by its values: values[256 * (left + 128) + right + 128], which lie in [lowest,
// highest].

// value(left, right) = clamp((offset + left_factor * left + right_factor * right) >> shift, lowest, highest),
// no step of which leaves 32 bits.
struct LinearForm {
  int32_t left_factor;
  int32_t right_factor;
  int32_t offset;
  int32_t shift;
};

// A form that equals `values` for every pair of bytes, if one is found near the slopes `left` and `right`.
std::optional<LinearForm> find_linear_form(std::span<const int8_t> values, double left, double right,
                                           int32_t lowest, int32_t highest);

// The same with products that are cut to their high parts, as processors have them that multiply 32 bits by
// 16:
//
//   value(left, right) = clamp((offset + floor(left_factor * left / 2^8) + floor(right_factor * right / 2^8))
//   >> 20,
//                              lowest, highest)
//
// In about 19 of 20 sums of tensors the nearest factors are right, else some within a few units are; what
// remains are scales whose ratio makes many exact halves.
struct CutLinearForm {
  int32_t left_factor;
  int32_t right_factor;
  int32_t offset;
};

std::optional<CutLinearForm> find_cut_linear_form(std::span<const int8_t> values, double left, double right,
                                                  int32_t lowest, int32_t highest);

}  // namespace burin
