// DEPTHWISE_CONV_2D, int8, kernel 3x3, stride 1 or 2, on cores with the DSP extension.
//
//   output[y][x][c] = clamp(zero_point + requantize(bias[c] + sum input[y'][x'][c] * weights[i][j][c]))
//
// over the taps of the window; outside the image stands the input's zero point. Bit-exact to the reference's
// double rounding (or the single one, see pack).
//
// Four channels at a time, the image's rows are widened pair by pair into a small sliding buffer of column
// words, from which 2x2 outputs of a channel are made at once (stride 2: one after the other); a last group
// of fewer channels reads the last four and uses what it needs. See isa/arm_dsp_depthwise.hpp for the layout
// and the arithmetic.
//
//   scratch:  | blocks of four channels, 160 bytes | column words |
//
// Column words: sliding, 32 bytes a column and 16 a pair of rows; or, where that comes to no more than 1 KB,
// a whole image of 32 bytes for each column of each two output rows, which a channel then walks in one go.
//
// Row ranges: any. Each call widens anew the rows it needs, 2 more than it makes, so longer ranges are
// cheaper.
//
// Measured, modelled Cortex-M4 cycles per nominal multiply-accumulate, all channels fast:
//   stride 1   48x48x8 2.08   24x24x32 2.21   12x12x64 2.51   6x6x128 2.99   25x5x64 3.73   3x3x256 6.73
//   stride 2   48x48x16 3.44   24x24x32 3.91   12x12x64 5.04   6x6x128 7.5
#pragma once

#include <stdint.h>

#include "isa/arm_dsp_depthwise.hpp"
#include "isa/arm_dsp_elementwise.hpp"
#include "kernels/convolution_spec.hpp"
#include "kernels/rows.hpp"

#ifdef BURIN_HOST
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <span>
#include <vector>
#endif  // BURIN_HOST

namespace burin_kernels {

// Facts for any shape.
struct DepthwisePlanes {
  static constexpr bool accepts(const ConvolutionSpec& s) {
    return s.batches == 1 && s.kernel_height == 3 && s.kernel_width == 3 && s.dilation_height == 1 &&
           s.dilation_width == 1 && s.input_channels >= 4 && s.output_channels == s.input_channels &&
           s.stride_height == s.stride_width &&
           ((s.stride_width == 1 && s.output_width >= 2) || (s.stride_width == 2 && s.output_width >= 1)) &&
           s.input_height >= 1 && s.input_width >= 1 && s.output_height >= 1 && s.pad_top >= 0 &&
           s.pad_left >= 0 && s.pad_left < columns(s);
  }

  static constexpr int32_t scratch_bytes(const ConvolutionSpec& s) {
    return 160 + (stores_whole(s) ? whole_bytes(s) : 32 * columns(s) + 16 * (pairs(s) - 2));
  }

  // The output may be the input, whole tensors both, if one call makes all rows.
  static constexpr bool output_may_overlap_input(const ConvolutionSpec& s) {
    return s.stride_width == 1 && s.pad_top == 1 && s.pad_left == 1 && s.input_height == s.output_height &&
           s.input_width == s.output_width;
  }

