// PAD: the input surrounded by real zero, that is, by the output's zero point.

#include <algorithm>
#include <array>
#include <cstring>

#include "ops/constraints.hpp"
#include "ops/movement/attributes.hpp"
#include "ops/movement/pad.hpp"

namespace burin {

using namespace pad;

namespace {

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

}  // namespace

const Operator& pad_operator() {
  static const Pad instance;
  return instance;
}

}  // namespace burin
