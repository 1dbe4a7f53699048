// Pools of integers, any primitive layer: what they have in common.
#pragma once

#include <stdint.h>

#include "generic/rows.hpp"
#include "generic/window.hpp"

namespace burin_kernels {

// Reduces the taps of each window that lie inside the image:
//
//   output[y][x][c] = result(add(... add(start(), tap) ..., tap), count of taps)
//
// with the functions of Reduction. Geometry as for Window.
template <class Geometry, class Reduction>
struct QuantizedPool {
  typedef Geometry G;
  typedef Window<Geometry> W;
  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;

  static constexpr bool accepts() {
    return W::sound() && W::meets_image() && G::dilation_height == 1 && G::dilation_width == 1 &&
           G::input_channels == G::output_channels;
  }

  // Output rows [row_begin, row_end) of every image of the batch.
  template <class Element>
  static void run(const Element* input, Element* output, int32_t row_begin, int32_t row_end) {
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
      // Where no window is cut the count is a constant, and a quotient by it needs no division.
      const int32_t count = W::unpadded() ? W::taps() : rows.count() * columns.count();
      for (int32_t c = 0; c < G::input_channels; ++c) {
        int32_t so_far = Reduction::start();
        for (int32_t ky = rows.begin; ky < rows.end; ++ky) {
          const Element* values =
              InputRows::at(input, W::top(y) + ky) + (W::left(x) + columns.begin) * G::input_channels + c;
          for (int32_t kx = columns.begin; kx < columns.end; ++kx) {
            so_far = Reduction::add(so_far, *values);
            values += G::input_channels;
          }
        }
        *output++ = static_cast<Element>(Reduction::result(so_far, count));
      }
    }
  }
};

}  // namespace burin_kernels
