// CONV_2D, int8, on cores with the DSP extension: columns and dual weights.
//
//   output[y][x][o] = requantize_o(bias[o] + sum over taps and channels of (input - input_zero_point) *
//   weight)
//
// A strip of output pixels at a time: the inputs of each are widened into columns (see isa/arm_dsp_matrix.hpp
// for their layout, that of the weights and the forms of requantisation), then multiplied with all output
// channels. Where the window overlaps the border, the input's zero point is written into the columns; it is
// subtracted everywhere by the bias: bias[o] - input_zero_point * sum of o's weights.
//
// Pixels follow each other across rows where whole tensors are stored, so that only the very last pair can be
// half empty. A strip reads all its inputs before it writes its first output.
#pragma once

#include <stdint.h>

#include "isa/arm_dsp_matrix.hpp"
#include "kernels/convolution_spec.hpp"

#ifdef BURIN_HOST
#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "kernels/dual_packing_s8.hpp"
#endif  // BURIN_HOST

namespace burin_kernels {

// What the code below needs of a geometry, so that all geometries share it.
struct ConvolutionDualPlan {
  int32_t input_height, input_row_bytes, input_ring_rows, input_width, input_channels;
  int32_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  int32_t pad_top, pad_left;
  int32_t output_width, output_channels, inside_begin, inside_end;
  int32_t words, remainder, segment_steps, segments, steps, strip_pixels;
  int32_t input_zero_point, output_zero_point, clamp, gathers;
};

// The facts, of numbers alone.
struct ConvolutionDual {
  static constexpr int32_t minimum(int32_t a, int32_t b) { return a < b ? a : b; }
  static constexpr int32_t maximum(int32_t a, int32_t b) { return a > b ? a : b; }

