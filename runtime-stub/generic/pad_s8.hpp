// PAD, any primitive layer: the input surrounded by a constant byte, in any of four dimensions. Wider
// elements than bytes are so many channels.
//
//   output[a][b][c][d] = input[a - before_a][b - before_b][c - before_c][d - before_d], or the constant
//
// Registers: two pointers and a count, around memmove and memset of runs. Cost, modeled Cortex-M4 cycles at
// -O2: 1.0 a byte (16x16x16, by one pixel all around).
#pragma once

#include <stdint.h>
#include <string.h>

#include "generic/primitives.hpp"
#include "generic/rows.hpp"

namespace burin_kernels {

// Geometry: input_batches, input_height, input_width, input_channels, the same of the output, pad_front
// (images), pad_top, pad_left, pad_channels (those before the first), value, input_ring_rows,
// output_ring_rows. What is added after the last follows from the output's size.
template <class Geometry, class Isa>
struct PadS8 {
  typedef Geometry G;
  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;

  static constexpr bool accepts() {
    return fits(G::input_batches, G::pad_front, G::output_batches) &&
           fits(G::input_height, G::pad_top, G::output_height) &&
           fits(G::input_width, G::pad_left, G::output_width) &&
           fits(G::input_channels, G::pad_channels, G::output_channels) &&
           ((InputRows::whole() && OutputRows::whole()) || G::output_batches == 1);
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  // Output rows [row_begin, row_end) of every image.
  static BURIN_ENTRY void run(const void* from, void* to, int32_t row_begin, int32_t row_end) {
    const int8_t* input = static_cast<const int8_t*>(from);
    int8_t* output = static_cast<int8_t*>(to);
    for (int32_t batch = 0; batch < G::output_batches; ++batch) {
      const bool image = batch >= G::pad_front && batch - G::pad_front < G::input_batches;
      for (int32_t y = row_begin; y < row_end; ++y) {
        int8_t* const row = OutputRows::at(output, y);
        if (image && y >= G::pad_top && y - G::pad_top < G::input_height)
          surround(InputRows::at(input, y - G::pad_top), row);
        else
          fill(row, row_elements());
      }
      if (image) input += G::input_height * G::input_width * G::input_channels;
      output += G::output_height * row_elements();
    }
  }

 private:
  static constexpr bool fits(int32_t input, int32_t before, int32_t output) {
    return input > 0 && before >= 0 && before <= output - input;
  }
  static constexpr int32_t row_elements() { return G::output_width * G::output_channels; }
  static constexpr bool whole_pixels() { return G::input_channels == G::output_channels; }
  static constexpr int32_t pixels_after() { return G::output_width - G::input_width - G::pad_left; }
  static constexpr int32_t channels_after() {
    return G::output_channels - G::input_channels - G::pad_channels;
  }

  static int8_t* fill(int8_t* output, int32_t count) {
    memset(output, G::value, static_cast<size_t>(count));
    return output + count;
  }
  // Input and output may overlap.
  static int8_t* copy(const int8_t* input, int8_t* output, int32_t count) {
    memmove(output, input, static_cast<size_t>(count));
    return output + count;
  }

  static void surround(const int8_t* input, int8_t* output) {
    output = fill(output, G::pad_left * G::output_channels);
    if (whole_pixels()) {
      output = copy(input, output, G::input_width * G::input_channels);
    } else {
      for (int32_t x = 0; x < G::input_width; ++x) {
        output = fill(output, G::pad_channels);
        output = copy(input, output, G::input_channels);
        output = fill(output, channels_after());
        input += G::input_channels;
      }
    }
    fill(output, pixels_after() * G::output_channels);
  }
};

}  // namespace burin_kernels
