// CONV_2D, int8, on cores with the DSP extension: columns and dual weights.
//
//   output[y][x][o] = requantize_o(bias[o] + sum over taps and channels of (input - input_zero_point) *
//   weight)
//
// A strip of output pixels at a time: the inputs of each are widened into columns (see arm_dsp/matrix.hpp
// for their layout, that of the weights and the forms of requantization), then multiplied with all output
// channels. Where the window overlaps the border, the input's zero point is written into the columns; it is
// subtracted everywhere by the bias: bias[o] - input_zero_point * sum of o's weights.
//
// Pixels follow each other across rows where whole tensors are stored, so that only the very last pair can be
// half empty. A strip reads all its inputs before it writes its first output.
//
// Measured, modeled Cortex-M4 cycles per multiply-accumulate at -O2, widening and requantization included:
//   1x1   64 -> 64 of 25x5 1.13   32 -> 64 of 12x12 1.25   8 -> 16 of 48x48 2.32
//   3x3   64 -> 64 of 8x8 1.02   16 -> 16 of 32x32 1.17   first, 3 -> 8, stride 2 1.93
//   10x4  first, 1 -> 64, stride 2 1.39
// Registers: see arm_dsp/matrix.hpp.
#pragma once

#include <stdint.h>

#include "arm_dsp/matrix.hpp"
#include "generic/convolution_spec.hpp"
#include "generic/rows.hpp"

#ifdef BURIN_HOST
#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "arm_dsp/dual_packing_s8.hpp"
#endif  // BURIN_HOST

namespace burin_kernels {

// What the code below needs of a geometry, so that all geometries share it.
struct ConvolutionDualPlan {
  int32_t input_row_bytes, input_width, output_width, inside_end;
  int16_t input_height, input_ring_rows, input_channels;
  int16_t window_height, window_width, stride_height, stride_width, dilation_height, dilation_width;
  int16_t pad_top, pad_left, output_channels, inside_begin;
  int16_t words, remainder, segment_steps, segments, steps, strip_pixels;
  int16_t input_zero_point, output_zero_point, clamp, gathers;
};

// The facts, of numbers alone.
struct ConvolutionDual {
  static constexpr int32_t minimum(int32_t a, int32_t b) { return a < b ? a : b; }
  static constexpr int32_t maximum(int32_t a, int32_t b) { return a > b ? a : b; }

