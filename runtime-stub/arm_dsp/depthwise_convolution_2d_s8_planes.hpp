// DEPTHWISE_CONV_2D, int8, kernel 3x3, stride 1 or 2, on cores with the DSP extension.
//
//   output[y][x][c] = clamp(zero_point + requantize(bias[c] + sum input[y'][x'][c] * weights[i][j][c]))
//
// over the taps of the window; outside the image stands the input's zero point. Bit-exact to the reference's
// double rounding (or the single one, see pack).
//
// Four channels at a time, the image's rows are widened pair by pair into a small sliding buffer of column
// words, from which 2x2 outputs of a channel are made at once (stride 2: one after the other); a last group
// of fewer channels reads the last four and uses what it needs. See arm_dsp/depthwise.hpp for the layout
// and the arithmetic.
//
//   scratch:  | blocks of four channels, 160 bytes | column words |
//
// Column words: sliding, 32 bytes a column and 16 a pair of rows; or, where that comes to no more than 3 KB,
// a whole image of 32 bytes for each column of each step of two output rows (stride 2: one), which a channel
// then walks in one go.
//
// Row ranges: any. Each call widens anew the rows it needs, 2 more than it makes, so longer ranges are
// cheaper.
//
// Measured, modeled Cortex-M4 cycles per nominal multiply-accumulate, all channels fast, -O2:
//   stride 1   48x48x8 2.06   24x24x32 2.20   12x12x64 2.27   25x5x64 2.60   6x6x128 2.81   3x3x256 5.74
//   stride 2   48x48x16 3.27   24x24x32 3.75   12x12x64 4.28   6x6x128 6.39
// No ReLU, hence exact: 0.4 more for stride 1, 1.3 for stride 2.
// Registers: see arm_dsp/depthwise.hpp.
#pragma once

#include <stdint.h>

#include "arm_dsp/depthwise.hpp"
#include "arm_dsp/elementwise.hpp"
#include "generic/convolution_spec.hpp"
#include "generic/rows.hpp"

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
    return s.batches >= 1 && s.window_height == 3 && s.window_width == 3 && s.dilation_height == 1 &&
           s.dilation_width == 1 && s.input_channels >= 4 && s.output_channels == s.input_channels &&
           s.stride_height == s.stride_width &&
           ((s.stride_width == 1 && s.output_width >= 2) || (s.stride_width == 2 && s.output_width >= 1)) &&
           s.input_height >= 1 && s.input_width >= 1 && s.output_height >= 1 && s.pad_top >= 0 &&
           s.pad_left >= 0 && s.pad_left < columns(s) && s.input_height < 32768 && s.input_width < 32768 &&
           s.input_channels < 32768 && s.output_height < 32768 && s.output_width < 32768 && s.pad_top < 32768;
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
  static constexpr bool stores_whole(const ConvolutionSpec& s) { return whole_bytes(s) <= 3072; }

#ifdef BURIN_HOST
  // Modelled Cortex-M4 cycles of a whole image in one call, all channels fast.
  static constexpr int64_t estimate_cycles(const ConvolutionSpec& s) {
    const int64_t groups = (s.input_channels + 3) / 4;
    const int64_t width = s.output_width;
    const bool whole = stores_whole(s);
    // A pair of rows widened; a row, or two of stride 1, of a channel; what a turn costs besides.
    const int64_t pair = whole ? 25 + columns_inside(s) * 21 : 95 + columns_inside(s) * 31 / 2;
    const int64_t row = s.stride_width == 1 ? 18 + width / 2 * 62 + width % 2 * 35 : 25 + width * 71 / 4;
    const int64_t turns = whole ? 1 : steps(s);
    return 300 + s.batches * groups * (310 + pairs(s) * pair + 255 * turns + steps(s) * 4 * row);
  }
#endif  // BURIN_HOST
};

#ifdef BURIN_HOST
// The numbers p, M and K of the fast form for a channel that is proven to equal the definition with them.
struct DepthwiseFastForm {
  int32_t scale = 0;
  int32_t multiplier = 0;
  int32_t offset = 0;
};

