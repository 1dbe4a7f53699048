// AVERAGE_POOL_2D, int8 or uint8, any primitive layer, with the rounding of real numbers.
//
//   output[y][x][c] = clamp(zero + round(sum (input[y'][x'][c] - zero) / count))
//
// over the `count` taps of the window that lie inside the image; halves go to the even one. With a quotient
// of the sum itself the zero point only says which one that is: it shifts all by whole steps.
//
// Cost, modelled Cortex-M4 cycles at -O2, window 2x2: 6.5 an element read.
// Registers: two pointers, the ends of the taps, a sum, an element.
#pragma once

#include <stdint.h>

#include "isa/generic.hpp"
#include "kernels/rows.hpp"
#include "kernels/window.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: activation_min, activation_max, zero_point_is_odd.
template <class Geometry, class Isa>
struct AveragePool2dS8Even {
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
        *output++ = static_cast<Element>(Isa::clamp(mean(sum, count), G::activation_min, G::activation_max));
      }
    }
  }

  static int32_t mean(int32_t sum, int32_t count) {
    int32_t quotient = sum / count;
    int32_t rest = sum - quotient * count;
    if (rest < 0) {
      rest += count;
      --quotient;
    }
    const int32_t odd = (quotient ^ G::zero_point_is_odd) & 1;
    return quotient + (2 * rest + odd > count ? 1 : 0);
  }
};

}  // namespace burin_kernels