  // Taps that are neighbors in memory, with their channels: a row of the window, or a tap of a dilated one.
  static constexpr int32_t segment_bytes(const ConvolutionSpec& s) {
    return s.dilation_width == 1 ? s.window_width * s.input_channels : s.input_channels;
  }
  static constexpr int32_t segments(const ConvolutionSpec& s) {
    return s.dilation_width == 1 ? s.window_height : s.window_height * s.window_width;
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
    return s.input_width + s.pad_left - (s.window_width - 1) * s.dilation_width - 1;
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
    return gathers(s) ? (s.window_height * s.window_width * s.input_channels + 3) / 4 * 4 : 0;
  }
  // Pairs of pixels in a strip: about 1 KB of columns. Where there are several segments to find, four pairs
  // if that takes no more than 2304 bytes.
  static constexpr int32_t strip_pairs(const ConvolutionSpec& s) {
    return maximum(
        1, minimum(maximum(minimum(16, 128 / steps(s)), segments(s) == 1 ? 1 : minimum(4, 288 / steps(s))),
                   (s.output_height * s.output_width + 1) / 2));
  }
  static constexpr bool sized(int32_t extent) { return extent > 0 && extent < 32768; }
  static constexpr bool accepts(const ConvolutionSpec& s) {
    return s.batches >= 1 && sized(s.input_height) && sized(s.input_width) && sized(s.input_channels) &&
           sized(s.window_height) && sized(s.window_width) && sized(s.output_height) &&
           sized(s.output_width) && sized(s.output_channels) && sized(s.stride_height) &&
           sized(s.stride_width) && sized(s.dilation_height) && sized(s.dilation_width) &&
           sized(s.pad_top + 1) && sized(s.pad_left + 1) &&
           int64_t{s.window_height} * s.window_width * s.input_channels < 32768 && s.activation_min >= -128 &&
           s.activation_max <= 127 && s.activation_min <= s.activation_max;
  }
  static constexpr int32_t scratch_bytes(const ConvolutionSpec& s) {
    return strip_pairs(s) * steps(s) * 8 + gather_bytes(s);
  }
  // A 1x1 window that visits every pixel: rows and columns need not be told apart.
  static constexpr bool pointwise(const ConvolutionSpec& s) {
    return s.window_height == 1 && s.window_width == 1 && s.stride_height == 1 && s.stride_width == 1 &&
           s.pad_top == 0 && s.pad_left == 0 && s.input_height == s.output_height &&
           s.input_width == s.output_width;
  }
  static constexpr int16_t short_of(int32_t value) { return static_cast<int16_t>(value); }
  static constexpr ConvolutionDualPlan plan(const ConvolutionSpec& s, int32_t input_ring_rows) {
    return ConvolutionDualPlan{s.input_width * s.input_channels,
                               s.input_width,
                               s.output_width,
                               inside_end(s),
                               short_of(s.input_height),
                               short_of(input_ring_rows),
                               short_of(s.input_channels),
                               short_of(s.window_height),
                               short_of(s.window_width),
                               short_of(s.stride_height),
                               short_of(s.stride_width),
                               short_of(s.dilation_height),
                               short_of(s.dilation_width),
                               short_of(s.pad_top),
                               short_of(s.pad_left),
                               short_of(s.output_channels),
                               short_of(inside_begin(s)),
                               short_of(segment_bytes(s) / 4),
                               short_of(segment_bytes(s) % 4),
                               short_of(segment_steps(segment_bytes(s))),
                               short_of(segments(s)),
                               short_of(steps(s)),
                               short_of(strip_pairs(s) * 2),
                               short_of(s.input_zero_point),
                               short_of(s.output_zero_point),
                               short_of(s.activation_max * 256 + (s.activation_min & 255)),
                               short_of(gathers(s) ? 1 : 0)};
  }
};

#ifndef BURIN_HOST
// Fills the columns of a strip.
class ConvolutionDualColumns {
 public:
  ConvolutionDualColumns(const ConvolutionDualPlan& plan, const int8_t* input, uint32_t* columns)
      : plan_(plan), input_(input), columns_(columns) {
    const bool dense = plan.dilation_width == 1;
    job_.words = plan.words;
    job_.remainder = plan.remainder;
    job_.source_row =
        dense ? plan.dilation_height * plan.input_row_bytes : plan.dilation_width * plan.input_channels;
    job_.columns_row = plan.segment_steps * 8;
    job_.source_pixel = plan.stride_width * plan.input_channels;
    job_.columns_pair = plan.steps * 8;
  }

  // The columns of `count` neighbors of output row y, from column x on: the pixels of the strip from `pixel`
  // on.
  void fill(int32_t y, int32_t x, int32_t pixel, int32_t count) {
    const int32_t top = y * plan_.stride_height - plan_.pad_top;
    row_begin_ = 0;
    row_end_ = plan_.window_height;
    if (top < 0 || top + (row_end_ - 1) * plan_.dilation_height >= plan_.input_height) clip_rows(top);
    while (count > 0) {
      const int32_t left = x * plan_.stride_width - plan_.pad_left;
      int32_t run = 1;
      if (x >= plan_.inside_begin && x < plan_.inside_end) {
        run = plan_.inside_end - x;
        if (run > count) run = count;
        pad_rows(pixel, run);
        widen(pixel, run, top, left, 0);
      } else if (plan_.gathers == 0) {
        border(pixel, top, left);
      } else if (!overwrite(pixel, top, left)) {
        gather(pixel, top, left);
      }
      pixel += run;
      x += run;
      count -= run;
    }
  }

 private:
  const ConvolutionDualPlan& plan_;
  const int8_t* const input_;
  uint32_t* const columns_;
  ArmDspWidening job_;
  int32_t row_begin_, row_end_;  // rows of the window inside the image