  // Taps that are neighbours in memory, with their channels: a row of the window, or a tap of a dilated one.
  static constexpr int32_t segment_bytes(const ConvolutionSpec& s) {
    return s.dilation_width == 1 ? s.kernel_width * s.input_channels : s.input_channels;
  }
  static constexpr int32_t segments(const ConvolutionSpec& s) {
    return s.dilation_width == 1 ? s.kernel_height : s.kernel_height * s.kernel_width;
  }
  static constexpr int32_t segment_steps(int32_t bytes) { return bytes / 4 * 2 + (bytes % 4 + 1) / 2; }
  // Two at least: the products need a first step and a loop.
  static constexpr int32_t steps(const ConvolutionSpec& s) {
    return maximum(2, segments(s) * segment_steps(segment_bytes(s)));
  }
  // Pixels whose window lies inside the image, by columns: [inside_begin, inside_end).
  static constexpr int32_t inside_begin(const ConvolutionSpec& s) {
    return minimum(s.output_width, (s.pad_left + s.stride_width - 1) / s.stride_width);
  }
  static constexpr int32_t right_most(const ConvolutionSpec& s) {
    return s.input_width + s.pad_left - (s.kernel_width - 1) * s.dilation_width - 1;
  }
  static constexpr int32_t inside_end(const ConvolutionSpec& s) {
    return right_most(s) < 0
               ? inside_begin(s)
               : maximum(inside_begin(s), minimum(s.output_width, right_most(s) / s.stride_width + 1));
  }
  // A border pixel whose window is cut between steps is gathered as bytes first.
  static constexpr bool gathers(const ConvolutionSpec& s) {
    return (s.dilation_width != 1 || s.input_channels % 4 != 0) &&
           (inside_begin(s) > 0 || inside_end(s) < s.output_width || s.dilation_width != 1);
  }
  static constexpr int32_t gather_bytes(const ConvolutionSpec& s) {
    return gathers(s) ? (s.kernel_height * s.kernel_width * s.input_channels + 3) / 4 * 4 : 0;
  }
  // About 1 KB of columns, and at most 32 pixels.
  static constexpr int32_t strip_pairs(const ConvolutionSpec& s) {
    return maximum(1, minimum(minimum(16, 128 / steps(s)), (s.output_height * s.output_width + 1) / 2));
  }
  static constexpr bool accepts(const ConvolutionSpec& s) {
    return s.batches == 1 && s.input_height > 0 && s.input_width > 0 && s.input_channels > 0 &&
           s.kernel_height > 0 && s.kernel_width > 0 && s.output_height > 0 && s.output_width > 0 &&
           s.output_channels > 0 && s.stride_height > 0 && s.stride_width > 0 && s.dilation_height > 0 &&
           s.dilation_width > 0 && s.pad_top >= 0 && s.pad_left >= 0 &&
           s.activation_min <= s.activation_max && s.activation_min >= -128 && s.activation_max <= 127;
  }
  static constexpr int32_t scratch_bytes(const ConvolutionSpec& s) {
    return strip_pairs(s) * steps(s) * 8 + gather_bytes(s);
  }
  // A 1x1 window that visits every pixel: rows and columns need not be told apart.
  static constexpr bool pointwise(const ConvolutionSpec& s) {
    return s.kernel_height == 1 && s.kernel_width == 1 && s.stride_height == 1 && s.stride_width == 1 &&
           s.pad_top == 0 && s.pad_left == 0 && s.input_height == s.output_height &&
           s.input_width == s.output_width;
  }
  // `flat`: the whole image is taken for one row.
  static constexpr ConvolutionDualPlan plan(const ConvolutionSpec& s, int32_t input_ring_rows, bool flat) {
    return ConvolutionDualPlan{flat ? 1 : s.input_height,
                               s.input_width * s.input_channels,
                               flat ? 1 : input_ring_rows,
                               flat ? s.input_height * s.input_width : s.input_width,
                               s.input_channels,
                               s.kernel_height,
                               s.kernel_width,
                               s.stride_height,
                               s.stride_width,
                               s.dilation_height,
                               s.dilation_width,
                               s.pad_top,
                               s.pad_left,
                               flat ? s.output_height * s.output_width : s.output_width,
                               s.output_channels,
                               inside_begin(s),
                               flat ? s.output_height * s.output_width : inside_end(s),
                               segment_bytes(s) / 4,
                               segment_bytes(s) % 4,
                               segment_steps(segment_bytes(s)),
                               segments(s),
                               steps(s),
                               strip_pairs(s) * 2,
                               s.input_zero_point,
                               s.output_zero_point,
                               s.activation_max * 256 + (s.activation_min & 255),
                               gathers(s) ? 1 : 0};
  }
};

#ifndef BURIN_HOST
struct ConvolutionDualPixels {
  // `count` output pixels from (y, x) on, across rows, to neighbouring places from `output` on.
  static __attribute__((noinline)) void run(const ConvolutionDualPlan& plan, const int8_t* input,
                                            const uint32_t* stream, int8_t* output, int8_t* scratch,
                                            int32_t y, int32_t x, int32_t count) {
    uint32_t* const columns = reinterpret_cast<uint32_t*>(static_cast<void*>(scratch));
    ArmDspProduct product;
    product.adjust = ArmDspMatrix::entry_adjustment(plan.steps);
    product.second = plan.output_channels;
    product.output_zero_point = plan.output_zero_point;
    product.stream = stream;
    const int32_t whole_groups = (plan.output_channels - 1) / 4 * 4;
    product.last_channels = plan.output_channels - whole_groups;
    product.stride = plan.output_channels;
    product.clamp = plan.clamp;
    product.columns = scratch - 4;
    product.columns_end = scratch - 4 + 8 * plan.steps;
    while (count > 0) {
      const int32_t pixels = count < plan.strip_pixels ? count : plan.strip_pixels;
      for (int32_t pixel = 0; pixel < pixels;) {
        const int32_t left_in_row = plan.output_width - x;
        const int32_t left_in_strip = pixels - pixel;
        const int32_t run = left_in_row < left_in_strip ? left_in_row : left_in_strip;
        fill(plan, input, columns, y, x, pixel, run);
        pixel += run;
        x += run;
        if (x == plan.output_width) {
          x = 0;
          ++y;
        }
      }
      product.output = output;
      product.last_group = output + whole_groups;
      product.pixels = pixels;
      ArmDspMatrix::multiply(&product);
      output += pixels * plan.output_channels;
      count -= pixels;
    }
  }

 private:
  // Where the columns of a pixel of the strip begin.
  static uint32_t* column(const ConvolutionDualPlan& plan, uint32_t* columns, int32_t pixel) {
    return columns + (pixel >> 1) * 2 * plan.steps + (pixel & 1);
  }

