// The windows of pools as arm_dsp/pool.hpp wants them described.
#pragma once

#include <stdint.h>

#include "arm_dsp/pool.hpp"
#include "generic/window.hpp"

namespace burin_kernels {

#ifndef BURIN_HOST
// Describes the windows of a kernel. Geometry as for Window.
template <class G, class InputRows>
struct WindowTaps {
  // What all windows have in common.
  static void begin(ArmDspWindow& window, const int8_t* input) {
    window.channels = G::input_channels;
    window.ring_bytes = InputRows::stored() * G::input_width * G::input_channels;
    window.end = input + window.ring_bytes;
    window.next_window = (G::stride_width - 1) * G::input_channels;
  }
  // The taps `rows` of output (y, x), and as many outputs to the right of it as have windows of the same
  // shape.
  static void select(ArmDspWindow& window, const int8_t* input, int32_t y, int32_t x, const Taps& rows) {
    const Taps columns = Window<G>::columns(x);
    // Whole windows stand between those that the borders cut.
    const int32_t last_whole = (G::input_width - G::window_width + G::pad_left) / G::stride_width;
    const int32_t last = last_whole < G::output_width ? last_whole : G::output_width - 1;
    window.windows = columns.count() == G::window_width ? last - x + 1 : 1;
    window.input = InputRows::at(input, Window<G>::top(y) + rows.begin) +
                   (Window<G>::left(x) + columns.begin) * G::input_channels;
    window.rows = rows.count();
    window.columns = columns.count();
    window.next_row = (G::input_width - window.columns) * G::input_channels;
    if (InputRows::whole() && window.next_row == 0) {  // one row after the other, without a gap
      window.columns *= window.rows;
      window.rows = 1;
    }
  }
};
#endif  // !BURIN_HOST

}  // namespace burin_kernels