  // Columns that the outputs of a row read, those outside the image included.
  static constexpr int32_t columns(const ConvolutionSpec& s) {
    return (s.output_width - 1) * s.stride_width + 3;
  }
  // Those inside the image.
  static constexpr int32_t columns_inside(const ConvolutionSpec& s) {
    return columns(s) - s.pad_left < s.input_width ? columns(s) - s.pad_left : s.input_width;
  }
  // Pairs of rows that all outputs read; steps of two output rows (stride 1) or one (stride 2), each reads
  // two pairs.
  static constexpr int32_t steps(const ConvolutionSpec& s) {
    return s.stride_height == 1 ? (s.output_height + 1) / 2 : s.output_height;
  }
  static constexpr int32_t pairs(const ConvolutionSpec& s) { return steps(s) + 1; }
  static constexpr int32_t whole_bytes(const ConvolutionSpec& s) { return steps(s) * columns(s) * 32; }
  static constexpr bool stores_whole(const ConvolutionSpec& s) {
    return s.stride_height == 1 && whole_bytes(s) <= 1024;
  }

#ifdef BURIN_HOST
  // Modelled Cortex-M4 cycles of a whole image in one call, all channels fast.
  static constexpr int64_t estimate_cycles(const ConvolutionSpec& s) {
    const int64_t groups = (s.input_channels + 3) / 4;
    const int64_t widening = pairs(s) * (60 + columns(s) * 17);
    const int64_t row = s.stride_width == 1 ? 50 + (s.output_width + 1) / 2 * 62 : 52 + s.output_width * 19;
    return groups * (60 + widening + steps(s) * 45) + s.input_channels * (55 + steps(s) * row);
  }
#endif  // BURIN_HOST
};

#ifdef BURIN_HOST
// Makes streams.
class DepthwisePlanesPacker {
 public:
  // The stream for the weights [3][3][channels], one bias, multiplier and shift (positive: to the left) a
  // channel, or nothing where no form gives exactly the reference's numbers: shifts that are not to the
  // right, products beyond 32 bits. Channels that cannot leave the zero point become constants.
  static std::optional<std::vector<uint32_t>> pack(const ConvolutionSpec& s, std::span<const int8_t> weights,
                                                   std::span<const int32_t> biases,
                                                   std::span<const int32_t> multipliers,
                                                   std::span<const int8_t> shifts, bool round_once = false) {
    if (!DepthwisePlanes::accepts(s)) return std::nullopt;
    std::vector<uint32_t> stream;
    for (int32_t c = 0; c < s.output_channels; ++c) {
      const size_t channel = static_cast<size_t>(c);
      const std::optional<Form> form =
          choose(s, weights, channel, biases[channel], multipliers[channel], shifts[channel], round_once);
      if (!form) return std::nullopt;
      for (size_t j = 0; j < 3; ++j) {
        uint32_t word = j == 0 ? form->scale << 24 : j == 1 ? form->shift << 24 : 0;
        for (size_t i = 0; i < 3; ++i)
          word |= static_cast<uint32_t>(static_cast<uint8_t>(tap(s, weights, i, j, channel))) << (8 * i);
        stream.push_back(word);
      }
      stream.push_back(static_cast<uint32_t>(form->bias));
      stream.push_back(static_cast<uint32_t>(form->multiplier));
      stream.push_back(static_cast<uint32_t>(form->offset));
    }
    return stream;
  }

 private:
  // Requantisation of a channel, see isa/arm_dsp_depthwise.hpp: p, r or 0, bias 2^p, m, K.
  struct Form {
    uint32_t scale, shift;
    int32_t bias, multiplier, offset;
  };

  static int8_t tap(const ConvolutionSpec& s, std::span<const int8_t> weights, size_t i, size_t j,
                    size_t channel) {
    return weights[(3 * i + j) * static_cast<size_t>(s.output_channels) + channel];
  }