// Makes streams.
class DepthwisePlanesPacker {
 public:
  // The stream for the weights [3][3][channels], one bias, multiplier and shift (positive: to the left) a
  // channel, or nothing where no form gives exactly the reference's numbers: shifts that are not to the
  // right, products beyond 32 bits. Channels that cannot leave the zero point become constants.
  // `fast_channels` becomes the number of those in the fast form.
  static std::optional<std::vector<uint32_t>> pack(
      const ConvolutionSpec& s, std::span<const int8_t> weights, std::span<const int32_t> biases,
      std::span<const int32_t> multipliers, std::span<const int8_t> shifts, bool round_once = false,
      int64_t* fast_channels = nullptr, std::span<const std::optional<DepthwiseFastForm>> proven = {}) {
    int64_t fast = 0;
    if (!DepthwisePlanes::accepts(s)) return std::nullopt;
    std::vector<uint32_t> stream;
    for (int32_t c = 0; c < s.output_channels; ++c) {
      const size_t channel = static_cast<size_t>(c);
      const std::optional<Form> form =
          choose(s, weights, channel, biases[channel], multipliers[channel], shifts[channel], round_once,
                 proven.empty() ? std::nullopt : proven[channel]);
      if (!form) return std::nullopt;
      fast += form->shift == 0;
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
    if (fast_channels != nullptr) *fast_channels = fast;
    return stream;
  }

 private:
  // Requantization of a channel, see arm_dsp/depthwise.hpp: p, r or 0, bias 2^p, m, K.
  struct Form {
    uint32_t scale, shift;
    int32_t bias, multiplier, offset;
  };

  static int8_t tap(const ConvolutionSpec& s, std::span<const int8_t> weights, size_t i, size_t j,
                    size_t channel) {
    return weights[(3 * i + j) * static_cast<size_t>(s.output_channels) + channel];
  }

  static std::optional<Form> choose(const ConvolutionSpec& s, std::span<const int8_t> weights, size_t channel,
                                    int64_t bias, int64_t multiplier, int32_t shift, bool round_once,
                                    const std::optional<DepthwiseFastForm>& proven) {
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
    if (proven && bound << proven->scale < limit)
      return Form{static_cast<uint32_t>(proven->scale), 0, static_cast<int32_t>(bias << proven->scale),
                  proven->multiplier, proven->offset};
    if (round_once || right < 1 || right > 23) return std::nullopt;
    const int64_t offset = zero_point * (int64_t(1) << right) + (int64_t(1) << (right - 1));
    if (bound * 2 >= limit || bound + 1 + std::abs(offset) >= limit) return std::nullopt;
    return Form{1, static_cast<uint32_t>(right), static_cast<int32_t>(bias * 2),
                static_cast<int32_t>(multiplier), static_cast<int32_t>(offset)};
  }
};
#endif  // BURIN_HOST

#ifndef BURIN_HOST
// What a layer's code needs to know of its geometry.
struct DepthwisePlan {
  void (*make)(ArmDspDepthwiseGroup*);
  int16_t stride, channels, input_height, input_width, input_ring_rows;
  int16_t output_width, output_ring_rows, pad_top, pad_left, columns_inside, input_zero_point;
  bool stores_whole, input_whole;
};

// One code for all layers.
struct DepthwisePlanesRows {
  // Output rows [row_begin, row_end), of which there is one at least.
  static BURIN_SHARED void run(const DepthwisePlan& plan, const int8_t* input, const uint32_t* stream,
                               int8_t* output, int8_t* scratch, int32_t row_begin, int32_t row_end) {
    const bool whole = plan.stores_whole;
    const int32_t rows = row_end - row_begin;
    const int32_t steps = plan.stride == 1 ? (rows + 1) / 2 : rows;
    const int32_t y = row_begin * plan.stride - plan.pad_top;
    const int32_t columns = (plan.output_width - 1) * plan.stride + 3;
    const int32_t pair_bytes = 32 * columns;
    const int32_t left = plan.pad_left;
    const int32_t input_row = plan.input_width * plan.channels;
    const int32_t output_row = plan.output_width * plan.channels;
    const int32_t odd = plan.output_width & 1;
    const int32_t row = (y % plan.input_ring_rows + plan.input_ring_rows) % plan.input_ring_rows * input_row;
    const int32_t output_begin = row_begin % plan.output_ring_rows * output_row;
    uint32_t* const blocks = static_cast<uint32_t*>(static_cast<void*>(scratch));
    uint32_t* const planes = blocks + 40;

    ArmDspDepthwiseGroup group;
    group.height = plan.input_height;
    group.row_bytes = input_row;
    group.ring_bytes = plan.input_ring_rows * input_row;
    group.pixel_bytes = plan.channels;
    group.zero_points = static_cast<uint32_t>(plan.input_zero_point & 0xff) * 0x01010101u;
    group.columns = plan.columns_inside;
    group.left = whole ? 0 : left;
    group.right = whole ? 0 : columns - left - group.columns;
    group.padding = static_cast<uint32_t>(plan.input_zero_point & 0xffff) * 0x00010001u;
    group.planes_step = whole ? pair_bytes : 16;
    group.second = whole ? pair_bytes - 16 : 0;
    group.pairs_a_turn = whole ? steps : 1;
    group.rows_a_turn = whole ? rows : 3 - plan.stride;
    group.output_row_bytes = output_row;
    group.output_ring_bytes = plan.output_ring_rows * output_row;
    group.output_pixel_bytes = plan.channels;
    group.blocks = blocks;
    group.span = plan.stride == 1 ? 32 * (plan.output_width - odd) : 64 * plan.output_width;
    group.odd = odd;
    group.next_columns = 64 + 32 * odd;
    group.next_output = 2 * output_row - (plan.output_width - odd) * plan.channels;
    const bool inside = plan.input_whole && y >= -2 && y + 2 * steps <= plan.input_height;
    group.gap = inside ? pair_bytes - 32 * group.columns : 0;
    group.next_pair = 2 * input_row - group.columns * plan.channels;
    group.widen = ArmDspDepthwise::widen;
    if (whole) fill_outside(planes, left, group.columns, columns, steps, group.padding);
    for (int32_t channel = 0; channel < plan.channels; channel += 4) {
      // The last group reads the last four channels, some of which may not be wanted.
      const int32_t first = channel + 4 <= plan.channels ? channel : plan.channels - 4;
      group.row = input + first + row;
      group.y = y;
      group.end = input + first + group.ring_bytes;
      group.planes = planes + (whole ? 8 * left : 0);
      group.pairs = 1;
      group.turns = whole ? 1 : steps;
      group.rows = rows;
      group.source = planes + (channel - first);
      group.output = output + output_begin + channel;
      group.output_end = output + channel + group.output_ring_bytes;
      group.channels = first + 4 - channel;
      ArmDspDepthwise::unpack(stream, blocks, group.channels);
      stream += 6 * group.channels;
      plan.make(&group);
    }
  }

