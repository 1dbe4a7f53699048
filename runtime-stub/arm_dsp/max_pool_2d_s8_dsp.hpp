// MAX_POOL_2D, int8, at least four channels, on cores with the DSP extension.
//
//   output[y][x][c] = clamp(max input[y'][x'][c])
//
// over the taps of the window that lie inside the image. SSUB8 and SEL take the greater of four bytes each.
//
// Cost, modeled Cortex-M4 cycles: for each window about 60, and 25 for each four of its channels, and 1.5 a
// tap and channel.
// Registers: see arm_dsp/pool.hpp.
#pragma once

#include <stdint.h>

#include "arm_dsp/pool.hpp"
#include "arm_dsp/pool_windows.hpp"
#include "generic/rows.hpp"
#include "generic/window.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: activation_min, activation_max.
template <class Geometry, class Isa>
struct MaxPool2dS8Dsp {
  typedef Geometry G;
  typedef Window<Geometry> W;
  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;

  static constexpr bool accepts() {
    return W::sound() && W::meets_image() && G::dilation_height == 1 && G::dilation_width == 1 &&
           G::input_channels == G::output_channels && G::input_channels >= 4;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

#ifndef BURIN_HOST
  // Output rows [row_begin, row_end) of every image of the batch.
  static BURIN_ENTRY void run(const int8_t* input, int8_t* output, int32_t row_begin, int32_t row_end) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t y = row_begin; y < row_end; ++y) row(input, OutputRows::at(output, y), y);
      input += G::input_height * W::input_row_elements();
      output += G::output_height * W::output_row_elements();
    }
  }

 private:
  static void row(const int8_t* input, int8_t* output, int32_t y) {
    ArmDspWindow window;
    WindowTaps<G, InputRows>::begin(window, input);
    window.factor = static_cast<int32_t>(static_cast<uint32_t>(G::activation_min & 0xff) * 0x01010101u);
    window.offset = static_cast<int32_t>(static_cast<uint32_t>(G::activation_max & 0xff) * 0x01010101u);
    window.adjustment = 0;
    const Taps rows = W::rows(y);
    for (int32_t x = 0; x < G::output_width; x += window.windows) {
      WindowTaps<G, InputRows>::select(window, input, y, x, rows);
      window.output = output + x * G::output_channels;
      ArmDspPool::maximum(&window);
    }
  }
#endif  // !BURIN_HOST
};

}  // namespace burin_kernels
