// Makes the cases of the matrix kernels' tests, CONV_2D and FULLY_CONNECTED: shapes, weights and inputs at
// random, packed by the functions that the compiler uses, and the outputs that plain loops give for them.
//
//   generate DIRECTORY SEED COUNT
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "arithmetic/requantization_form.hpp"
#include "arm_dsp/convolution_2d_s8_dual.hpp"
#include "arm_dsp/fully_connected_s8_dual.hpp"
#include "case_file.hpp"
#include "reference_rounding.hpp"

namespace {

using namespace burin_kernels;

struct Layer {
  ConvolutionSpec spec{};
  int32_t input_ring_rows = 0;
  int32_t output_ring_rows = 0;
  std::string name;
  int32_t weight_limit = 127;
  bool extremes = false;    // some weights are -128
  bool exact_only = false;  // no scaled form is offered
  bool round_once = false;  // only without scaled forms, which are proved for the other rounding
  bool measured = false;
};

int32_t extent(int32_t kernel, int32_t dilation) {
  return (kernel - 1) * dilation + 1;
}

// TensorFlow's SAME: the output's size is ceil(input / stride), the smaller half of the padding comes first.
void pad_same(ConvolutionSpec& s) {
  s.output_height = (s.input_height + s.stride_height - 1) / s.stride_height;
  s.output_width = (s.input_width + s.stride_width - 1) / s.stride_width;
  const int32_t rows =
      (s.output_height - 1) * s.stride_height + extent(s.window_height, s.dilation_height) - s.input_height;
  const int32_t columns =
      (s.output_width - 1) * s.stride_width + extent(s.window_width, s.dilation_width) - s.input_width;
  s.pad_top = rows > 0 ? rows / 2 : 0;
  s.pad_left = columns > 0 ? columns / 2 : 0;
}

void pad_valid(ConvolutionSpec& s) {
  s.output_height = (s.input_height - extent(s.window_height, s.dilation_height)) / s.stride_height + 1;
  s.output_width = (s.input_width - extent(s.window_width, s.dilation_width)) / s.stride_width + 1;
  s.pad_top = s.pad_left = 0;
}

Layer named(const char* name, int32_t height, int32_t width, int32_t channels, int32_t window_height,
            int32_t window_width, int32_t stride, int32_t outputs, int32_t zero_point, bool exact_only) {
  Layer layer;
  layer.name = name;
  layer.spec = ConvolutionSpec{
      1, height, width, channels, window_height, window_width, 0,    0,  outputs, stride, stride,
      1, 1,      0,     0,        -128,          zero_point,   -128, 127};
  pad_same(layer.spec);
  layer.input_ring_rows = height;
  layer.output_ring_rows = layer.spec.output_height;
  layer.weight_limit = 60;
  layer.exact_only = exact_only;
  layer.measured = true;
  return layer;
}

Layer random_layer(Random& random, int index) {
  Layer layer;
  ConvolutionSpec& s = layer.spec;
  s.batches = 1;
  const bool pointwise = random.one_in(4);
  s.window_height = pointwise ? 1 : random.between(1, 5);
  s.window_width = pointwise ? 1 : random.between(1, 5);
  s.dilation_height = random.one_in(5) ? random.between(2, 3) : 1;
  s.dilation_width = random.one_in(5) ? random.between(2, 3) : 1;
  s.stride_height = random.one_in(2) ? random.between(1, 3) : 1;
  s.stride_width = random.one_in(2) ? s.stride_height : random.between(1, 3);
  static const int32_t channels[] = {1, 2, 3, 4, 5, 7, 8, 10, 12, 16, 20, 33};
  s.input_channels = channels[random.between(0, 11)];
  s.output_channels = random.one_in(2) ? random.between(1, 9) : 4 * random.between(1, 5);
  s.input_height = random.between(1, 9);
  s.input_width = random.between(1, 11);
  const bool fits = s.input_height >= extent(s.window_height, s.dilation_height) &&
                    s.input_width >= extent(s.window_width, s.dilation_width);
  const int padding = random.between(fits ? 0 : 1, 2);
  if (padding == 0) {
    pad_valid(s);
  } else {
    pad_same(s);
    if (padding == 2) {  // anything goes, windows wholly outside included
      s.pad_top = random.between(0, 4);
      s.pad_left = random.between(0, 4);
      s.output_height = random.between(1, s.output_height + 2);
      s.output_width = random.between(1, s.output_width + 2);
    }
  }
  s.input_zero_point = random.one_in(3) ? -128 : random.between(-128, 127);
  s.output_zero_point = random.one_in(2) ? -128 : random.between(-128, 127);
  s.activation_min = -128;
  s.activation_max = 127;
  if (random.one_in(4)) {
    s.activation_min = random.between(-128, 100);
    s.activation_max = random.between(s.activation_min, 127);
  }
  // Rings hold at least what one output row needs.
  const int32_t needed = extent(s.window_height, s.dilation_height);
  layer.input_ring_rows =
      random.one_in(3) && needed < s.input_height ? random.between(needed, s.input_height) : s.input_height;
  layer.output_ring_rows = random.one_in(3) ? random.between(1, s.output_height) : s.output_height;
  layer.weight_limit = random.one_in(3) ? 127 : random.between(1, 90);
  layer.extremes = random.one_in(3);
  layer.exact_only = random.one_in(layer.extremes ? 8 : 3);
  layer.round_once = layer.exact_only && random.one_in(3);
  layer.name = "random " + std::to_string(index);
  return layer;
}

// What a layer's channels need besides its shape.
struct Numbers {
  std::vector<int8_t> weights;
  std::vector<int32_t> biases;
  std::vector<ChannelRequantization> requantizations;
  int scaled = 0;  // channels with a scaled form, each shift counted
};

struct Style {
  int32_t weight_limit = 127;
  bool extremes = false;
  bool exact_only = false;
  bool odd_channels = false;  // zero multipliers and large biases among them
};

// Multipliers are such that the sums spread over some tens to hundreds of output values.
Numbers random_numbers(Random& random, const Style& style, int32_t inputs, int32_t outputs,
                       const DualOutput& output) {
  Numbers result;
  result.weights.resize(static_cast<size_t>(outputs * inputs));
  for (int8_t& weight : result.weights)
    weight = static_cast<int8_t>(random.between(-style.weight_limit, style.weight_limit));
  // One or two of a channel's weights, as quantizers that use all of int8 leave them.
  for (int32_t o = 0; style.extremes && o < outputs; ++o)
    for (int32_t i = random.between(0, 2); i > 0; --i)
      result.weights[static_cast<size_t>(o * inputs + random.between(0, inputs - 1))] = -128;
  const double spread = style.weight_limit * 0.6 * 74.0 * std::sqrt(static_cast<double>(inputs));
  for (int32_t o = 0; o < outputs; ++o) {
    const Multiplier scale = to_multiplier(random.between(20, 120) / spread);
    ChannelRequantization q;
    q.multiplier = scale.multiplier;
    q.shift = std::min(scale.shift, -1);
    int32_t bias = static_cast<int32_t>(random.between(-200, 200) * spread / 400);
    if (style.odd_channels && random.one_in(12)) q.multiplier = 0;
    if (style.odd_channels && random.one_in(9)) bias = random.between(-3000000, 3000000);
    const std::span<const int8_t> own(result.weights.data() + o * inputs, static_cast<size_t>(inputs));
    const burin::Requantization reference{q.multiplier, q.shift, output.output_zero_point,
                                          output.activation_min, output.activation_max};
    const burin::AccumulatorRange range =
        burin::accumulator_range(own, bias, -128, 127, output.input_zero_point);
    for (size_t i = 0; i < scaled_shifts.size() && !style.exact_only; ++i) {
      const auto form = burin::prove_form(reference, burin::Rounding::tflm, range,
                                          {.prescale = 8, .post_shift = scaled_shifts[i]});
      if (!form) continue;
      q.scaled[i] = ScaledRequantization{form->multiplier, form->constant};
      ++result.scaled;
    }
    result.biases.push_back(bias);
    result.requantizations.push_back(q);
  }
  return result;
}

int8_t finish(int64_t sum, const ChannelRequantization& q, int32_t zero_point, int32_t low, int32_t high,
              bool round_once = false) {
  const int64_t value = q.multiplier == 0 ? 0 : requantize_reference(sum, q.multiplier, q.shift, round_once);
  return static_cast<int8_t>(std::clamp<int64_t>(value + zero_point, low, high));
}

std::vector<int8_t> random_input(Random& random, int32_t count) {
  std::vector<int8_t> result(static_cast<size_t>(count));
  for (int8_t& value : result) value = static_cast<int8_t>(random.between(-128, 127));
  return result;
}

struct Fields {
  std::string text;
  void add(const char* name, int64_t value) {
    text += std::string(name) + " = " + std::to_string(value) + ", ";
  }
};

// Lays the case down for check.cpp, to be called as `function`.
void append_case(CaseFile& file, size_t number, const std::string& name, const char* function,
                 const Fields& fields, const std::vector<int8_t>& input, const std::vector<uint32_t>& stream,
                 const std::vector<int8_t>& expected, bool measured) {
  const std::string id = std::to_string(number);
  file.declarations +=
      "struct geometry_" + id + " {\n  enum : int32_t {\n    " + fields.text + "\n  };\n};\n";
  const size_t input_at = file.append(input);
  const size_t stream_at = file.append(stream);
  const size_t expected_at = file.append(expected);
  file.calls += std::string("  ") + function + "<geometry_" + id + ">({" + id + ", \"" + name + "\", " +
                std::to_string(input_at) + ", " + std::to_string(stream_at) + ", " +
                std::to_string(expected_at) + ", " + (measured ? "true" : "false") + "});\n";
}

std::vector<int8_t> expected_output(const ConvolutionSpec& s, const std::vector<int8_t>& input,
                                    const Numbers& numbers, bool round_once) {
  std::vector<int8_t> result;
  for (int32_t y = 0; y < s.output_height; ++y) {
    for (int32_t x = 0; x < s.output_width; ++x) {
      for (int32_t o = 0; o < s.output_channels; ++o) {
        int64_t sum = numbers.biases[static_cast<size_t>(o)];
        for (int32_t i = 0; i < s.window_height; ++i) {
          for (int32_t j = 0; j < s.window_width; ++j) {
            const int32_t row = y * s.stride_height - s.pad_top + i * s.dilation_height;
            const int32_t column = x * s.stride_width - s.pad_left + j * s.dilation_width;
            if (row < 0 || row >= s.input_height || column < 0 || column >= s.input_width) continue;
            for (int32_t c = 0; c < s.input_channels; ++c) {
              const auto at = static_cast<size_t>((row * s.input_width + column) * s.input_channels + c);
              const auto weight = static_cast<size_t>(
                  ((o * s.window_height + i) * s.window_width + j) * s.input_channels + c);
              sum += (input[at] - s.input_zero_point) * numbers.weights[weight];
            }
          }
        }
        result.push_back(finish(sum, numbers.requantizations[static_cast<size_t>(o)], s.output_zero_point,
                                s.activation_min, s.activation_max, round_once));
      }
    }
  }
  return result;
}

bool append(const Layer& layer, size_t number, Random& random, CaseFile& file) {
  const ConvolutionSpec& s = layer.spec;
  if (!ConvolutionDual::accepts(s)) return false;
  const int32_t inputs = s.window_height * s.window_width * s.input_channels;
  const std::vector<int8_t> input = random_input(random, s.input_height * s.input_width * s.input_channels);
  const DualOutput about{s.input_zero_point, s.output_zero_point, s.activation_min, s.activation_max};
  const Numbers numbers =
      random_numbers(random, {layer.weight_limit, layer.extremes, layer.exact_only, !layer.measured}, inputs,
                     s.output_channels, about);
  const auto stream = ConvolutionDualPacker::pack(s, numbers.weights, numbers.biases, numbers.requantizations,
                                                  nullptr, layer.round_once);
  if (!stream) {
    std::printf("%s: refused by pack\n", layer.name.c_str());
    return false;
  }
  Fields fields;
  fields.add("batches", s.batches);
  fields.add("input_height", s.input_height);
  fields.add("input_width", s.input_width);
  fields.add("input_channels", s.input_channels);
  fields.add("window_height", s.window_height);
  fields.add("window_width", s.window_width);
  fields.add("output_height", s.output_height);
  fields.add("output_width", s.output_width);
  fields.add("output_channels", s.output_channels);
  fields.add("stride_height", s.stride_height);
  fields.add("stride_width", s.stride_width);
  fields.add("dilation_height", s.dilation_height);
  fields.add("dilation_width", s.dilation_width);
  fields.add("pad_top", s.pad_top);
  fields.add("pad_left", s.pad_left);
  fields.add("input_zero_point", s.input_zero_point);
  fields.add("output_zero_point", s.output_zero_point);
  fields.add("activation_min", s.activation_min);
  fields.add("activation_max", s.activation_max);
  fields.add("input_ring_rows", layer.input_ring_rows);
  fields.add("output_ring_rows", layer.output_ring_rows);
  append_case(file, number, layer.name, "check_convolution", fields, input, *stream,
              expected_output(s, input, numbers, layer.round_once), layer.measured);
  if (layer.measured) {
    const int64_t products = int64_t{s.output_height} * s.output_width * s.output_channels * inputs;
    const size_t group_words = 12 + 2 * static_cast<size_t>(ConvolutionDual::steps(s));
    int scaled_groups = 0;
    for (size_t last = group_words; last <= stream->size(); last += group_words)
      if (static_cast<int32_t>((*stream)[last - 7]) >= 0) ++scaled_groups;
    std::printf(
        "case %zu|%s|%lld|%lld|%d|%zu bytes, %d of %zu groups scaled\n", number, layer.name.c_str(),
        static_cast<long long>(products), static_cast<long long>(ConvolutionDualPacker::estimate_cycles(s)),
        ConvolutionDual::scratch_bytes(s), stream->size() * 4, scaled_groups, stream->size() / group_words);
  }
  return true;
}

struct Dense {
  std::string name;
  FullyConnectedSpec spec{};
  int32_t weight_limit = 127;
  bool measured = false;
  bool round_once = false;
  bool extremes = false;
};

Dense random_dense(Random& random, int index) {
  Dense dense;
  dense.name = "random dense " + std::to_string(index);
  FullyConnectedSpec& s = dense.spec;
  s.batches = random.one_in(3) ? random.between(2, 3) : 1;
  s.inputs = random.one_in(2) ? random.between(1, 40) : 16 * random.between(1, 20);
  s.outputs = random.between(1, 35);
  s.input_zero_point = random.one_in(3) ? -128 : random.between(-128, 127);
  s.output_zero_point = random.one_in(2) ? -128 : random.between(-128, 127);
  s.activation_min = -128;
  s.activation_max = 127;
  if (random.one_in(3)) {
    s.activation_min = random.between(-128, 100);
    s.activation_max = random.between(s.activation_min, 127);
  }
  dense.weight_limit = random.one_in(3) ? 127 : random.between(1, 90);
  dense.round_once = random.one_in(4);
  dense.extremes = random.one_in(8);
  return dense;
}

bool append(const Dense& dense, size_t number, Random& random, CaseFile& file) {
  const FullyConnectedSpec& s = dense.spec;
  const std::vector<int8_t> input = random_input(random, s.batches * s.inputs);
  const DualOutput about{s.input_zero_point, s.output_zero_point, s.activation_min, s.activation_max};
  const Numbers numbers = random_numbers(random, {dense.weight_limit, dense.extremes, true, !dense.measured},
                                         s.inputs, s.outputs, about);
  const auto stream = FullyConnectedDualPacker::pack(s, numbers.weights, numbers.biases,
                                                     numbers.requantizations, dense.round_once);
  if (!stream) {
    std::printf("%s: refused by pack\n", dense.name.c_str());
    return false;
  }
  std::vector<int8_t> expected;
  for (int32_t batch = 0; batch < s.batches; ++batch) {
    for (int32_t o = 0; o < s.outputs; ++o) {
      int64_t sum = numbers.biases[static_cast<size_t>(o)];
      for (int32_t i = 0; i < s.inputs; ++i)
        sum += (input[static_cast<size_t>(batch * s.inputs + i)] - s.input_zero_point) *
               numbers.weights[static_cast<size_t>(o * s.inputs + i)];
      expected.push_back(finish(sum, numbers.requantizations[static_cast<size_t>(o)], s.output_zero_point,
                                s.activation_min, s.activation_max, dense.round_once));
    }
  }
  Fields fields;
  fields.add("batches", s.batches);
  fields.add("inputs", s.inputs);
  fields.add("outputs", s.outputs);
  fields.add("input_zero_point", s.input_zero_point);
  fields.add("output_zero_point", s.output_zero_point);
  fields.add("activation_min", s.activation_min);
  fields.add("activation_max", s.activation_max);
  fields.add("round_once", dense.round_once);
  append_case(file, number, dense.name, "check_fully_connected", fields, input, *stream, expected,
              dense.measured);
  if (dense.measured) {
    std::printf("case %zu|%s|%lld|%lld|%d|%zu bytes\n", number, dense.name.c_str(),
                static_cast<long long>(s.batches) * s.inputs * s.outputs,
                static_cast<long long>(FullyConnectedDualPacker::estimate_cycles(s)),
                FullyConnectedDual::scratch_bytes(s), stream->size() * 4);
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string directory = argv[1];
  const auto seed = static_cast<uint32_t>(std::strtoul(argv[2], nullptr, 10));
  const int count = std::atoi(argv[3]);
  Random random{std::mt19937(seed)};
  std::vector<Layer> measured_layers = {
      named("pointwise 64->64, 25x5", 25, 5, 64, 1, 1, 1, 64, -128, false),
      named("pointwise 64->64, 25x5, exact, ReLU", 25, 5, 64, 1, 1, 1, 64, -128, true),
      named("pointwise 64->64, 25x5, exact", 25, 5, 64, 1, 1, 1, 64, 3, true),
      named("10x4x1->64, stride 2, 49x10", 49, 10, 1, 10, 4, 2, 64, -128, false),
      named("3x3x3->8, stride 2, 96x96", 96, 96, 3, 3, 3, 2, 8, -128, false),
      named("3x3x3->16, 32x32", 32, 32, 3, 3, 3, 1, 16, -128, false),
      named("pointwise 8->16, 48x48", 48, 48, 8, 1, 1, 1, 16, -128, false),
      named("pointwise 16->32, 24x24", 24, 24, 16, 1, 1, 1, 32, -128, false),
      named("pointwise 32->32, 24x24", 24, 24, 32, 1, 1, 1, 32, -128, false),
      named("pointwise 128->128, 6x6", 6, 6, 128, 1, 1, 1, 128, -128, false),
      named("pointwise 128->256, 3x3", 3, 3, 128, 1, 1, 1, 256, -128, false),
      named("3x3x16->16, 32x32", 32, 32, 16, 3, 3, 1, 16, -128, false),
      named("3x3x16->16, 32x32, exact", 32, 32, 16, 3, 3, 1, 16, 4, true),
      named("3x3x16->32, stride 2, 32x32", 32, 32, 16, 3, 3, 2, 32, -128, false),
      named("pointwise 16->32, stride 2, 32x32, exact", 32, 32, 16, 1, 1, 2, 32, -17, true),
      named("3x3x64->64, 8x8, exact", 8, 8, 64, 3, 3, 1, 64, -2, true),
  };
  std::vector<Dense> measured_denses = {
      {"fully connected 640->128", {1, 640, 128, 89, -128, -128, 127}, 60, true},
      {"fully connected 128->640", {1, 128, 640, -128, 96, -128, 127}, 60, true},
      {"fully connected 128->128", {1, 128, 128, -128, -128, -128, 127}, 60, true},
      {"fully connected 8->128", {1, 8, 128, -128, -128, -128, 127}, 60, true},
      {"fully connected 64->12", {1, 64, 12, -128, 14, -128, 127}, 60, true},
      {"fully connected 256->2", {1, 256, 2, -128, -5, -128, 127}, 60, true},
  };

  CaseFile file;
  size_t number = 0;
  for (const Layer& layer : measured_layers)
    if (append(layer, number, random, file)) ++number;
  for (const Dense& dense : measured_denses)
    if (append(dense, number, random, file)) ++number;
  for (int i = 0; i < count; ++i)
    if (append(random_layer(random, i), number, random, file)) ++number;
  for (int i = 0; i < count / 2; ++i)
    if (append(random_dense(random, i), number, random, file)) ++number;
  std::printf("%zu cases, seed %u\n", number, seed);
  return file.write(directory) ? 0 : 1;
}
