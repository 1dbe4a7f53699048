// What the operators of this family are configured by: plain structs, each with its fields in the order of
// the text form, and with the names of those who have it. The others of the family have NoAttributes.
// Convolutions have WindowAttributes.
#pragma once

#include <cstdint>

#include "ops/window.hpp"

namespace burin {

// batch_matmul.
struct BatchMatmulAttributes {
  bool adj_x = false;  // the left matrices are stored transposed
  bool adj_y = false;  // the right ones are

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("adj_x", self.adj_x);
    visit("adj_y", self.adj_y);
  }
};

// fully_connected.
struct FullyConnectedAttributes {
  bool keep_rank = false;  // the output keeps the input's leading dimensions instead of [rows, outputs]

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("keep_rank", self.keep_rank);
  }
};

// transpose_conv.
struct TransposeConvAttributes {
  int32_t stride_height = 1;
  int32_t stride_width = 1;
  int32_t pad_top = 0;   // outputs that are cut off above
  int32_t pad_left = 0;  // and on the left

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("stride_height", self.stride_height);
    visit("stride_width", self.stride_width);
    visit("pad_top", self.pad_top);
    visit("pad_left", self.pad_left);
  }
};

}  // namespace burin
