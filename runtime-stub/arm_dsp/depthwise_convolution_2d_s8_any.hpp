// DEPTHWISE_CONV_2D, int8, any kernel, stride, dilation, padding and depth multiplier, at least four input
// channels, on cores with the DSP extension. With multiplier m and o = c m + j, j < m:
//
//   output[y][x][o] = clamp(zero_point + requantize(bias[o] + sum input[y'][x'][c] * weights[i][k][o]))
//
// over the taps of the window; outside the image stands the input's zero point. Bit-exact to the definition,
// with its roundings twice or once.
//
// For each output pixel a table of where its taps lie is made, for all channels. Then the outputs with j = 0
// of all channels are made, then those with j = 1, ...; see arm_dsp/depthwise_window.hpp for the loop.
//
//   scratch  | table, 4 bytes a tap, taps rounded up to even | a pixel of zero points, if some window is cut
//   | stream   | channels, j = 0 | channels, j = 1 | ...
//
// Measured, modeled Cortex-M4 cycles per nominal multiply-accumulate, -O2:
//   window 5x5 of 12x12x32 4.70   15x1 of 15x1x128 5.11   10x1 of 24x1x128 5.42   5x1 of 28x1x128 7.80
//   3x1 of 30x1x40 12.4   3x3 of multiplier 2 6.41
// that is 26 for two taps and 77 besides for each four outputs of a pixel.
// Registers: see arm_dsp/depthwise_window.hpp.
#pragma once

#include <stdint.h>
#include <string.h>

#include "arm_dsp/depthwise_window.hpp"
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
struct DepthwiseAny {
  static constexpr bool accepts(const ConvolutionSpec& s) {
    return s.batches >= 1 && s.input_channels >= 4 && s.input_channels < 32768 &&
           s.output_channels % s.input_channels == 0 && s.output_channels < 32768 && s.input_height > 0 &&
           s.input_height < 32768 && s.input_width > 0 && s.input_width < 32768 && s.output_height > 0 &&
           s.output_width > 0 && s.output_width < 32768 && s.window_height > 0 && s.window_width > 0 &&
           s.window_height <= 2048 / s.window_width && s.stride_height > 0 && s.stride_height < 32768 &&
           s.stride_width > 0 && s.stride_width < 32768 && s.dilation_height > 0 &&
           s.dilation_height < 32768 && s.dilation_width > 0 && s.dilation_width < 32768 && s.pad_top >= 0 &&
           s.pad_top < 32768 && s.pad_left >= 0 && s.pad_left < 32768;
  }

  static constexpr int32_t multiplier(const ConvolutionSpec& s) {
    return s.output_channels / s.input_channels;
  }

  static constexpr int32_t pairs(const ConvolutionSpec& s) {
    return (s.window_height * s.window_width + 1) / 2;
  }

  // True if some window reaches beyond the image.
  static constexpr bool cut(const ConvolutionSpec& s) {
    return s.pad_top > 0 || s.pad_left > 0 ||
           (s.output_height - 1) * s.stride_height + (s.window_height - 1) * s.dilation_height >=
               s.input_height ||
           (s.output_width - 1) * s.stride_width + (s.window_width - 1) * s.dilation_width >= s.input_width;
  }

  static constexpr int32_t scratch_bytes(const ConvolutionSpec& s) {
    return 8 * pairs(s) + (cut(s) ? (s.input_channels + 3) / 4 * 4 : 0);
  }

#ifdef BURIN_HOST
  static constexpr int64_t estimate_cycles(const ConvolutionSpec& s) {
    const int64_t pixels = int64_t(s.batches) * s.output_height * s.output_width;
    const int64_t taps = int64_t(s.window_height) * s.window_width;
    const int64_t outputs = (s.input_channels + 3) / 4 * (77 + 26 * int64_t(pairs(s)));
    return pixels * (50 + (cut(s) ? 12 : 6) * taps + multiplier(s) * (35 + outputs));
  }
#endif  // BURIN_HOST
};

