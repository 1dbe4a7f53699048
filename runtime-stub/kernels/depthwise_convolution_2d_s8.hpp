// DEPTHWISE_CONV_2D, int8, any primitive layer.
//
//   output[y][x][c * m + j] = clamp(zero_point + requantize(bias + sum input[y'][x'][c] * weights[c * m +
//   j]))
//
// over the taps of the window, m output channels an input channel; outside the image stands the input's zero
// point. `bias` has that zero point folded in: bias[o] - input_zero_point * sum of all weights of o. Weights
// are [output_channels][window_height][window_width]. One multiplier and one shift an output channel.
#pragma once

#include <stdint.h>

#include "kernels/rows.hpp"
#include "kernels/window.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: input_zero_point, output_zero_point, activation_min, activation_max,
// round_once.
template <class Geometry, class Isa>
struct DepthwiseConvolution2dS8 {
  typedef Geometry G;
  typedef Window<Geometry> W;
  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;

  static constexpr bool accepts() { return W::sound() && G::output_channels % G::input_channels == 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  // Output rows [row_begin, row_end) of every image of the batch.
  static void run(const int8_t* input, const int8_t* weights, const int32_t* bias, const int32_t* multipliers,
                  const int8_t* shifts, int8_t* output, int32_t row_begin, int32_t row_end) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      for (int32_t y = row_begin; y < row_end; ++y)
        row(input, weights, bias, multipliers, shifts, OutputRows::at(output, y), y);
      input += G::input_height * W::input_row_elements();
      output += G::output_height * W::output_row_elements();
    }
  }

 private:
  static constexpr int32_t multiplicity() { return G::output_channels / G::input_channels; }

  static void row(const int8_t* input, const int8_t* weights, const int32_t* bias, const int32_t* multipliers,
                  const int8_t* shifts, int8_t* output, int32_t y) {
    const Taps rows = W::rows(y);
    for (int32_t x = 0; x < G::output_width; ++x) {
      const Taps columns = W::columns(x);
      const bool inside =
          W::unpadded() || (rows.count() == G::window_height && columns.count() == G::window_width);
      const int8_t* filter = weights;
      int32_t o = 0;
      for (int32_t c = 0; c < G::input_channels; ++c) {
        for (int32_t j = 0; j < multiplicity(); ++j) {
          int32_t sum;
          if (inside) {
            // Trip counts that the compiler knows.
            const Taps all_rows = {0, G::window_height};
            const Taps all_columns = {0, G::window_width};
            sum = accumulate(input + c, filter, W::top(y), W::left(x), all_rows, all_columns, bias[o]);
          } else {
            sum = accumulate(input + c, filter, W::top(y), W::left(x), rows, columns, bias[o]) +
                  G::input_zero_point * outside(filter, rows, columns);
          }
          filter += W::taps();
          const int32_t scaled = Isa::requantize(sum, multipliers[o], shifts[o], G::round_once != 0);
          *output++ = static_cast<int8_t>(
              Isa::clamp(scaled + G::output_zero_point, G::activation_min, G::activation_max));
          ++o;
        }
      }
    }
  }

  // The products of the taps inside the image.
  static int32_t accumulate(const int8_t* image, const int8_t* filter, int32_t top, int32_t left,
                            const Taps& rows, const Taps& columns, int32_t sum) {
    for (int32_t ky = rows.begin; ky < rows.end; ++ky) {
      const int8_t* values = InputRows::at(image, top + ky * G::dilation_height) +
                             (left + columns.begin * G::dilation_width) * G::input_channels;
      const int8_t* factors = filter + ky * G::window_width;
      for (int32_t kx = columns.begin; kx < columns.end; ++kx) {
        sum += static_cast<int32_t>(*values) * factors[kx];
        values += G::dilation_width * G::input_channels;
      }
    }
    return sum;
  }

  // The sum of the weights whose taps lie outside the image.
  static int32_t outside(const int8_t* filter, const Taps& rows, const Taps& columns) {
    int32_t result = 0;
    for (int32_t ky = 0; ky < G::window_height; ++ky) {
      const bool row_inside = ky >= rows.begin && ky < rows.end;
      for (int32_t kx = 0; kx < G::window_width; ++kx) {
        const bool tap_inside = row_inside && kx >= columns.begin && kx < columns.end;
        result += tap_inside ? 0 : *filter;
        ++filter;
      }
    }
    return result;
  }
};

}  // namespace burin_kernels
