// PAD: the input surrounded by real zero, that is, by the output's zero point.
#include "kernels/pad_s8.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "ops/constraints.hpp"
#include "ops/kernel.hpp"
#include "ops/movement/attributes.hpp"

namespace burin {
namespace {

const Shape& input_shape(const NodeView& view) {
  return view.input(0).type.shape;
}

// The last four dimensions; those that a lower rank lacks are 1, without padding.
struct PaddedDimension {
  int32_t input = 1;
  int32_t before = 0;
  int32_t after = 0;

  int32_t output() const { return before + input + after; }
};

std::array<PaddedDimension, 4> dimensions_of(const NodeView& view) {
  std::array<PaddedDimension, 4> dimensions;
  const std::vector<int32_t>& paddings = view.attributes<PadAttributes>().paddings;
  const size_t rank = input_shape(view).rank();
  for (size_t i = 0; i < rank; ++i)
    dimensions[4 - rank + i] = {input_shape(view)[static_cast<int>(i)], paddings[2 * i], paddings[2 * i + 1]};
  return dimensions;
}

constexpr int32_t largest_padding = 65535;

constexpr Constraint constraint_list[] = {
    {"input and output are of one type: int8, uint8, int16, int32, int64 or float32",
     [](const NodeView& v) {
       const DType dtype = v.input(0).type.dtype;
       return v.output().type.dtype == dtype && dtype != DType::boolean;
     }},
    {"the input is of rank 1 to 4 and not empty",
     [](const NodeView& v) {
       const size_t rank = input_shape(v).rank();
       return rank >= 1 && rank <= 4 && input_shape(v).elements() > 0;
     }},
    {"the paddings are constant, two for every dimension, each 0 to 65535",
     [](const NodeView& v) {
       const std::vector<int32_t>& paddings = v.attributes<PadAttributes>().paddings;
       return paddings.size() == 2 * input_shape(v).rank() &&
              std::ranges::all_of(paddings, [](int32_t p) { return p >= 0 && p <= largest_padding; });
     }},
    {"an output of 8 or 16 bits is quantized per tensor, int16 with zero point 0",
     [](const NodeView& v) {
       return byte_width(v.output().type.dtype) > 2 ||
              (is_real(v.output()) &&
               (!has_dtype(v.output(), DType::s16) || v.output().quantization.zero_point() == 0));
     }},
};

// What is added around the input, as each byte of every element: real zero.
int32_t padding_byte(const NodeView& view) {
  return byte_width(view.output().type.dtype) == 1 ? view.output().quantization.zero_point() : 0;
}

class Pad final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::pad,
                                         .tflite_name = "PAD",
                                         .summary = "Adds zeros before and after dimensions.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }

  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<PadAttributes>(list, error);
  }

  std::span<const Constraint> constraints() const override { return constraint_list; }
  OperatorTraits traits() const override { return {.monotone = true}; }
  bool is_channelwise(const NodeView& view) const override {
    const std::vector<int32_t>& paddings = view.attributes<PadAttributes>().paddings;
    return paddings.size() >= 2 && paddings.end()[-1] == 0 && paddings.end()[-2] == 0;
  }

  std::vector<TensorType> infer(const NodeView& view) const override {
    std::vector<int32_t> dims = input_shape(view).dims();
    const std::vector<int32_t>& paddings = view.attributes<PadAttributes>().paddings;
    for (size_t i = 0; i < dims.size(); ++i) dims[i] += paddings[2 * i] + paddings[2 * i + 1];
    return {{view.output().type.dtype, Shape(std::move(dims))}};
  }

  void evaluate(const Evaluation& evaluation) const override {
    const NodeView& view = evaluation.view;
    const auto width = static_cast<size_t>(byte_width(view.output().type.dtype));
    const std::vector<std::byte>& input = evaluation.input(0).bytes;
    std::vector<std::byte>& output = evaluation.output().bytes;
    std::ranges::fill(output, static_cast<std::byte>(padding_byte(view)));
    const auto [images, rows, columns, channels] = dimensions_of(view);
    size_t source = 0;
    for (int32_t n = 0; n < images.input; ++n) {
      for (int32_t y = 0; y < rows.input; ++y) {
        for (int32_t x = 0; x < columns.input; ++x) {
          const int64_t pixel =
              ((int64_t{images.before + n} * rows.output() + rows.before + y) * columns.output() +
               columns.before + x);
          const auto target = static_cast<size_t>(pixel * channels.output() + channels.before) * width;
          const size_t bytes = static_cast<size_t>(channels.input) * width;
          std::memcpy(&output[target], &input[source], bytes);
          source += bytes;
        }
      }
    }
  }
};

class PadS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"PadS8", Op::pad, KernelSet::generic, "kernels/pad_s8.hpp",
                                       "Copies and fills rows."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    auto [images, rows, columns, channels] = dimensions_of(view);
    // The kernel takes bytes for channels.
    const int32_t width = byte_width(view.output().type.dtype);
    channels = {channels.input * width, channels.before * width, channels.after * width};
    KernelCall call;
    call.geometry = {{"input_batches", images.input},     {"input_height", rows.input},
                     {"input_width", columns.input},      {"input_channels", channels.input},
                     {"output_batches", images.output()}, {"output_height", rows.output()},
                     {"output_width", columns.output()},  {"output_channels", channels.output()},
                     {"pad_front", images.before},        {"pad_top", rows.before},
                     {"pad_left", columns.before},        {"pad_channels", channels.before},
                     {"value", padding_byte(view)},       {"input_ring_rows", rows.input},
                     {"output_ring_rows", rows.output()}};
    call.arguments = {InputArgument{0}, OutputArgument{0}, int32_t{0}, rows.output()};
    call.overlaps = {{.input = 0, .distance = distance(view) * width}};
    call.code_bytes = 250;
    const bool whole_rows = channels.input == channels.output();
    const int64_t pieces =
        static_cast<int64_t>(images.output()) * rows.output() * (whole_rows ? 3 : 3 * columns.output());
    call.work.instructions = 30 * pieces + view.output().type.bytes();
    return call;
  }

 private:
  // The output's first byte stands so far below the input's that whatever is written before a piece of the
  // input is copied ends below that piece. The last piece decides, as every piece of the output is at least
  // as long as the input's.
  static int64_t distance(const NodeView& view) {
    const auto [images, rows, columns, channels] = dimensions_of(view);
    const bool whole_rows = channels.input == channels.output();
    const int32_t column = whole_rows ? 0 : columns.input - 1;
    // Named anew, as clang 14 captures no structured bindings.
    const auto index = [&height = rows, &width = columns, &depth = channels](int64_t n, int64_t y, int64_t x,
                                                                             int64_t c, auto length) {
      return ((n * length(height) + y) * length(width) + x) * length(depth) + c;
    };
    const int64_t read = index(images.input - 1, rows.input - 1, column, 0,
                               [](const PaddedDimension& d) { return int64_t{d.input}; });
    const int64_t written =
        index(images.before + images.input - 1, rows.before + rows.input - 1, columns.before + column,
              channels.before, [](const PaddedDimension& d) { return int64_t{d.output()}; });
    return written - read;
  }
};

}  // namespace

const Operator& pad_operator() {
  static const Pad instance;
  return instance;
}

const Kernel& pad_s8_kernel() {
  static const PadS8Kernel instance;
  return instance;
}

}  // namespace burin