  void clip_rows(int32_t top) {
    while (row_begin_ < row_end_ && top + row_begin_ * plan_.dilation_height < 0) ++row_begin_;
    while (row_end_ > row_begin_ && top + (row_end_ - 1) * plan_.dilation_height >= plan_.input_height)
      --row_end_;
  }

  uint32_t* column(int32_t pixel) const { return columns_ + (pixel >> 1) * 2 * plan_.steps + (pixel & 1); }
  // Segments of a row of the window, and its steps.
  int32_t row_segments() const { return plan_.dilation_width == 1 ? 1 : plan_.window_width; }
  int32_t row_steps() const { return row_segments() * plan_.segment_steps; }

  // `steps` steps of the input's zero point.
  void pad(uint32_t* column, int32_t steps) const {
    const uint32_t value = (static_cast<uint32_t>(plan_.input_zero_point) & 0xFFFFu) * 0x10001u;
    for (; steps > 0; --steps) {
      *column = value;
      column += 2;
    }
  }

  // The rows of the window outside the image, for `count` pixels.
  void pad_rows(int32_t pixel, int32_t count) const {
    if (row_end_ - row_begin_ == plan_.window_height) return;
    for (; count > 0; --count, ++pixel) {
      pad(column(pixel), row_begin_ * row_steps());
      pad(column(pixel) + 2 * row_end_ * row_steps(), (plan_.window_height - row_end_) * row_steps());
    }
  }

  // The rows inside the image, for `count` neighbors. What job_ says of segments may be a part of a row of
  // the window, `steps_before` steps from its beginning, and `left` the image column where that part begins.
  void widen(int32_t pixel, int32_t count, int32_t top, int32_t left, int32_t steps_before) {
    int32_t row = row_begin_;
    while (row < row_end_) {
      // Rows up to where the stored ones wrap around.
      int32_t position = top + row * plan_.dilation_height;
      int32_t rows = row_end_ - row;
      if (plan_.input_ring_rows != plan_.input_height) {
        position %= plan_.input_ring_rows;
        const int32_t until_wrap = (plan_.input_ring_rows - 1 - position) / plan_.dilation_height + 1;
        if (rows > until_wrap) rows = until_wrap;
      }
      if (plan_.dilation_width != 1) rows = 1;
      job_.source = input_ + position * plan_.input_row_bytes + left * plan_.input_channels;
      job_.rows = rows * row_segments();
      int32_t next = pixel;
      int32_t rest = count;
      if ((next & 1) != 0) {
        job_.columns = column(next) + 2 * (row * row_steps() + steps_before);
        ArmDspMatrix::widen_pixel(&job_);
        job_.source += job_.source_pixel;
        ++next;
        --rest;
      }
      job_.columns = column(next) + 2 * (row * row_steps() + steps_before);
      job_.pairs = rest >> 1;
      if (job_.pairs > 0) {
        ArmDspMatrix::widen_pairs(&job_);
        job_.source += 2 * job_.pairs * job_.source_pixel;
        job_.columns += 2 * job_.pairs * plan_.steps;
      }
      if ((rest & 1) != 0) ArmDspMatrix::widen_pixel(&job_);
      row += rows;
    }
  }

  // A pixel whose window is cut at the left or at the right, between steps.
  void border(int32_t pixel, int32_t top, int32_t left) {
    int32_t begin = left < 0 ? -left : 0;
    int32_t end = plan_.input_width - left;
    if (end > plan_.window_width) end = plan_.window_width;
    if (begin >= end) begin = end = 0;
    pad_rows(pixel, 1);
    const int32_t before = begin * plan_.input_channels / 2;
    const int32_t after = end * plan_.input_channels / 2;
    uint32_t* segment = column(pixel) + 2 * row_begin_ * plan_.segment_steps;
    for (int32_t row = row_begin_; row < row_end_; ++row) {
      pad(segment, before);
      pad(segment + 2 * after, plan_.segment_steps - after);
      segment += 2 * plan_.segment_steps;
    }
    job_.words = (end - begin) * plan_.input_channels / 4;
    widen(pixel, 1, top, left + begin, before);
    job_.words = plan_.words;
  }