#ifdef BURIN_HOST
// Makes streams.
class DepthwiseAnyPacker {
 public:
  // The stream for the weights [window_height][window_width][outputs], one bias, multiplier and shift
  // (positive: to the left) an output, for both roundings, or nothing where the kernel would not give exactly
  // the reference's numbers: shifts that are not to the right, sums beyond 32 bits.
  static std::optional<std::vector<uint32_t>> pack(const ConvolutionSpec& s, std::span<const int8_t> weights,
                                                   std::span<const int32_t> biases,
                                                   std::span<const int32_t> multipliers,
                                                   std::span<const int8_t> shifts) {
    if (!DepthwiseAny::accepts(s)) return std::nullopt;
    std::vector<Channel> made;
    for (size_t o = 0; o < biases.size(); ++o) {
      const std::optional<Channel> channel = make(s, weights, o, biases[o], multipliers[o], shifts[o]);
      if (!channel) return std::nullopt;
      made.push_back(*channel);
    }
    const auto channels = static_cast<size_t>(s.input_channels);
    const auto multiplier = static_cast<size_t>(DepthwiseAny::multiplier(s));
    std::vector<uint32_t> stream;
    for (size_t j = 0; j < multiplier; ++j) {
      for (size_t channel = 0; channel < channels; channel += 4) {
        const size_t first = std::min(channel, channels - 4);
        append(s, weights, made, first * multiplier + j, stream);
      }
    }
    return stream;
  }

 private:
  struct Channel;

  // Four outputs, `first` and those of the next three channels.
  static void append(const ConvolutionSpec& s, std::span<const int8_t> weights,
                     const std::vector<Channel>& channels, size_t first, std::vector<uint32_t>& stream) {
    const auto taps = static_cast<size_t>(s.window_height * s.window_width);
    const auto output = [&](size_t i) {
      return first + i * static_cast<size_t>(DepthwiseAny::multiplier(s));
    };
    const auto byte = [&](size_t i, size_t tap) -> uint32_t {
      const bool zero = tap >= taps || channels[output(i)].constant;
      return zero ? 0 : static_cast<uint8_t>(weights[tap * channels.size() + output(i)]);
    };
    for (size_t i = 0; i < 4; ++i) stream.push_back(static_cast<uint32_t>(channels[output(i)].bias));
    for (size_t tap = 0; tap < taps; tap += 2) {
      for (size_t i = 0; i < 4; i += 2) {
        stream.push_back(byte(i, tap) | byte(i + 1, tap) << 8 | byte(i, tap + 1) << 16 |
                         byte(i + 1, tap + 1) << 24);
      }
    }
    for (size_t i = 0; i < 4; ++i) {
      const Channel& made = channels[output(i)];
      stream.push_back(made.multiplier);
      stream.push_back(static_cast<uint32_t>(made.offset));
      stream.push_back(static_cast<uint32_t>(made.shift));
    }
  }

  struct Channel {
    bool constant;  // its weights do not count
    int32_t bias;
    uint32_t multiplier;
    int32_t offset, shift;
  };

  static std::optional<Channel> make(const ConvolutionSpec& s, std::span<const int8_t> weights,
                                     size_t channel, int64_t bias, int64_t multiplier, int32_t shift) {
    const int64_t limit = int64_t(1) << 31;
    int64_t magnitude = 0;
    for (size_t i = channel; i < weights.size(); i += static_cast<size_t>(s.output_channels)) {
      bias -= int64_t(s.input_zero_point) * weights[i];
      magnitude += 128 * std::abs(int64_t(weights[i]));
    }
    const int64_t bound = std::abs(bias) + magnitude;
    if (bound >= limit || multiplier < 0) return std::nullopt;
    const int32_t right = -shift;
    if (multiplier == 0 ||
        (right > 0 && bound * multiplier + (int64_t(1) << 30) < int64_t(1) << (30 + std::min(right, 31))))
      return Channel{true, 0, 1u << 31, 2 * s.output_zero_point + 1, 1};
    if (multiplier < limit / 2 || multiplier >= limit || right < 1 || right > 23) return std::nullopt;
    const int64_t offset = int64_t(s.output_zero_point) * (int64_t(1) << right) + (int64_t(1) << (right - 1));
    if (bound + 1 + std::abs(offset) >= limit) return std::nullopt;
    return Channel{false, static_cast<int32_t>(bias), static_cast<uint32_t>(2 * multiplier),
                   static_cast<int32_t>(offset), right};
  }
};
#endif  // BURIN_HOST

