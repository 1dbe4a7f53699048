// AVERAGE_POOL_2D, int8, uint8 or int16, any primitive layer.
//
//   output[y][x][c] = clamp(round(sum input[y'][x'][c] / count))
//
// over the `count` taps of the window that lie inside the image; halves are rounded away from zero.
//
// Cost, modelled Cortex-M4 cycles at -O2, window 2x2: 5.5 an element read.
// Registers: two pointers, the ends of the taps, a sum, an element.
#pragma once

#include <stdint.h>

#include "isa/generic.hpp"
#include "kernels/rows.hpp"
#include "kernels/window.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: activation_min, activation_max.
template <class Geometry, class Isa>
struct AveragePool2dS8 {
  typedef Geometry G;
  typedef Window<Geometry> W;
  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;

  static constexpr bool accepts() {
    return W::sound() && W::meets_image() && G::dilation_height == 1 && G::dilation_width == 1 &&
           G::input_channels == G::output_channels;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  // Output rows [row_begin, row_end) of every image of the batch.
  template <class Element>
  static BURIN_ENTRY void run(const Element* input, Element* output, int32_t row_begin, int32_t row_end) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t y = row_begin; y < row_end; ++y) row(input, OutputRows::at(output, y), y);
      input += G::input_height * W::input_row_elements();
      output += G::output_height * W::output_row_elements();
    }
  }

 private:
  template <class Element>
  static void row(const Element* input, Element* output, int32_t y) {
    const Taps rows = W::rows(y);
    for (int32_t x = 0; x < G::output_width; ++x) {
      const Taps columns = W::columns(x);
      // Where no window is cut the divisor is a constant, and the compiler needs no division.
      const int32_t count = W::unpadded() ? W::taps() : rows.count() * columns.count();
      const int32_t half = count / 2;
      for (int32_t c = 0; c < G::input_channels; ++c) {
        int32_t sum = 0;
        for (int32_t ky = rows.begin; ky < rows.end; ++ky) {
          const Element* values =
              InputRows::at(input, W::top(y) + ky) + (W::left(x) + columns.begin) * G::input_channels + c;
          for (int32_t kx = columns.begin; kx < columns.end; ++kx) {
            sum += *values;
            values += G::input_channels;
          }
        }
        const int32_t mean = (sum > 0 ? sum + half : sum - half) / count;
        *output++ = static_cast<Element>(Isa::clamp(mean, G::activation_min, G::activation_max));
      }
    }
  }
};

}  // namespace burin_kernels