  // A pixel whose window is cut at the left or at the right, within steps: what lies beside the image's rows
  // is widened with them and overwritten. False if that may lie outside the tensor.
  bool overwrite(int32_t pixel, int32_t top, int32_t left) {
    const int32_t segment_bytes = plan_.words * 4 + plan_.remainder;
    const int32_t before = left < 0 ? -left * plan_.input_channels : 0;
    const int32_t beyond = (left + plan_.window_width - plan_.input_width) * plan_.input_channels;
    const int32_t after = beyond > 0 ? beyond : 0;
    const int32_t first = top + row_begin_ * plan_.dilation_height;
    const int32_t last = top + (row_end_ - 1) * plan_.dilation_height;
    if (plan_.dilation_width != 1 || plan_.input_ring_rows != plan_.input_height || last < first ||
        (before > 0 && first == 0) || (after > 0 && last == plan_.input_height - 1) ||
        before + after >= segment_bytes || before + after > plan_.input_row_bytes)
      return false;
    pad_rows(pixel, 1);
    widen(pixel, 1, top, left, 0);
    uint32_t* const segments = column(pixel) + 2 * row_begin_ * plan_.segment_steps;
    for (int32_t byte = 0; byte < segment_bytes; ++byte) {
      if (byte == before) byte = segment_bytes - after;
      if (byte == segment_bytes) break;
      // See the layout of columns: four halfwords a step.
      const int32_t in_words = byte - plan_.remainder;
      const int32_t place = in_words < 0 ? (byte >> 1) * 4 + (byte & 1)
                                         : ((plan_.remainder + 1) >> 1) * 4 + (in_words >> 2) * 8 +
                                               (in_words & 1) * 4 + ((in_words >> 1) & 1);
      int16_t* halfword = static_cast<int16_t*>(static_cast<void*>(segments)) + place;
      const int32_t pitch = plan_.segment_steps * 4;
      const int16_t value = static_cast<int16_t>(plan_.input_zero_point);
      for (int32_t row = row_end_ - row_begin_; row > 0; --row) {
        *halfword = value;
        halfword += pitch;
      }
    }
    return true;
  }