  static std::optional<Form> choose(const ConvolutionSpec& s, std::span<const int8_t> weights, size_t channel,
                                    int64_t bias, int64_t multiplier, int32_t shift, bool round_once) {
    const int64_t limit = int64_t(1) << 31;
    const int64_t zero_point = s.output_zero_point;
    // No sum, nor any part of one, goes beyond `bound`.
    int64_t magnitude = 0;
    for (size_t i = 0; i < 9; ++i) {
      const int64_t weight = tap(s, weights, i / 3, i % 3, channel);
      bias -= s.input_zero_point * weight;
      magnitude += 128 * std::abs(weight);
    }
    const int64_t bound = std::abs(bias) + magnitude;
    if (multiplier < 0 || multiplier >= limit || bound >= limit) return std::nullopt;
    const int32_t right = -shift;
    if (multiplier == 0 ||
        (right > 0 && bound * multiplier + (int64_t(1) << 30) < int64_t(1) << (30 + std::min(right, 31))))
      return Form{2, 0, 0, 0, static_cast<int32_t>(zero_point * 1024 + 512)};

    const int32_t scale = 11 - right;
    if ((round_once || zero_point == -128) && scale >= (round_once ? 1 : 2) && scale <= 8 &&
        bound << scale < limit)
      return Form{
          static_cast<uint32_t>(scale), 0, static_cast<int32_t>(bias << scale),
          static_cast<int32_t>(multiplier),
          static_cast<int32_t>(zero_point * 1024 + 512 + (round_once ? 0 : int64_t(1) << (scale - 2)))};
    if (round_once || right < 1 || right > 23) return std::nullopt;
    const int64_t offset = zero_point * (int64_t(1) << right) + (int64_t(1) << (right - 1));
    if (bound * 2 >= limit || bound + 1 + std::abs(offset) >= limit) return std::nullopt;
    return Form{1, static_cast<uint32_t>(right), static_cast<int32_t>(bias * 2),
                static_cast<int32_t>(multiplier), static_cast<int32_t>(offset)};
  }
};
#endif  // BURIN_HOST

// Geometry: every field of ConvolutionSpec, input_ring_rows, output_ring_rows.
template <class Geometry, class Isa>
struct DepthwiseConvolution2dS8Planes {
  typedef DepthwisePlanes Facts;
  typedef Geometry G;
  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;

  static constexpr ConvolutionSpec spec() {
    return {G::batches,           G::input_height,   G::input_width,   G::input_channels,
            G::kernel_height,     G::kernel_width,   G::output_height, G::output_width,
            G::output_channels,   G::stride_height,  G::stride_width,  G::dilation_height,
            G::dilation_width,    G::pad_top,        G::pad_left,      G::input_zero_point,
            G::output_zero_point, G::activation_min, G::activation_max};
  }

  static constexpr bool accepts() { return Facts::accepts(spec()); }
  static constexpr int32_t scratch_bytes() { return Facts::scratch_bytes(spec()); }

#ifndef BURIN_HOST
  // Output rows [row_begin, row_end). `stream` is what pack returned, `scratch` is 4-byte aligned.
  static void run(const int8_t* input, const uint32_t* stream, int8_t* output, int8_t* scratch,
                  int32_t row_begin, int32_t row_end) {
    if (row_begin >= row_end) return;
    uint32_t* const blocks = static_cast<uint32_t*>(static_cast<void*>(scratch));
    ArmDspRowPair pair;
    pair.columns = Facts::columns_inside(spec());
    pair.left = G::pad_left;
    pair.right = Facts::columns(spec()) - G::pad_left - Facts::columns_inside(spec());
    pair.padding = static_cast<uint32_t>(G::input_zero_point & 0xffff) * 0x00010001u;
    ArmDspDepthwiseRows rows;
    rows.blocks = blocks;
    rows.pixel_bytes = G::output_channels;
    rows.span = G::stride_width == 1 ? 32 * (G::output_width & ~1) : 64 * G::output_width;
    rows.odd = G::output_width & 1;
    rows.next_rows = G::output_width * G::output_channels;
    for (int32_t channel = 0; channel < G::input_channels; channel += 4) {
      const int32_t first = channel + 4 <= G::input_channels ? channel : G::input_channels - 4;
      rows.channels = first + 4 - channel;
      ArmDspDepthwise::unpack(stream, blocks, rows.channels);
      stream += 6 * rows.channels;
      if (Facts::stores_whole(spec()) && OutputRows::whole())
        group_whole(input + first, output + channel, blocks + 40, channel - first, pair, rows, row_begin,
                    row_end);
      else
        group_sliding(input + first, output + channel, blocks + 40, channel - first, pair, rows, row_begin,
                      row_end);
    }
    if (G::activation_min > -128 || G::activation_max < 127) clamp(output, row_begin, row_end);
  }

