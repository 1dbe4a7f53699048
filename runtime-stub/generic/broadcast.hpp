// Loops of the element-wise kernels with two operands. The innermost loop makes Geometry::inner elements;
// left_step and right_step are 1, or 0 where one element of that operand stands for all of them. The
// Geometry::outer_axes loops around it are described by `axes`, from the innermost outwards: extent, left
// stride, right stride, strides in elements.
#pragma once

#include <stdint.h>

namespace burin_kernels {

template <class Geometry>
struct Broadcast {
  typedef Geometry G;
  static constexpr bool accepts() {
    return G::inner > 0 && (G::left_step == 0 || G::left_step == 1) &&
           (G::right_step == 0 || G::right_step == 1) && G::outer_axes >= 0;
  }

  // output = operation(left, right) for every pair of elements.
  template <class Left, class Right, class Output, class Operation>
  static void run(const Left* left, const Right* right, Output* output, const Operation& operation) {
    static_assert(G::outer_axes == 0, "outer axes need their description");
    for (int32_t i = 0; i < G::inner; ++i)
      output[i] = operation(left[i * G::left_step], right[i * G::right_step]);
  }

  template <class Left, class Right, class Output, class Operation>
  static void run(const Left* left, const Right* right, const int32_t* axes, Output* output,
                  const Operation& operation) {
    int32_t position[G::outer_axes + 1] = {};  // one too many: none would be no array
    for (;;) {
      for (int32_t i = 0; i < G::inner; ++i)
        output[i] = operation(left[i * G::left_step], right[i * G::right_step]);
      output += G::inner;
      int32_t axis = 0;
      for (; axis < G::outer_axes; ++axis) {
        const int32_t extent = axes[3 * axis];
        left += axes[3 * axis + 1];
        right += axes[3 * axis + 2];
        if (++position[axis] < extent) break;
        position[axis] = 0;
        left -= extent * axes[3 * axis + 1];
        right -= extent * axes[3 * axis + 2];
      }
      if (axis == G::outer_axes) return;
    }
  }
};

}  // namespace burin_kernels