#ifndef BURIN_HOST
// What a layer's code needs to know of its geometry.
struct DepthwiseAnyPlan {
  int16_t channels, input_height, input_width, input_ring_rows, output_width, output_ring_rows;
  int16_t window_height, window_width, stride_height, stride_width, dilation_height, dilation_width;
  int16_t pad_top, pad_left, input_zero_point, multiplier;
  bool cut;
};

// One code for all layers.
struct DepthwiseAnyRows {
  typedef void (*Make)(const ArmDspDepthwiseWindow*);

  static BURIN_SHARED void run(const DepthwiseAnyPlan& plan, Make make, const int8_t* input,
                               const uint32_t* stream, int8_t* output, int8_t* scratch, int32_t row_begin,
                               int32_t row_end) {
    const int32_t taps = plan.window_height * plan.window_width;
    const int8_t** const table = static_cast<const int8_t**>(static_cast<void*>(scratch));
    ArmDspDepthwiseWindow window;
    window.taps = table;
    window.channels = plan.channels;
    window.pairs = (taps + 1) / 2;
    window.multiplier = plan.multiplier;
    const int32_t words = (plan.channels + 3) / 4 * (16 + 2 * window.pairs);
    const int32_t outputs = plan.channels * plan.multiplier;
    int8_t* const outside = scratch + 8 * window.pairs;
    if (plan.cut) memset(outside, plan.input_zero_point, static_cast<size_t>(plan.channels));
    const int32_t output_row = plan.output_width * outputs;
    const int32_t last = (plan.window_width - 1) * plan.dilation_width;
    const int32_t step = plan.stride_width * plan.channels;
    for (int32_t y = row_begin; y < row_end; ++y) {
      int8_t* pixel = output + y % plan.output_ring_rows * output_row;
      const int32_t top = y * plan.stride_height - plan.pad_top;
      bool move = false;  // the window only moves on, past columns inside the image
      for (int32_t x = 0; x < plan.output_width; ++x) {
        const int32_t left = x * plan.stride_width - plan.pad_left;
        const bool inside = left >= 0 && left + last < plan.input_width;
        if (move && inside) {
          for (int32_t i = 0; i < 2 * window.pairs; ++i) {
            const bool still = plan.cut && table[i] == outside;
            table[i] += still ? 0 : step;
          }
        } else {
          find(plan, input, outside, top, left, table);
        }
        move = inside;
        window.stream = stream;
        for (int32_t j = 0; j < plan.multiplier; ++j) {
          window.output = pixel + j;
          make(&window);
          window.stream += words;
        }
        pixel += outputs;
      }
    }
  }

 private:
  // The taps of the window at (top, left); the last one again where their number is odd.
  static void find(const DepthwiseAnyPlan& plan, const int8_t* input, const int8_t* outside, int32_t top,
                   int32_t left, const int8_t** table) {
    const int8_t* tap = outside;
    for (int32_t i = 0; i < plan.window_height; ++i) {
      const int32_t y = top + i * plan.dilation_height;
      const bool row_inside = y >= 0 && y < plan.input_height;
      const int8_t* const row =
          row_inside ? input + y % plan.input_ring_rows * plan.input_width * plan.channels : outside;
      int32_t x = left;
      for (int32_t j = 0; j < plan.window_width; ++j) {
        tap = row_inside && x >= 0 && x < plan.input_width ? row + x * plan.channels : outside;
        *table++ = tap;
        x += plan.dilation_width;
      }
    }
    if (plan.window_height * plan.window_width % 2 != 0) *table = tap;
  }
};
#endif  // !BURIN_HOST

// Geometry: every field of ConvolutionSpec, input_ring_rows, output_ring_rows, round_once.
template <class Geometry, class Isa>
struct DepthwiseConvolution2dS8Any {
  typedef DepthwiseAny Facts;
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
    static constexpr DepthwiseAnyPlan plan = {
        G::input_channels, G::input_height,      G::input_width,      InputRows::stored(),
        G::output_width,   OutputRows::stored(), G::window_height,    G::window_width,
        G::stride_height,  G::stride_width,      G::dilation_height,  G::dilation_width,
        G::pad_top,        G::pad_left,          G::input_zero_point, Facts::multiplier(spec()),
        Facts::cut(spec())};
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      DepthwiseAnyRows::run(plan,
                            G::round_once ? ArmDspDepthwiseAny::round_once : ArmDspDepthwiseAny::round_twice,
                            input, stream, output, scratch, row_begin, row_end);
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