  // A pixel whose window is cut in any way: the bytes of the window are gathered behind the columns first.
  void gather(int32_t pixel, int32_t top, int32_t left) {
    uint32_t* const gathered = columns_ + plan_.strip_pixels * plan_.steps;
    const int32_t channels = plan_.input_channels;
    const int32_t row_bytes = plan_.window_width * channels;
    const uint32_t background = (static_cast<uint32_t>(plan_.input_zero_point) & 0xFFu) * 0x01010101u;
    for (int32_t word = ((row_end_ - row_begin_) * row_bytes + 3) >> 2; word > 0;)
      gathered[--word] = background;
    pad_rows(pixel, 1);
    // Taps inside the image; those that are neighbors are copied at once.
    const int32_t step = plan_.dilation_width;
    int32_t begin = 0;
    int32_t end = plan_.window_width;
    while (begin < end && left + begin * step < 0) ++begin;
    while (begin < end && left + (end - 1) * step >= plan_.input_width) --end;
    const int32_t pieces = step == 1 && begin < end ? 1 : end - begin;
    const int32_t piece_bytes = step == 1 ? (end - begin) * channels : channels;
    // Copies, as the compiler must expect the bytes to lie on members.
    const int8_t* const image = input_ + (left + begin * step) * channels;
    const int32_t image_row_bytes = plan_.input_row_bytes;
    const int32_t ring_rows = plan_.input_ring_rows;
    const int32_t row_step = plan_.dilation_height;
    const int32_t rows = row_end_ - row_begin_;
    int32_t position = rows > 0 ? (top + row_begin_ * row_step) % ring_rows : 0;
    int8_t* place = static_cast<int8_t*>(static_cast<void*>(gathered)) + begin * channels;
    for (int32_t row = 0; row < rows; ++row) {
      const int8_t* source = image + position * image_row_bytes;
      int8_t* target = place;
      for (int32_t piece = 0; piece < pieces; ++piece) {
        for (int32_t i = 0; i < piece_bytes; ++i) target[i] = source[i];
        target += channels;
        source += step * channels;
      }
      place += row_bytes;
      position += row_step;
      while (position >= ring_rows) position -= ring_rows;
    }
    if (rows == 0) return;
    const int32_t source_row = job_.source_row;
    job_.source = static_cast<const int8_t*>(static_cast<const void*>(gathered));
    job_.columns = column(pixel) + 2 * row_begin_ * row_steps();
    job_.rows = rows * row_segments();
    job_.source_row = plan_.words * 4 + plan_.remainder;
    ArmDspMatrix::widen_pixel(&job_);
    job_.source_row = source_row;
  }
};

struct ConvolutionDualPixels {
  // `count` output pixels from (y, x) on, across rows, to neighboring places from `output` on. Rows of the
  // input are found as generic/rows.hpp says, but by numbers of the plan, for the code to be shared.
  static __attribute__((noinline)) void run(const ConvolutionDualPlan& plan, const int8_t* input,
                                            const uint32_t* stream, int8_t* output, int8_t* scratch,
                                            int32_t y, int32_t x, int32_t count) {
    ConvolutionDualColumns columns(plan, input, static_cast<uint32_t*>(static_cast<void*>(scratch)));
    ArmDspProduct product;
    prepare(plan, stream, output, scratch, product);
    while (count > 0) {
      const int32_t pixels = count < plan.strip_pixels ? count : plan.strip_pixels;
      for (int32_t pixel = 0; pixel < pixels;) {
        const int32_t left_in_row = plan.output_width - x;
        const int32_t left_in_strip = pixels - pixel;
        const int32_t run = left_in_row < left_in_strip ? left_in_row : left_in_strip;
        columns.fill(y, x, pixel, run);
        pixel += run;
        x += run;
        if (x == plan.output_width) {
          x = 0;
          ++y;
        }
      }
      multiply(plan, pixels, product);
      count -= pixels;
    }
  }

  // The same where each output pixel reads the input pixel of the same index, and nothing else.
  static __attribute__((noinline)) void run_pointwise(const ConvolutionDualPlan& plan, const int8_t* input,
                                                      const uint32_t* stream, int8_t* output, int8_t* scratch,
                                                      int32_t count) {
    uint32_t* const columns = static_cast<uint32_t*>(static_cast<void*>(scratch));
    ArmDspWidening job;
    job.source = input;
    job.rows = 1;
    job.words = plan.words;
    job.remainder = plan.remainder;
    job.source_row = 0;
    job.columns_row = 0;
    job.source_pixel = plan.input_channels;
    job.columns_pair = plan.steps * 8;
    ArmDspProduct product;
    prepare(plan, stream, output, scratch, product);
    while (count > 0) {
      const int32_t pixels = count < plan.strip_pixels ? count : plan.strip_pixels;
      job.columns = columns;
      job.pairs = pixels >> 1;
      if (job.pairs > 0) ArmDspMatrix::widen_pairs(&job);
      job.source += (pixels & ~1) * plan.input_channels;
      if ((pixels & 1) != 0) {  // the last pixel
        job.columns += (pixels >> 1) * 2 * plan.steps;
        ArmDspMatrix::widen_pixel(&job);
      }
      multiply(plan, pixels, product);
      count -= pixels;
    }
  }

 private:
  static void prepare(const ConvolutionDualPlan& plan, const uint32_t* stream, int8_t* output,
                      int8_t* scratch, ArmDspProduct& product) {
    const int32_t whole_groups = (plan.output_channels - 1) / 4 * 4;
    product.columns = reinterpret_cast<uintptr_t>(scratch) - 4u;
    product.columns_end = product.columns + static_cast<uintptr_t>(8 * plan.steps);
    product.adjust = ArmDspMatrix::entry_adjustment(plan.steps);
    product.output = output;
    product.second = plan.output_channels;
    product.last_channels = plan.output_channels - whole_groups;
    product.last_group = output + whole_groups - (product.last_channels < 4 ? 1 : 0);
    product.output_zero_point = plan.output_zero_point;
    product.stream = reinterpret_cast<uintptr_t>(stream) - 4u;
    product.stride = plan.output_channels;
    product.clamp = plan.clamp;
  }