 private:
  // Rows of a group of channels. `input` is of the first channel widened, the first `skip` of which are not
  // wanted, `output` of the first one made.
  static void group_sliding(const int8_t* input, int8_t* output, uint32_t* planes, int32_t skip,
                            ArmDspRowPair& pair, ArmDspDepthwiseRows& rows, int32_t row_begin,
                            int32_t row_end) {
    int32_t y = row_begin * G::stride_height - G::pad_top;
    pair.planes = planes;
    pair.second = 0;
    widen(input, y, pair);
    rows.planes = planes + skip;
    for (int32_t row = row_begin; row < row_end; row += 3 - G::stride_height) {
      y += 2;
      pair.planes += 4;
      widen(input, y, pair);
      rows.output = OutputRows::at(output, row);
      if (G::stride_height == 1) {
        rows.rows = row_end - row;
        if (rows.rows > 2) rows.rows = 2;
        rows.row_bytes = static_cast<int32_t>(OutputRows::at(output, row + 1) - rows.output);
        ArmDspDepthwise::stride_1(&rows);
      } else {
        ArmDspDepthwise::stride_2(&rows);
      }
      rows.planes += 4;
    }
  }

  // The same, all column words first: those of pair i stand as P in step i and as Q in step i - 1.
  static void group_whole(const int8_t* input, int8_t* output, uint32_t* planes, int32_t skip,
                          ArmDspRowPair& pair, ArmDspDepthwiseRows& rows, int32_t row_begin,
                          int32_t row_end) {
    int32_t y = row_begin - G::pad_top;
    pair.planes = planes;
    pair.second = 0;
    widen(input, y, pair);
    pair.planes += 4;
    pair.second = 32 * Facts::columns(spec()) - 16;
    for (int32_t row = row_begin; row < row_end; row += 2) {
      y += 2;
      if (row + 2 >= row_end) pair.second = 0;
      widen(input, y, pair);
      pair.planes += 8 * Facts::columns(spec());
    }
    rows.planes = planes + skip;
    rows.output = OutputRows::at(output, row_begin);
    rows.rows = row_end - row_begin;
    rows.row_bytes = G::output_width * G::output_channels;
    ArmDspDepthwise::stride_1(&rows);
  }

  // Widens rows y and y + 1; outside the image a row is one pixel of zero points again and again.
  static void widen(const int8_t* input, int32_t y, ArmDspRowPair& pair) {
    const uint32_t zero = static_cast<uint32_t>(G::input_zero_point & 0xff) * 0x01010101u;
    const int8_t* const outside = static_cast<const int8_t*>(static_cast<const void*>(&zero));
    const bool upper = y >= 0 && y < G::input_height;
    const bool lower = y >= -1 && y < G::input_height - 1;
    pair.upper = upper ? InputRows::at(input, y) : outside;
    pair.lower = lower ? InputRows::at(input, y + 1) : outside;
    const int32_t step = G::input_channels;
    pair.upper_step = upper ? step : 0;
    pair.lower_step = lower ? step : 0;
    ArmDspDepthwise::widen(&pair);
  }

  // An activation range narrower than int8, on finished rows.
  static void clamp(int8_t* output, int32_t row_begin, int32_t row_end) {
    for (int32_t row = row_begin; row < row_end; ++row) {
      ArmDspElementwise::clamp(OutputRows::at(output, row), G::output_width * G::output_channels,
                               static_cast<uint32_t>(G::activation_min & 0xff) * 0x01010101u,
                               static_cast<uint32_t>(G::activation_max & 0xff) * 0x01010101u);
    }
  }
#endif  // !BURIN_HOST
};

}  // namespace burin_kernels
