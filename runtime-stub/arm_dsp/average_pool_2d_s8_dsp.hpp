// AVERAGE_POOL_2D, int8, at least four channels, on cores with the DSP extension.
//
//   output[y][x][c] = clamp(round(sum input[y'][x'][c] / count))
//
// over the `count` taps of the window that lie inside the image, at most 256; halves are rounded away from
// zero.
//
//   stream:  | M | C | A A |  words, for every window alike; where windows are cut by the image's borders
//   such a triple
//            for each count from 1 to the number of taps. See arm_dsp/pool.hpp.
//
// Cost, modeled Cortex-M4 cycles: for each window about 60, and 45 for each four of its channels, and 1.5 a
// tap and channel.
// Registers: see arm_dsp/pool.hpp.
#pragma once

#include <stdint.h>

#include "arm_dsp/elementwise.hpp"
#include "arm_dsp/pool.hpp"
#include "arm_dsp/pool_windows.hpp"
#include "generic/rows.hpp"
#include "generic/window.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: activation_min, activation_max.
template <class Geometry, class Isa>
struct AveragePool2dS8Dsp {
  typedef Geometry G;
  typedef Window<Geometry> W;
  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;

  static constexpr bool accepts() {
    return W::sound() && W::meets_image() && G::dilation_height == 1 && G::dilation_width == 1 &&
           G::input_channels == G::output_channels && G::input_channels >= 4 && W::taps() <= 256;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

#ifndef BURIN_HOST
  // Output rows [row_begin, row_end) of every image of the batch.
  static BURIN_ENTRY void run(const int8_t* input, const uint32_t* stream, int8_t* output, int32_t row_begin,
                              int32_t row_end) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t y = row_begin; y < row_end; ++y) row(input, stream, OutputRows::at(output, y), y);
      input += G::input_height * W::input_row_elements();
      output += G::output_height * W::output_row_elements();
    }
  }

 private:
  static void row(const int8_t* input, const uint32_t* stream, int8_t* output, int32_t y) {
    ArmDspWindow window;
    WindowTaps<G, InputRows>::begin(window, input);
    const Taps rows = W::rows(y);
    for (int32_t x = 0; x < G::output_width; x += window.windows) {
      WindowTaps<G, InputRows>::select(window, input, y, x, rows);
      const int32_t count = window.rows * window.columns;
      const uint32_t* const form = W::unpadded() ? stream : stream + 3 * (count - 1);
      window.output = output + x * G::output_channels;
      window.factor = static_cast<int32_t>(form[0]);
      window.offset = static_cast<int32_t>(form[1]);
      window.adjustment = static_cast<int32_t>(form[2]);
      ArmDspPool::mean(&window);
    }
    if (G::activation_min > -128 || G::activation_max < 127) {
      ArmDspElementwise::clamp(output, W::output_row_elements(),
                               static_cast<uint32_t>(G::activation_min & 0xff) * 0x01010101u,
                               static_cast<uint32_t>(G::activation_max & 0xff) * 0x01010101u);
    }
  }
#endif  // !BURIN_HOST
};

}  // namespace burin_kernels