  static void multiply(const ConvolutionDualPlan& plan, int32_t pixels, ArmDspProduct& product) {
    product.pixels = pixels;
    ArmDspMatrix::multiply(&product);
    product.output += pixels * plan.output_channels;
    product.last_group += pixels * plan.output_channels;
  }
};
#endif  // !BURIN_HOST

// Geometry: the fields of ConvolutionSpec, input_ring_rows, output_ring_rows.
template <class Geometry, class Isa>
struct Convolution2dS8Dual {
  typedef Geometry G;
  static constexpr ConvolutionSpec spec() { return ConvolutionSpecOf<G>::make(); }
  static constexpr bool accepts() { return ConvolutionDual::accepts(spec()); }
  static constexpr int32_t scratch_bytes() { return ConvolutionDual::scratch_bytes(spec()); }

#ifndef BURIN_HOST
  // Output rows [row_begin, row_end) of every image of the batch. `stream` is what pack() made; scratch is
  // aligned to 4.
  static BURIN_ENTRY void run(const int8_t* input, const uint32_t* stream, int8_t* output, int8_t* scratch,
                              int32_t row_begin, int32_t row_end) {
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      image(input, stream, output, scratch, row_begin, row_end);
      input += G::input_height * G::input_width * G::input_channels;
      output += G::output_height * G::output_width * G::output_channels;
    }
  }

 private:
  static void image(const int8_t* input, const uint32_t* stream, int8_t* output, int8_t* scratch,
                    int32_t row_begin, int32_t row_end) {
    static constexpr ConvolutionDualPlan plan = ConvolutionDual::plan(spec(), InputRows::stored());
    if (whole_output() && (!ConvolutionDual::pointwise(spec()) || whole_input())) {
      some_rows(plan, input, stream, OutputRows::at(output, row_begin), scratch, row_begin,
                row_end - row_begin);
    } else {
      for (int32_t y = row_begin; y < row_end; ++y)
        some_rows(plan, input, stream, OutputRows::at(output, y), scratch, y, 1);
    }
  }

  typedef Rows<G::input_height, G::input_ring_rows, G::input_width * G::input_channels> InputRows;
  typedef Rows<G::output_height, G::output_ring_rows, G::output_width * G::output_channels> OutputRows;
  static constexpr bool whole_input() {
    return InputRows::whole();
  }
  static constexpr bool whole_output() {
    return OutputRows::whole();
  }

  // Rows [y, y + count), to neighboring places from `output` on.
  static void some_rows(const ConvolutionDualPlan& plan, const int8_t* input, const uint32_t* stream,
                        int8_t* output, int8_t* scratch, int32_t y, int32_t count) {
    if (ConvolutionDual::pointwise(spec())) {
      ConvolutionDualPixels::run_pointwise(plan, InputRows::at(input, y), stream, output, scratch,
                                           count * G::output_width);
    } else {
      ConvolutionDualPixels::run(plan, input, stream, output, scratch, y, 0, count * G::output_width);
    }
  }
#endif  // !BURIN_HOST
};

#ifdef BURIN_HOST
// Packing. The stream serves every run of the same spec.
struct ConvolutionDualPacker {
  // Of instructions: once in a program, and for each geometry.
  static constexpr int32_t shared_code_bytes = 4400;
  static constexpr int32_t code_bytes = 110;

