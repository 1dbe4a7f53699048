// Makes the cases of the pooling kernels' test: shapes and inputs at random, constants from the provers that
// the compiler uses, and the outputs that the definitions give. Writes cases.hpp and cases.bin for
// pool_check.cpp.
//
//   generate DIRECTORY SEED COUNT
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "arithmetic/mean_form.hpp"
#include "arm_dsp/average_pool_2d_s8_dsp.hpp"
#include "arm_dsp/mean_s8_dsp.hpp"
#include "case_file.hpp"
#include "reference_rounding.hpp"

namespace {

enum class Kind { average, maximum, mean };
const char* const kind_names[] = {"average", "maximum", "mean"};

struct Pool {
  std::string name;
  Kind kind = Kind::average;
  int32_t batches = 1, height = 1, width = 1, channels = 4, window_height = 1, window_width = 1;
  int32_t stride_height = 1, stride_width = 1, pad_top = 0, pad_left = 0, output_height = 1, output_width = 1;
  int32_t input_ring_rows = 1, output_ring_rows = 1;
  int32_t activation_min = -128, activation_max = 127;
  int32_t input_zero_point = -128, output_zero_point = -128;  // mean
  double ratio = 1;                                           // mean: input scale / output scale
  bool round_once = false, measured = false;
};

void pad_valid(Pool& p) {
  p.pad_top = p.pad_left = 0;
  p.output_height = (p.height - p.window_height) / p.stride_height + 1;
  p.output_width = (p.width - p.window_width) / p.stride_width + 1;
}

void pad_same(Pool& p) {
  p.output_height = (p.height + p.stride_height - 1) / p.stride_height;
  p.output_width = (p.width + p.stride_width - 1) / p.stride_width;
  p.pad_top = std::max(0, (p.output_height - 1) * p.stride_height + p.window_height - p.height) / 2;
  p.pad_left = std::max(0, (p.output_width - 1) * p.stride_width + p.window_width - p.width) / 2;
}

Pool known(Kind kind, const char* name, int32_t height, int32_t width, int32_t channels,
           int32_t window_height, int32_t window_width, int32_t stride_height, int32_t stride_width,
           double ratio = 1) {
  Pool p;
  p.kind = kind;
  p.name = name;
  p.height = height;
  p.width = width;
  p.channels = channels;
  p.window_height = window_height;
  p.window_width = window_width;
  p.stride_height = stride_height;
  p.stride_width = stride_width;
  p.ratio = ratio;
  p.measured = true;
  pad_valid(p);
  p.input_ring_rows = p.height;
  p.output_ring_rows = p.output_height;
  return p;
}

Pool random_pool(Random& random, int index) {
  Pool p;
  p.name = "random " + std::to_string(index);
  p.kind = static_cast<Kind>(random.between(0, 2));
  p.batches = random.one_in(4) ? 2 : 1;
  p.height = random.between(1, 9);
  p.width = random.between(1, 9);
  p.channels = random.between(4, 13);
  p.window_height = p.kind == Kind::mean ? p.height : random.between(1, p.height);
  p.window_width = p.kind == Kind::mean ? p.width : random.between(1, p.width);
  p.stride_height = random.between(1, 3);
  p.stride_width = random.between(1, 3);
  if (p.kind == Kind::mean || random.one_in(2))
    pad_valid(p);
  else
    pad_same(p);
  const bool rings = p.kind != Kind::mean && p.batches == 1;
  p.input_ring_rows = rings && random.one_in(2) ? random.between(p.window_height, p.height) : p.height;
  p.output_ring_rows = rings && random.one_in(2) ? random.between(1, p.output_height) : p.output_height;
  if (p.kind != Kind::mean && random.one_in(3)) {
    p.activation_min = random.between(-128, 100);
    p.activation_max = random.between(p.activation_min, 127);
  }
  p.input_zero_point = random.one_in(2) ? -128 : random.between(-128, 127);
  p.output_zero_point = random.one_in(2) ? -128 : random.between(-128, 127);
  p.ratio = random.between(100, 4000) * 1e-3;
  p.round_once = random.one_in(4);
  return p;
}

// MEAN divides the multiplier of the scales by the number of elements.
Multiplier mean_multiplier(double ratio, int32_t taps) {
  Multiplier m = to_multiplier(ratio);
  int32_t bits = 0;
  while (taps >> (bits + 1) != 0) ++bits;
  bits = std::min(bits, 31 + m.shift);
  m.multiplier = static_cast<int32_t>((static_cast<int64_t>(m.multiplier) << bits) / taps);
  m.shift -= bits;
  return m;
}

std::vector<int8_t> expected_output(const Pool& p, const std::vector<int8_t>& input,
                                    const Multiplier& multiplier) {
  std::vector<int8_t> result;
  for (int32_t batch = 0; batch < p.batches; ++batch) {
    for (int32_t y = 0; y < p.output_height; ++y) {
      for (int32_t x = 0; x < p.output_width; ++x) {
        for (int32_t c = 0; c < p.channels; ++c) {
          int64_t sum = 0;
          int64_t count = 0;
          int64_t greatest = std::numeric_limits<int64_t>::min();
          for (int32_t i = 0; i < p.window_height; ++i) {
            for (int32_t j = 0; j < p.window_width; ++j) {
              const int32_t row = y * p.stride_height - p.pad_top + i;
              const int32_t column = x * p.stride_width - p.pad_left + j;
              if (row < 0 || row >= p.height || column < 0 || column >= p.width) continue;
              const int64_t value =
                  input[static_cast<size_t>(((batch * p.height + row) * p.width + column) * p.channels + c)];
              sum += value;
              greatest = std::max(greatest, value);
              ++count;
            }
          }
          int64_t value = greatest;
          if (p.kind == Kind::average)
            value = sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
          if (p.kind == Kind::mean)
            value = p.output_zero_point + requantize_reference(sum - count * p.input_zero_point,
                                                               multiplier.multiplier, multiplier.shift,
                                                               p.round_once);
          result.push_back(
              static_cast<int8_t>(std::clamp<int64_t>(value, p.activation_min, p.activation_max)));
        }
      }
    }
  }
  return result;
}

// False if there is no form.
bool append(const Pool& p, int number, Random& random, CaseFile& file) {
  const int32_t taps = p.window_height * p.window_width;
  const Multiplier multiplier = mean_multiplier(p.ratio, taps);
  if (p.kind == Kind::mean && multiplier.shift > 0) return false;
  std::vector<uint32_t> stream = {0};
  if (p.kind == Kind::average) {
    const bool unpadded = p.pad_top == 0 && p.pad_left == 0 &&
                          (p.output_height - 1) * p.stride_height + p.window_height <= p.height &&
                          (p.output_width - 1) * p.stride_width + p.window_width <= p.width;
    std::vector<burin::MeanForm> forms;
    for (int32_t count_of_taps = unpadded ? taps : 1; count_of_taps <= taps; ++count_of_taps) {
      const auto form = burin::find_average_form(count_of_taps);
      if (!form) {
        std::printf("no form for an average of %d\n", count_of_taps);
        std::exit(1);
      }
      forms.push_back(*form);
    }
    stream = burin::words_of(forms);
  } else if (p.kind == Kind::mean) {
    const auto form = burin::find_mean_form(
        taps, std::ldexp(multiplier.multiplier, multiplier.shift - 31), [&](int32_t sum) {
          const int64_t scaled = requantize_reference(sum - taps * p.input_zero_point, multiplier.multiplier,
                                                      multiplier.shift, p.round_once);
          return static_cast<int32_t>(std::clamp<int64_t>(scaled + p.output_zero_point, -128, 127));
        });
    if (!form) return false;
    stream = burin::words_of({*form});
  }
  std::vector<int8_t> input(static_cast<size_t>(p.batches * p.height * p.width * p.channels));
  const bool extreme = random.one_in(6);
  for (int8_t& value : input)
    value = static_cast<int8_t>(extreme ? (random.one_in(20) ? 127 : -128) : random.between(-128, 127));
  const std::vector<int8_t> expected = expected_output(p, input, multiplier);
  char text[1024];
  std::snprintf(
      text, sizeof text,
      "struct case_%d { enum : int32_t { batches = %d, input_height = %d, input_width = %d, input_channels = "
      "%d, "
      "window_height = %d, window_width = %d, output_height = %d, output_width = %d, output_channels = %d, "
      "stride_height = %d, stride_width = %d, dilation_height = 1, dilation_width = 1, pad_top = %d, "
      "pad_left = %d, "
      "activation_min = %d, activation_max = %d, input_ring_rows = %d, output_ring_rows = %d, kept_0 = %d, "
      "reduced_0 "
      "= %d, kept_1 = 1, reduced_1 = %d, kept_2 = %d }; };\n",
      number, p.batches, p.height, p.width, p.channels, p.window_height, p.window_width, p.output_height,
      p.output_width, p.channels, p.stride_height, p.stride_width, p.pad_top, p.pad_left, p.activation_min,
      p.activation_max, p.input_ring_rows, p.output_ring_rows, p.batches, p.height, p.width, p.channels);
  file.declarations += text;
  const char* const kind = kind_names[static_cast<int>(p.kind)];
  std::snprintf(text, sizeof text, "  check<case_%d, %s<case_%d>>(%d, \"%s\", %zu, %zu, %zu, %s);\n", number,
                kind, number, number, p.name.c_str(), file.append(input), file.append(stream),
                file.append(expected), p.measured ? "true" : "false");
  file.calls += text;
  if (p.measured)
    std::printf("case %d|%s|%d|0|0|cycles a tap and channel\n", number, p.name.c_str(),
                taps * p.output_height * p.output_width * p.channels);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  Random random{std::mt19937(static_cast<uint32_t>(std::strtoul(argv[2], nullptr, 10)))};
  const int count = std::atoi(argv[3]);
  const Pool pools[] = {known(Kind::average, "average 25x5x64", 25, 5, 64, 25, 5, 25, 5),
                        known(Kind::average, "average 8x8x64", 8, 8, 64, 8, 8, 8, 8),
                        known(Kind::average, "average 3x3x256", 3, 3, 256, 3, 3, 3, 3),
                        known(Kind::average, "average 2x2 of 48x48x24", 48, 48, 24, 2, 2, 2, 2),
                        known(Kind::maximum, "maximum 3x3/2 of 34x27x64", 34, 27, 64, 3, 3, 2, 2),
                        known(Kind::maximum, "maximum 2x1 of 198x1x128", 198, 1, 128, 2, 1, 2, 1),
                        known(Kind::mean, "mean 4x4x64", 4, 4, 64, 4, 4, 1, 1, 0.050791 / 0.0093238),
                        known(Kind::mean, "mean 70x1x70", 70, 1, 70, 70, 1, 1, 1, 0.028603 / 0.0056752),
                        known(Kind::mean, "mean 7x7x32", 7, 7, 32, 7, 7, 1, 1, 0.11427 / 0.020506)};
  CaseFile file;
  int number = 0;
  for (const Pool& pool : pools) {
    if (append(pool, number, random, file))
      ++number;
    else
      std::printf("no form for %s\n", pool.name.c_str());
  }
  int made = 0;
  int refused = 0;
  while (made < count && refused < count)
    append(random_pool(random, made), number + made, random, file) ? ++made : ++refused;
  for (int taps = 1; taps <= 256; ++taps)
    if (!burin::find_average_form(taps)) std::printf("no form for an average of %d\n", taps);
  std::printf("%d known layers, %d random cases, no form for %d more\n", number, made, refused);
  return made == count && file.write(argv[1]) ? 0 : 1;
}
