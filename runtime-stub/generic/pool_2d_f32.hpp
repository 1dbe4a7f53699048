// AVERAGE_POOL_2D and MAX_POOL_2D, float32: the mean or the maximum of the elements of every channel under a
// window, padding left out.
//
// Cost, modeled Cortex-M4 cycles at -O2 on the FPU, window 2x2: maximum 8.8 an element read, average 6.5.
// Registers: two pointers and the ends of the taps, and on the FPU a result and an element.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"
#include "generic/rows.hpp"
#include "generic/window.hpp"

namespace burin_kernels {

struct MeanOfElementsF32 {
  static float start(float) { return 0.0f; }
  static float add(float sum, float element) { return sum + element; }
  static float finish(float sum, int32_t count) { return sum / static_cast<float>(count); }
};
// Of no numbers, the lowest result: what is not a number is above nothing.
struct LargestElementF32 {
  static float start(float lowest) { return lowest; }
  static float add(float largest, float element) { return element > largest ? element : largest; }
  static float finish(float largest, int32_t) { return largest; }
};

template <class Geometry, class Reduction>
struct Pool2dF32 {
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
  static BURIN_ENTRY void run(const float* input, float* output, float lowest, float highest,
                              int32_t row_begin, int32_t row_end) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t y = row_begin; y < row_end; ++y) row(input, OutputRows::at(output, y), lowest, highest, y);
      input += G::input_height * W::input_row_elements();
      output += G::output_height * W::output_row_elements();
    }
  }

 private:
  static void row(const float* input, float* output, float lowest, float highest, int32_t y) {
    const Taps rows = W::rows(y);
    for (int32_t x = 0; x < G::output_width; ++x) {
      const Taps columns = W::columns(x);
      for (int32_t c = 0; c < G::input_channels; ++c) {
        const int32_t first = (W::left(x) + columns.begin) * G::input_channels + c;
        float result = Reduction::start(lowest);
        for (int32_t ky = rows.begin; ky < rows.end; ++ky) {
          const float* values = InputRows::at(input, W::top(y) + ky) + first;
          for (int32_t kx = columns.begin; kx < columns.end; ++kx) {
            result = Reduction::add(result, *values);
            values += G::input_channels;
          }
        }
        result = Reduction::finish(result, rows.count() * columns.count());
        *output++ = result < lowest ? lowest : result > highest ? highest : result;
      }
    }
  }
};

template <class Geometry, class Isa>
struct AveragePool2dF32 : Pool2dF32<Geometry, MeanOfElementsF32> {};
template <class Geometry, class Isa>
struct MaxPool2dF32 : Pool2dF32<Geometry, LargestElementF32> {};

}  // namespace burin_kernels