  // weights: OHWI; biases: one an output channel, or none for zeros; as many requantizations as output
  // channels. Nothing if some channel's numbers are outside what the kernel computes exactly.
  // `scaled_channels` becomes the number of those that take the scaled form, which groups of four take
  // together. With `round_once` the reference rounds once.
  static std::optional<std::vector<uint32_t>> pack(const ConvolutionSpec& spec,
                                                   std::span<const int8_t> weights,
                                                   std::span<const int32_t> biases,
                                                   std::span<const ChannelRequantization> requantizations,
                                                   int64_t* scaled_channels = nullptr,
                                                   bool round_once = false) {
    if (!ConvolutionDual::accepts(spec)) return std::nullopt;
    std::vector<uint32_t> stream;
    const std::vector<DualStep> steps = segment_steps(spec);
    const DualOutput output{spec.input_zero_point, spec.output_zero_point, spec.activation_min,
                            spec.activation_max};
    const std::vector<DualChannel> channels = dual_channels(output, weights, biases, requantizations);
    int64_t scaled = 0;
    for (size_t first = 0; first < channels.size(); first += 4) {
      std::array<DualChannel, 4> group;
      std::copy_n(channels.begin() + static_cast<std::ptrdiff_t>(first),
                  std::min<size_t>(4, channels.size() - first), group.begin());
      if (!choose_sign(group[0], group[1]) || !choose_sign(group[2], group[3])) return std::nullopt;
      append_biases(group, stream);
      if (!append_dual_weights(group, steps, stream)) return std::nullopt;
      if (append_scaled(group, 1, stream) || append_scaled(group, 0, stream)) {
        scaled += static_cast<int64_t>(std::min<size_t>(4, channels.size() - first));
      } else if (!append_exact(output, group, round_once, stream)) {
        return std::nullopt;
      }
    }
    if (scaled_channels != nullptr) *scaled_channels = scaled;
    return stream;
  }

  // Modelled Cortex-M4 cycles of a whole layer, where requantization is scaled; within 5 % for most shapes.
  static int64_t estimate_cycles(const ConvolutionSpec& spec) {
    const int64_t pixels = int64_t{spec.output_height} * spec.output_width;
    const int64_t steps = ConvolutionDual::steps(spec);
    const int64_t segments = ConvolutionDual::segments(spec);
    const int64_t block = 67 + 15 * steps + (steps + 14) / 16 * 6;
    const int64_t pair = (spec.output_channels + 3) / 4 * block + 26;
    const int64_t column = 11 * steps / 4 + 8 * segments;
    const int64_t strips = pixels / (2 * ConvolutionDual::strip_pairs(spec)) + 1;
    const int64_t inside = ConvolutionDual::inside_end(spec) - ConvolutionDual::inside_begin(spec);
    const int64_t cut = spec.output_height * (spec.output_width - inside);
    return spec.batches *
           ((pixels + 1) / 2 * pair + pixels * column +
            strips * (ConvolutionDual::pointwise(spec) ? 90 : 350) + cut * (200 + 60 * segments));
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
    for (const size_t pair : {size_t{0}, size_t{2}}) {
      const auto upper = static_cast<uint32_t>(group[pair].packed_bias());
      const auto lower = static_cast<uint32_t>(group[pair + 1].packed_bias());
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
    // The lower channel of the first pair tells the form, as it is never negated.
    const auto flagged = scaled_with_flag(group[1], shift_index, shift_index == 1);
    if (!flagged) return false;
    numbers[1] = *flagged;
    for (const size_t upper : {size_t{0}, size_t{2}})
      if (group[upper].negated) numbers[upper].multiplier = -numbers[upper].multiplier;
    for (const size_t i : {size_t{0}, size_t{2}}) {
      for (const int32_t value :
           {numbers[i].multiplier, numbers[i + 1].multiplier, numbers[i].constant, numbers[i + 1].constant})
        stream.push_back(static_cast<uint32_t>(value));
    }
    return true;
  }

  static bool append_exact(const DualOutput& output, std::span<const DualChannel, 4> group, bool round_once,
                           std::vector<uint32_t>& stream) {
    if (!std::all_of(group.begin(), group.end(), can_be_exact)) return false;
    if (group[0].negated || group[2].negated) return false;
    append_exact_multipliers(group, stream);
    if (round_once) stream[stream.size() - group.size() + 1] |= 1u;
    append_exact_shifts(output, group, stream, round_once);
    return true;
  }
};
#endif  // BURIN_HOST

}  // namespace burin_kernels
