// Makes the cases of the depthwise kernels' test: shapes, weights and inputs at random, streams packed by the
// functions that the compiler uses, and the outputs that plain loops give. Writes cases.hpp and cases.bin for
// depthwise_check.cpp.
//
//   generate DIRECTORY SEED COUNT
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "arm_dsp/depthwise_convolution_2d_s8_any.hpp"
#include "arm_dsp/depthwise_convolution_2d_s8_planes.hpp"
#include "case_file.hpp"
#include "reference_rounding.hpp"

namespace {

using namespace burin_kernels;

struct Layer {
  std::string name;
  ConvolutionSpec spec{};
  int32_t input_ring_rows = 0;
  int32_t output_ring_rows = 0;
  int32_t weight_limit = 127;
  int32_t steepest = 60;   // an output step is this many hundredths of the sum's spread ...
  int32_t flattest = 200;  // ... to this many
  bool any = false;        // the kernel for any window
  bool round_once = false;
  bool measured = false;
};

int32_t extent(int32_t kernel, int32_t dilation) {
  return (kernel - 1) * dilation + 1;
}

// TensorFlow's SAME: the output's size is ceil(input / stride), the smaller half of the padding comes first.
void pad_same(ConvolutionSpec& s) {
  s.output_height = (s.input_height + s.stride_height - 1) / s.stride_height;
  s.output_width = (s.input_width + s.stride_width - 1) / s.stride_width;
  s.pad_top = std::max(0, (s.output_height - 1) * s.stride_height +
                              extent(s.window_height, s.dilation_height) - s.input_height) /
              2;
  s.pad_left = std::max(0, (s.output_width - 1) * s.stride_width + extent(s.window_width, s.dilation_width) -
                               s.input_width) /
               2;
}

Layer known(const char* name, int32_t height, int32_t width, int32_t channels, int32_t stride,
            int32_t zero_point) {
  Layer layer;
  layer.name = name;
  layer.spec = ConvolutionSpec{1,      height, width, channels, 3, 3,    0,          0,    channels, stride,
                               stride, 1,      1,     0,        0, -128, zero_point, -128, 127};
  pad_same(layer.spec);
  layer.input_ring_rows = height;
  layer.output_ring_rows = layer.spec.output_height;
  layer.measured = true;
  return layer;
}

Layer known_any(const char* name, int32_t height, int32_t width, int32_t channels, int32_t window_height,
                int32_t window_width, bool same) {
  Layer layer = known(name, height, width, channels, 1, 3);
  ConvolutionSpec& s = layer.spec;
  s.window_height = window_height;
  s.window_width = window_width;
  pad_same(s);
  if (!same) {
    s.output_height = height - window_height + 1;
    s.output_width = width - window_width + 1;
    s.pad_top = s.pad_left = 0;
  }
  layer.output_ring_rows = s.output_height;
  layer.any = true;
  return layer;
}

Layer random_layer(Random& random, int index) {
  Layer layer;
  layer.name = "random " + std::to_string(index);
  ConvolutionSpec& s = layer.spec;
  s.batches = 1;
  layer.any = random.one_in(3);
  s.window_height = layer.any ? random.between(1, 5) : 3;
  s.window_width = layer.any ? random.between(1, 5) : 3;
  s.dilation_height = layer.any ? random.between(1, 2) : 1;
  s.dilation_width = layer.any ? random.between(1, 2) : 1;
  s.stride_height = random.between(1, layer.any ? 3 : 2);
  s.stride_width = layer.any ? random.between(1, 3) : s.stride_height;
  s.input_channels = random.between(4, 14);
  s.output_channels = s.input_channels * (layer.any && random.one_in(3) ? random.between(2, 5) : 1);
  s.input_height = random.between(1, 9);
  s.input_width = random.between(1, 12);
  pad_same(s);
  switch (random.between(0, 3)) {
    case 0:  // VALID, where it fits
      if (s.input_height >= extent(s.window_height, s.dilation_height) &&
          s.input_width >= extent(s.window_width, s.dilation_width)) {
        s.output_height = (s.input_height - extent(s.window_height, s.dilation_height)) / s.stride_height + 1;
        s.output_width = (s.input_width - extent(s.window_width, s.dilation_width)) / s.stride_width + 1;
        s.pad_top = s.pad_left = 0;
      }
      break;
    case 1:  // anything, windows wholly outside included
      s.pad_top = random.between(0, 4);
      s.pad_left = random.between(0, 3);
      s.output_height = random.between(1, s.output_height + 2);
      s.output_width = random.between(1, s.output_width + 2);
      break;
    default:
      break;
  }
  s.input_zero_point = random.one_in(3) ? -128 : random.between(-128, 127);
  s.output_zero_point = random.one_in(2) ? -128 : random.between(-128, 127);
  s.activation_min = -128;
  s.activation_max = 127;
  if (random.one_in(4)) {
    s.activation_min = random.between(-128, 100);
    s.activation_max = random.between(s.activation_min, 127);
  }
  const int32_t window = (s.window_height - 1) * s.dilation_height + 1;
  layer.input_ring_rows =
      random.one_in(3) && s.input_height > window ? random.between(window, s.input_height) : s.input_height;
  layer.output_ring_rows = random.one_in(3) ? random.between(1, s.output_height) : s.output_height;
  layer.weight_limit = random.one_in(3) ? 127 : random.between(1, 90);
  if (random.one_in(4)) {
    layer.steepest = 1;
    layer.flattest = 100000;
  }
  layer.round_once = random.one_in(5);
  return layer;
}

std::vector<int8_t> expected_output(const Layer& layer, const std::vector<int8_t>& input,
                                    const std::vector<int8_t>& weights, const std::vector<int32_t>& biases,
                                    const std::vector<int32_t>& multipliers,
                                    const std::vector<int8_t>& shifts) {
  const ConvolutionSpec& s = layer.spec;
  std::vector<int8_t> result;
  for (int32_t y = 0; y < s.output_height; ++y) {
    for (int32_t x = 0; x < s.output_width; ++x) {
      for (int32_t c = 0; c < s.output_channels; ++c) {
        int64_t sum = biases[static_cast<size_t>(c)];
        for (int32_t i = 0; i < s.window_height; ++i) {
          for (int32_t j = 0; j < s.window_width; ++j) {
            const int32_t row = y * s.stride_height - s.pad_top + i * s.dilation_height;
            const int32_t column = x * s.stride_width - s.pad_left + j * s.dilation_width;
            if (row < 0 || row >= s.input_height || column < 0 || column >= s.input_width) continue;
            const int32_t source = c / (s.output_channels / s.input_channels);
            const int32_t value =
                input[static_cast<size_t>((row * s.input_width + column) * s.input_channels + source)];
            sum += (value - s.input_zero_point) *
                   weights[static_cast<size_t>((i * s.window_width + j) * s.output_channels + c)];
          }
        }
        const int64_t scaled = requantize_reference(sum, multipliers[static_cast<size_t>(c)],
                                                    shifts[static_cast<size_t>(c)], layer.round_once);
        result.push_back(static_cast<int8_t>(
            std::clamp<int64_t>(scaled + s.output_zero_point, s.activation_min, s.activation_max)));
      }
    }
  }
  return result;
}

// False if the kernel refuses the layer.
bool append(const Layer& layer, int number, Random& random, CaseFile& file) {
  const ConvolutionSpec& s = layer.spec;
  if (layer.any ? !DepthwiseAny::accepts(s) : !DepthwisePlanes::accepts(s)) return false;
  const auto channels = static_cast<size_t>(s.output_channels);
  std::vector<int8_t> input(static_cast<size_t>(s.input_height * s.input_width * s.input_channels));
  for (int8_t& value : input) value = static_cast<int8_t>(random.between(-128, 127));
  const int32_t taps = s.window_height * s.window_width;
  std::vector<int8_t> weights(static_cast<size_t>(taps) * channels);
  for (int8_t& weight : weights)
    weight = static_cast<int8_t>(random.between(-layer.weight_limit - random.one_in(2), layer.weight_limit));
  std::vector<int32_t> biases;
  std::vector<int32_t> multipliers;
  std::vector<int8_t> shifts;
  for (size_t c = 0; c < channels; ++c) {
    const double spread = layer.weight_limit * 0.6 * 74.0 * std::sqrt(static_cast<double>(taps));
    const double scale = 10000.0 / random.between(layer.steepest, layer.flattest) / spread;
    const Multiplier m = to_multiplier(std::min(scale, 0.49));
    biases.push_back(random.between(-static_cast<int32_t>(spread), static_cast<int32_t>(spread)));
    multipliers.push_back(!layer.measured && random.one_in(12) ? 0 : m.multiplier);
    shifts.push_back(static_cast<int8_t>(m.shift));
  }
  const auto stream =
      layer.any ? DepthwiseAnyPacker::pack(s, weights, biases, multipliers, shifts)
                : DepthwisePlanesPacker::pack(s, weights, biases, multipliers, shifts, layer.round_once);
  if (!stream) return false;
  int fast = 0;
  for (size_t i = 1; !layer.any && i < stream->size(); i += 6) fast += (*stream)[i] >> 24 == 0;
  const std::vector<int8_t> expected = expected_output(layer, input, weights, biases, multipliers, shifts);
  char text[1024];
  std::snprintf(
      text, sizeof text,
      "struct case_%d { enum : int32_t { batches = 1, input_height = %d, input_width = %d, input_channels = "
      "%d, window_height = %d, window_width = %d, output_height = %d, output_width = %d, output_channels = "
      "%d, "
      "stride_height = %d, stride_width = %d, dilation_height = %d, dilation_width = %d, pad_top = %d, "
      "pad_left = %d, input_zero_point = %d, output_zero_point = %d, activation_min = %d, activation_max = "
      "%d, input_ring_rows = %d, output_ring_rows = %d, round_once = %d }; };\n",
      number, s.input_height, s.input_width, s.input_channels, s.window_height, s.window_width,
      s.output_height, s.output_width, s.output_channels, s.stride_height, s.stride_width, s.dilation_height,
      s.dilation_width, s.pad_top, s.pad_left, s.input_zero_point, s.output_zero_point, s.activation_min,
      s.activation_max, layer.input_ring_rows, layer.output_ring_rows, layer.round_once);
  file.declarations += text;
  std::snprintf(text, sizeof text, "  check<case_%d, %s>(%d, \"%s\", %zu, %zu, %zu, %s);\n", number,
                layer.any ? "any_kernel" : "planes_kernel", number, layer.name.c_str(), file.append(input),
                file.append(*stream), file.append(expected), layer.measured ? "true" : "false");
  file.calls += text;
  if (layer.measured)
    std::printf("case %d|%s|%d|%lld|%d|%d of %zu channels fast\n", number, layer.name.c_str(),
                taps * s.output_height * s.output_width * s.output_channels,
                static_cast<long long>(layer.any ? DepthwiseAny::estimate_cycles(s)
                                                 : DepthwisePlanes::estimate_cycles(s)),
                layer.any ? DepthwiseAny::scratch_bytes(s) : DepthwisePlanes::scratch_bytes(s), fast,
                channels);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  Random random{std::mt19937(static_cast<uint32_t>(std::strtoul(argv[2], nullptr, 10)))};
  const int count = std::atoi(argv[3]);
  const Layer layers[] = {known("48x48x8", 48, 48, 8, 1, -128),
                          known("25x5x64", 25, 5, 64, 1, -128),
                          known("24x24x32", 24, 24, 32, 1, -128),
                          known("12x12x64", 12, 12, 64, 1, -128),
                          known("6x6x128", 6, 6, 128, 1, -128),
                          known("3x3x256", 3, 3, 256, 1, -128),
                          known("48x48x16 stride 2", 48, 48, 16, 2, -128),
                          known("24x24x32 stride 2", 24, 24, 32, 2, -128),
                          known("12x12x64 stride 2", 12, 12, 64, 2, -128),
                          known("6x6x128 stride 2", 6, 6, 128, 2, -128),
                          known("24x24x32, no ReLU", 24, 24, 32, 1, 3),
                          known("24x24x32 stride 2, no ReLU", 24, 24, 32, 2, 3),
                          known_any("28x1x40, 3x1 window", 30, 1, 40, 3, 1, false),
                          known_any("24x1x128, 5x1 window", 28, 1, 128, 5, 1, false),
                          known_any("15x1x128, 10x1 window", 24, 1, 128, 10, 1, false),
                          known_any("1x1x128, 15x1 window", 15, 1, 128, 15, 1, false),
                          known_any("12x12x32, 5x5 window", 12, 12, 32, 5, 5, true)};
  CaseFile file;
  int number = 0;
  for (const Layer& layer : layers)
    if (append(layer, number, random, file)) ++number;
  int made = 0;
  for (int i = 0, tries = 0; i < count && tries < 20 * count; ++tries) {
    if (!append(random_layer(random, i), number, random, file)) continue;
    ++number;
    ++i;
    ++made;
  }
  std::printf("%d known layers, %d random cases\n", number - made, made);
  return made == count && file.write(argv[1]) ? 0 : 1;
}