 private:
  // The columns outside the image, where all pairs of rows are stored.
  static void fill_outside(uint32_t* planes, int32_t left, int32_t inside, int32_t columns, int32_t steps,
                           uint32_t padding) {
    for (int32_t step = 0; step < steps; ++step) {
      for (int32_t i = 0; i < 8 * left; ++i) *planes++ = padding;
      planes += 8 * inside;
      for (int32_t i = 0; i < 8 * (columns - left - inside); ++i) *planes++ = padding;
    }
  }
};
#endif  // !BURIN_HOST

// Geometry: every field of ConvolutionSpec, input_ring_rows, output_ring_rows.
template <class Geometry, class Isa>
struct DepthwiseConvolution2dS8Planes {
  typedef DepthwisePlanes Facts;
  typedef Geometry G;
  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;

  static constexpr ConvolutionSpec spec() { return ConvolutionSpecOf<G>::make(); }

  static constexpr bool accepts() { return Facts::accepts(spec()); }
  static constexpr int32_t scratch_bytes() { return Facts::scratch_bytes(spec()); }

#ifndef BURIN_HOST
  // Output rows [row_begin, row_end). `stream` is what pack returned, `scratch` is 4-byte aligned.
  static BURIN_ENTRY void run(const int8_t* input, const uint32_t* stream, int8_t* output, int8_t* scratch,
                              int32_t row_begin, int32_t row_end) {
    static constexpr DepthwisePlan plan = {
        G::stride_width == 1 ? ArmDspDepthwise::stride_1 : ArmDspDepthwise::stride_2,
        G::stride_width,
        G::input_channels,
        G::input_height,
        G::input_width,
        InputRows::stored(),
        G::output_width,
        OutputRows::stored(),
        G::pad_top,
        G::pad_left,
        Facts::columns_inside(spec()),
        G::input_zero_point,
        Facts::stores_whole(spec()) && OutputRows::whole(),
        InputRows::whole()};
    if (row_begin >= row_end) return;
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      DepthwisePlanesRows::run(plan, input, stream, output, scratch, row_begin, row_end);
      if (G::activation_min > -128 || G::activation_max < 127) {
        for (int32_t row = row_begin; row < row_end; ++row) {
          ArmDspElementwise::clamp(OutputRows::at(output, row), G::output_width * G::output_channels,
                                   static_cast<uint32_t>(G::activation_min & 0xff) * 0x01010101u,
                                   static_cast<uint32_t>(G::activation_max & 0xff) * 0x01010101u);
        }
      }
      input += G::input_height * G::input_width * G::input_channels;
      output += G::output_height * G::output_width * G::output_channels;
    }
  }
#endif  // !BURIN_HOST
};

}  // namespace burin_kernels
