// CONV_2D, int8, any primitive layer.
//
//   output[y][x][o] = clamp(zero_point + requantize(bias[o] + sum input[y'][x'][c] * weights[o][ky][kx][c]))
//
// over the taps of the window; outside the image stands the input's zero point. `bias` has that zero point
// folded in: bias[o] - input_zero_point * sum of all weights of o. Weights are
// [output_channels][window_height] [window_width][weight_channels]; with fewer weight channels than input
// channels the convolution is grouped. One multiplier and one shift an output channel.
#pragma once

#include <stdint.h>

#include "kernels/rows.hpp"
#include "kernels/window.hpp"

namespace burin_kernels {

// Geometry, besides that of windows: weight_channels, input_zero_point, output_zero_point, activation_min,
// activation_max, round_once.
template <class Geometry, class Isa>
struct Convolution2dS8 {
  typedef Geometry G;
  typedef Window<Geometry> W;
  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;

  static constexpr bool accepts() {
    return W::sound() && G::weight_channels > 0 && G::input_channels % G::weight_channels == 0 &&
           G::output_channels % (G::input_channels / G::weight_channels) == 0;
  }
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
  // Weights of one output channel, and of one row of its window.
  static constexpr int32_t weight_row() { return G::window_width * G::weight_channels; }
  static constexpr int32_t weight_block() { return G::window_height * weight_row(); }
  // The taps of a window's row are neighbours in memory, channels included.
  static constexpr bool dense() { return G::dilation_width == 1 && G::weight_channels == G::input_channels; }

  static constexpr int32_t groups() { return G::input_channels / G::weight_channels; }

  static void row(const int8_t* input, const int8_t* weights, const int32_t* bias, const int32_t* multipliers,
                  const int8_t* shifts, int8_t* output, int32_t y) {
    const Taps rows = W::rows(y);
    for (int32_t x = 0; x < G::output_width; ++x) {
      const Taps columns = W::columns(x);
      const bool inside =
          W::unpadded() || (rows.count() == G::window_height && columns.count() == G::window_width);
      const int8_t* image = input;
      const int8_t* filter = weights;
      int32_t o = 0;
      for (int32_t group = 0; group < groups(); ++group) {
        for (int32_t i = 0; i < G::output_channels / groups(); ++i) {
          int32_t sum = accumulate(image, filter, W::top(y), W::left(x), rows, columns, bias[o]);
          if (!inside) sum += G::input_zero_point * outside(filter, rows, columns);
          filter += weight_block();
          const int32_t scaled = Isa::requantize(sum, multipliers[o], shifts[o], G::round_once != 0);
          *output++ = static_cast<int8_t>(
              Isa::clamp(scaled + G::output_zero_point, G::activation_min, G::activation_max));
          ++o;
        }
        image += G::weight_channels;
      }
    }
  }

  // The products of the taps inside the image.
  static int32_t accumulate(const int8_t* image, const int8_t* filter, int32_t top, int32_t left,
                            const Taps& rows, const Taps& columns, int32_t sum) {
    for (int32_t ky = rows.begin; ky < rows.end; ++ky) {
      const int8_t* values = InputRows::at(image, top + ky * G::dilation_height) +
                             (left + columns.begin * G::dilation_width) * G::input_channels;
      const int8_t* factors = filter + ky * weight_row() + columns.begin * G::weight_channels;
      if (dense()) {
        sum = Isa::dot_s8(values, factors, columns.count() * G::weight_channels, sum);
      } else {
        for (int32_t kx = columns.begin; kx < columns.end; ++kx) {
          sum = Isa::dot_s8(values, factors, G::weight_channels, sum);
          values += G::dilation_width * G::input_channels;
          factors += G::weight_channels;
        }
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
        if (!(row_inside && kx >= columns.begin && kx < columns.end))
          for (int32_t c = 0; c < G::weight_channels; ++c) result += filter[c];
        filter += G::weight_channels;
      }
    }
    return result;
  }
};

}  // namespace burin_kernels