  // The columns of `count` neighbours of one row.
  static void fill(const ConvolutionDualPlan& plan, const int8_t* input, uint32_t* columns, int32_t y,
                   int32_t x, int32_t pixel, int32_t count) {
    const int32_t top = y * plan.stride_height - plan.pad_top;
    int32_t row_begin = 0;
    int32_t row_end = plan.kernel_height;
    while (row_begin < row_end && top + row_begin * plan.dilation_height < 0) ++row_begin;
    while (row_end > row_begin && top + (row_end - 1) * plan.dilation_height >= plan.input_height) --row_end;
    const bool rows_inside = row_end - row_begin == plan.kernel_height;
    while (count > 0) {
      const int32_t left = x * plan.stride_width - plan.pad_left;
      int32_t run = 1;
      if (x >= plan.inside_begin && x < plan.inside_end && (rows_inside || plan.dilation_width == 1)) {
        run = plan.inside_end - x;
        if (run > count) run = count;
        if (!rows_inside) run = 1;
        uint32_t* const begin = column(plan, columns, pixel);
        const int32_t row_steps =
            plan.dilation_width == 1 ? plan.segment_steps : plan.segment_steps * plan.kernel_width;
        pad(plan, begin, row_begin * row_steps);
        widen(plan, input, columns, pixel, run, top, left, row_begin, row_end, 0, plan.kernel_width);
        pad(plan, begin + 2 * row_end * row_steps, (plan.kernel_height - row_end) * row_steps);
      } else {
        border(plan, input, columns, pixel, top, left, row_begin, row_end);
      }
      pixel += run;
      x += run;
      count -= run;
    }
  }

  // `steps` steps of the input's zero point.
  static void pad(const ConvolutionDualPlan& plan, uint32_t* column, int32_t steps) {
    const uint32_t value = (static_cast<uint32_t>(plan.input_zero_point) & 0xFFFFu) * 0x10001u;
    for (; steps > 0; --steps) {
      *column = value;
      column += 2;
    }
  }

  // Rows [row_begin, row_end) and taps [tap_begin, tap_end) of the window of `pixels` neighbours, all inside
  // the image.
  static void widen(const ConvolutionDualPlan& plan, const int8_t* input, uint32_t* columns, int32_t pixel,
                    int32_t pixels, int32_t top, int32_t left, int32_t row_begin, int32_t row_end,
                    int32_t tap_begin, int32_t tap_end) {
    const bool dense = plan.dilation_width == 1;
    const int32_t bytes = (dense ? tap_end - tap_begin : 1) * plan.input_channels;
    const int32_t row_steps = dense ? plan.segment_steps : plan.segment_steps * plan.kernel_width;
    ArmDspWidening job;
    job.words = bytes >> 2;
    job.remainder = bytes & 3;
    job.source_row =
        dense ? plan.dilation_height * plan.input_row_bytes : plan.dilation_width * plan.input_channels;
    job.columns_row = plan.segment_steps * 8;
    job.source_pixel = plan.stride_width * plan.input_channels;
    job.columns_pair = plan.steps * 8;
    int32_t row = row_begin;
    while (row < row_end) {
      // Rows up to where the stored ones wrap around.
      int32_t position = top + row * plan.dilation_height;
      int32_t rows = row_end - row;
      if (plan.input_ring_rows != plan.input_height) {
        position %= plan.input_ring_rows;
        const int32_t until_wrap = (plan.input_ring_rows - 1 - position) / plan.dilation_height + 1;
        if (rows > until_wrap) rows = until_wrap;
      }
      if (!dense) rows = 1;
      const int32_t steps_before = row * row_steps + (dense ? (tap_begin * plan.input_channels) >> 1 : 0);
      job.source = input + position * plan.input_row_bytes + (left + tap_begin) * plan.input_channels;
      job.rows = dense ? rows : plan.kernel_width;
      int32_t next = pixel;
      int32_t rest = pixels;
      if ((next & 1) != 0) {
        job.columns = column(plan, columns, next) + 2 * steps_before;
        ArmDspMatrix::widen_pixel(&job);
        job.source += job.source_pixel;
        ++next;
        --rest;
      }
      job.columns = column(plan, columns, next) + 2 * steps_before;
      job.pairs = rest >> 1;
      if (job.pairs > 0) {
        ArmDspMatrix::widen_pairs(&job);
        job.source += 2 * job.pairs * job.source_pixel;
        job.columns += 2 * job.pairs * plan.steps;
      }
      if ((rest & 1) != 0) ArmDspMatrix::widen_pixel(&job);
      row += rows;
    }
  }

