// RESIZE_BILINEAR, int8 and float32. `neighbors` holds two rows of the input for each row of the output,
// then two columns for each column; `rests` how far each row and column lies behind the first of its two, of
// int8 in units of 2^-10.
//
//   output[y][x] = sum over the four neighbors of input * vertical weight * horizontal weight, rounded
//
// Registers: five pointers, four weights, a count: more than there are, so that weights are loaded again.
// Cost, modeled Cortex-M4 cycles at -O2: 43 an element of int8, 35 of float32.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: batches, channels, input_height, input_width, output_height, output_width; round_once.
template <class Geometry, class Isa>
struct ResizeBilinear {
  typedef Geometry G;
  static constexpr bool accepts() {
    return G::batches > 0 && G::channels > 0 && G::input_height > 0 && G::input_width > 0 &&
           G::output_height > 0 && G::output_width > 0;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Element, class Number>
  static BURIN_ENTRY void run(const Element* input, const uint16_t* neighbors, const Number* rests,
                              Element* output) {
    const int32_t line = G::input_width * G::channels;
    const uint16_t* const columns = neighbors + 2 * G::output_height;
    const Number* const column_rests = rests + G::output_height;
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t y = 0; y < G::output_height; ++y) {
        const Element* const above = input + neighbors[2 * y] * line;
        const Element* const below = input + neighbors[2 * y + 1] * line;
        for (int32_t x = 0; x < G::output_width; ++x) {
          const int32_t left = columns[2 * x] * G::channels;
          const int32_t right = columns[2 * x + 1] * G::channels;
          for (int32_t c = 0; c < G::channels; ++c)
            *output++ = mixed(above[left + c], below[left + c], above[right + c], below[right + c], rests[y],
                              column_rests[x]);
        }
      }
      input += G::input_height * line;
    }
  }

 private:
  static float mixed(float top_left, float bottom_left, float top_right, float bottom_right, float y,
                     float x) {
    return top_left * (1 - y) * (1 - x) + bottom_left * y * (1 - x) + top_right * (1 - y) * x +
           bottom_right * y * x;
  }

  // The numbers beyond the edge count as less than none of the first pixel, so that products need not fit 32
  // bits.
  static int8_t mixed(int32_t top_left, int32_t bottom_left, int32_t top_right, int32_t bottom_right,
                      int32_t y, int32_t x) {
    const int32_t left = top_left * (1024 - y) + bottom_left * y;
    const int32_t right = top_right * (1024 - y) + bottom_right * y;
    const int64_t sum = static_cast<int64_t>(left) * (1024 - x) + static_cast<int64_t>(right) * x;
    const int64_t half = 1 << 19;
    if (G::round_once != 0) return static_cast<int8_t>((sum + half) >> 20);
    return static_cast<int8_t>((sum + (sum > 0 ? half : -half)) / (2 * half));
  }
};

}  // namespace burin_kernels
