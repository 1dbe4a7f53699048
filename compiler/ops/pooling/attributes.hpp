// What the operators of this family are configured by: plain structs, each with its fields in the order of
// the text form, and with the names of those who have it. The others of the family have NoAttributes.
#pragma once

#include <cstdint>
#include <type_traits>

#include "ops/window.hpp"

namespace burin {

// average_pool_2d, max_pool_2d.
struct PoolAttributes {
  int32_t window_height = 1;
  int32_t window_width = 1;
  WindowAttributes window;  // not dilated
  // Of averages of integers: halves go to the even distance from the zero point, as real numbers are rounded
  // to the nearest, and not away from zero. The text form has it where it is set.
  bool halves_to_even = false;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("window_height", self.window_height);
    visit("window_width", self.window_width);
    visit("stride_height", self.window.stride_height);
    visit("stride_width", self.window.stride_width);
    visit("pad_top", self.window.pad_top);
    visit("pad_left", self.window.pad_left);
    visit("pad_bottom", self.window.pad_bottom);
    visit("pad_right", self.window.pad_right);
    if (!std::is_const_v<Self> || self.halves_to_even) visit("halves_to_even", self.halves_to_even);
  }
};

}  // namespace burin