  // A pixel whose window is cut at the left, at the right, or in any way that the above cannot take.
  static void border(const ConvolutionDualPlan& plan, const int8_t* input, uint32_t* columns, int32_t pixel,
                     int32_t top, int32_t left, int32_t row_begin, int32_t row_end) {
    uint32_t* const begin = column(plan, columns, pixel);
    if (plan.gathers == 0) {
      int32_t tap_begin = 0;
      int32_t tap_end = plan.kernel_width;
      while (tap_begin < tap_end && left + tap_begin < 0) ++tap_begin;
      while (tap_end > tap_begin && left + tap_end > plan.input_width) --tap_end;
      if (tap_begin == tap_end) row_end = row_begin;
      pad(plan, begin, row_begin * plan.segment_steps);
      pad(plan, begin + 2 * row_end * plan.segment_steps,
          (plan.kernel_height - row_end) * plan.segment_steps);
      if (row_begin == row_end) return;
      const int32_t before = tap_begin * plan.input_channels / 2;
      const int32_t after = tap_end * plan.input_channels / 2;
      for (int32_t row = row_begin; row < row_end; ++row) {
        uint32_t* const segment = begin + 2 * row * plan.segment_steps;
        pad(plan, segment, before);
        pad(plan, segment + 2 * after, plan.segment_steps - after);
      }
      widen(plan, input, columns, pixel, 1, top, left, row_begin, row_end, tap_begin, tap_end);
      return;
    }
    // Gathered behind the columns.
    int8_t* const bytes = static_cast<int8_t*>(static_cast<void*>(columns + plan.strip_pixels * plan.steps));
    int8_t* place = bytes;
    for (int32_t row = 0; row < plan.kernel_height; ++row) {
      const bool row_inside = row >= row_begin && row < row_end;
      const int32_t image_row = row_inside ? (top + row * plan.dilation_height) % plan.input_ring_rows : 0;
      int32_t image_column = left;
      for (int32_t tap = 0; tap < plan.kernel_width; ++tap) {
        const bool inside = row_inside && image_column >= 0 && image_column < plan.input_width;
        const int8_t* source =
            input + image_row * plan.input_row_bytes + (inside ? image_column * plan.input_channels : 0);
        for (int32_t channel = 0; channel < plan.input_channels; ++channel) {
          *place++ = inside ? source[channel] : static_cast<int8_t>(plan.input_zero_point);
        }
        image_column += plan.dilation_width;
      }
    }
    ArmDspWidening job;
    job.source = bytes;
    job.columns = begin;
    job.rows = plan.segments;
    job.words = plan.words;
    job.remainder = plan.remainder;
    job.source_row = plan.words * 4 + plan.remainder;
    job.columns_row = plan.segment_steps * 8;
    ArmDspMatrix::widen_pixel(&job);
  }
};
#endif  // !BURIN_HOST

// Geometry: the fields of ConvolutionSpec, input_ring_rows, output_ring_rows.
template <class Geometry, class Isa>
struct Convolution2dS8Dual {
  typedef Geometry G;
  static constexpr ConvolutionSpec spec() {
    return ConvolutionSpec{G::batches,           G::input_height,   G::input_width,   G::input_channels,
                           G::kernel_height,     G::kernel_width,   G::output_height, G::output_width,
                           G::output_channels,   G::stride_height,  G::stride_width,  G::dilation_height,
                           G::dilation_width,    G::pad_top,        G::pad_left,      G::input_zero_point,
                           G::output_zero_point, G::activation_min, G::activation_max};
  }
  static constexpr bool accepts() { return ConvolutionDual::accepts(spec()); }
  static constexpr int32_t scratch_bytes() { return ConvolutionDual::scratch_bytes(spec()); }

#ifndef BURIN_HOST
  // Output rows [row_begin, row_end). `stream` is what pack() made; scratch is aligned to 4.
  static void run(const int8_t* input, const uint32_t* stream, int8_t* output, int8_t* scratch,
                  int32_t row_begin, int32_t row_end) {
    static constexpr ConvolutionDualPlan plan = ConvolutionDual::plan(spec(), G::input_ring_rows, flat());
    const int32_t row_bytes = G::output_width * G::output_channels;
    if (flat()) {
      ConvolutionDualPixels::run(plan, input, stream, output + row_begin * row_bytes, scratch, 0,
                                 row_begin * G::output_width, (row_end - row_begin) * G::output_width);
    } else if (whole_output()) {
      ConvolutionDualPixels::run(plan, input, stream, output + row_begin * row_bytes, scratch, row_begin, 0,
                                 (row_end - row_begin) * G::output_width);
    } else {
      for (int32_t y = row_begin; y < row_end; ++y) {
        ConvolutionDualPixels::run(plan, input, stream, output + y % G::output_ring_rows * row_bytes, scratch,
                                   y, 0, G::output_width);
      }
    }
  }

 private:
  static constexpr bool whole_output() {
    return int32_t(G::output_ring_rows) == int32_t(G::output_height);
  }
  static constexpr bool flat() {
    return ConvolutionDual::pointwise(spec()) && whole_output() &&
           int32_t(G::input_ring_rows) == int32_t(G::input_height);
  }
#endif  // !BURIN_HOST
};

#ifdef BURIN_HOST
// Packing. The stream serves every run of the same spec.
struct ConvolutionDualPacker {
  // weights: OHWI; biases: one an output channel, or none for zeros; as many requantisations as output
  // channels. Nothing if some channel's numbers are outside what the kernel computes exactly.
  static std::optional<std::vector<uint32_t>> pack(const ConvolutionSpec& spec,
                                                   std::span<const int8_t> weights,
                                                   std::span<const int32_t> biases,
                                                   std::span<const ChannelRequantization> requantizations) {
    if (!ConvolutionDual::accepts(spec)) return std::nullopt;
    std::vector<uint32_t> stream;
    const std::vector<DualStep> steps = segment_steps(spec);
    const DualOutput output{spec.input_zero_point, spec.output_zero_point, spec.activation_min,
                            spec.activation_max};
    const std::vector<DualChannel> channels = dual_channels(output, weights, biases, requantizations);
    for (size_t first = 0; first < channels.size(); first += 4) {
      std::array<DualChannel, 4> group;
      std::copy_n(channels.begin() + static_cast<std::ptrdiff_t>(first),
                  std::min<size_t>(4, channels.size() - first), group.begin());
      append_biases(group, stream);
      if (!append_dual_weights(group, steps, stream)) return std::nullopt;
      if (!append_scaled(group, 1, stream) && !append_scaled(group, 0, stream) &&
          !append_exact(output, group, stream))
        return std::nullopt;
    }
    return stream;
  }

  // Modelled Cortex-M4 cycles of a whole layer, requantisation scaled.
  static int64_t estimate_cycles(const ConvolutionSpec& spec) {
    const int64_t pixels = int64_t{spec.output_height} * spec.output_width;
    const int64_t steps = ConvolutionDual::steps(spec);
    const int64_t block = 75 + 15 * steps + 8 * (steps / 16);
    const int64_t column = 20 + ConvolutionDual::segments(spec) * 16 + 3 * steps;
    return (pixels + 1) / 2 * ((spec.output_channels + 3) / 4) * block + pixels * column + 400;
  }

 private:
  static std::vector<DualStep> segment_steps(const ConvolutionSpec& spec) {
    std::vector<DualStep> result;
    const int64_t bytes = ConvolutionDual::segment_bytes(spec);
    for (int64_t segment = 0; segment < ConvolutionDual::segments(spec); ++segment) {
      int64_t at = segment * bytes;
      if (bytes % 4 >= 2) {
        result.push_back({at, at + 1});
        at += 2;
      }
      if (bytes % 2 != 0) result.push_back({at++, -1});
      for (int64_t word = 0; word < bytes / 4; ++word, at += 4) {
        result.push_back({at, at + 2});
        result.push_back({at + 1, at + 3});
      }
    }
    result.resize(static_cast<size_t>(ConvolutionDual::steps(spec)));
    return result;
  }

  static void append_biases(std::span<const DualChannel, 4> group, std::vector<uint32_t>& stream) {
    for (const size_t pair : {0, 2}) {
      const auto upper = static_cast<uint32_t>(group[pair].bias);
      const auto lower = static_cast<uint32_t>(group[pair + 1].bias);
      stream.push_back(256 * upper + lower);
      stream.push_back(lower);
    }
  }

  static bool append_scaled(std::span<const DualChannel, 4> group, size_t shift_index,
                            std::vector<uint32_t>& stream) {
    std::array<ScaledRequantization, 4> numbers;
    for (size_t i = 0; i < 4; ++i) {
      const auto& proven = group[i].requantization.scaled[shift_index];
      if (!proven || !group[i].fits_24_bits()) return false;
      numbers[i] = *proven;
    }
    const auto first = scaled_with_flag(group[0], shift_index, shift_index == 1);
    if (!first) return false;
    numbers[0] = *first;
    for (const size_t i : {0, 2}) {
      for (const int32_t value :
           {numbers[i].multiplier, numbers[i + 1].multiplier, numbers[i].constant, numbers[i + 1].constant})
        stream.push_back(static_cast<uint32_t>(value));
    }
    return true;
  }

  static bool append_exact(const DualOutput& output, std::span<const DualChannel, 4> group,
                           std::vector<uint32_t>& stream) {
    if (!std::all_of(group.begin(), group.end(), can_be_exact)) return false;
    append_exact_multipliers(group, stream);
    append_exact_shifts(output, group, stream);
    return true;
  }
};
#endif  // BURIN_HOST

}  // namespace burin_kernels
