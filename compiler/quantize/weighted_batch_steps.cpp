// Convolutions and fully connected layers for batches: a window's elements become a row of a matrix, some
// rows at a time, so that they are still in the cache when they are multiplied.
#include <algorithm>
#include <cstring>

#include "ops/numerics.hpp"
#include "ops/weighted/weighted.hpp"
#include "ops/window.hpp"
#include "quantize/batch_steps.hpp"
#include "quantize/matrix_product.hpp"
#include "quantize/window_rows.hpp"

namespace burin {
namespace {

std::vector<float> constant_reals(const Tensor& tensor) {
  return real_elements(tensor, Value::of(tensor.type, tensor.constant->bytes()));
}

std::vector<float> biases(const NodeView& view, size_t channels) {
  if (!view.has_input(2)) return std::vector<float>(channels, 0);
  const auto given = view.input(2).constant->as<float>();
  return {given.begin(), given.end()};
}

// What follows the products of `rows` rows of `channels` outputs.
void finish_rows(float* output, int64_t rows, const std::vector<float>& bias, RealRange range) {
  const size_t channels = bias.size();
  for (int64_t row = 0; row < rows; ++row, output += channels)
    for (size_t c = 0; c < channels; ++c)
      output[c] = std::clamp(output[c] + bias[c], range.lowest, range.highest);
}

class ConvolutionStep final : public BatchStep {
 public:
  explicit ConvolutionStep(const NodeView& view)
      : node_(view.node),
        rows_(WindowRows::of(view)),
        weights_(constant_reals(view.input(1))),
        bias_(biases(view, static_cast<size_t>(view.input(1).type.shape[0]))),
        groups_(view.input(0).type.shape[3] / view.input(1).type.shape[3]),
        range_(activation_range_f32(view.node)) {}

  void run(Batch& batch) const override {
    const float* input = batch.real(node_.inputs[0]).data();
    const std::span<float> output = batch.real(node_.outputs[0]);
    const auto channels = static_cast<int64_t>(bias_.size());
    const int64_t group_channels = channels / groups_;
    const int64_t length = rows_.length();
    const int64_t total = static_cast<int64_t>(output.size()) / channels;
    const int64_t at_once = std::max<int64_t>(16, 32768 / length);
    std::vector<float> columns;
    for (int64_t first = 0; first < total; first += at_once) {
      const int64_t count = std::min(at_once, total - first);
      for (int32_t group = 0; group < groups_; ++group) {
        const float* left = rows_.direct(input, first);
        if (left == nullptr) {
          columns.resize(static_cast<size_t>(count * length));
          rows_.gather(input, first, count, group, columns.data());
          left = columns.data();
        }
        multiply_transposed(left, weights_.data() + group * group_channels * length,
                            output.data() + first * channels + group * group_channels, count, length,
                            group_channels, channels);
      }
      finish_rows(output.data() + first * channels, count, bias_, range_);
    }
  }

 private:
  const Node& node_;
  WindowRows rows_;
  std::vector<float> weights_;
  std::vector<float> bias_;
  int32_t groups_;
  RealRange range_;
};

class DepthwiseStep final : public BatchStep {
 public:
  explicit DepthwiseStep(const NodeView& view)
      : node_(view.node),
        input_(view.input(0).type.shape),
        windows_(view.attributes<WindowAttributes>().windows(input_, view.input(1).type.shape[1],
                                                             view.input(1).type.shape[2])),
        weights_(constant_reals(view.input(1))),
        bias_(biases(view, static_cast<size_t>(view.input(1).type.shape[3]))),
        range_(activation_range_f32(view.node)) {}

  void run(Batch& batch) const override {
    const float* input = batch.real(node_.inputs[0]).data();
    float* output = batch.real(node_.outputs[0]).data();
    const int64_t images = static_cast<int64_t>(batch.samples()) * input_[0];
    const int32_t height = windows_.height.output();
    const int32_t width = windows_.width.output();
    for (int64_t image = 0; image < images; ++image)
      for (int64_t y = 0; y < height; ++y)
        for (int64_t x = 0; x < width; ++x, output += bias_.size()) compute(input, image, y, x, output);
  }

 private:
  void compute(const float* input, int64_t image, int64_t y, int64_t x, float* output) const {
    const auto outputs = static_cast<int64_t>(bias_.size());
    const int64_t channels = input_[3];
    const int64_t multiplicity = outputs / channels;
    // So many sums at a time stay in registers.
    constexpr int64_t block = 16;
    for (int64_t first = 0; first < outputs; first += block) {
      const int64_t count = std::min(block, outputs - first);
      float sums[block];
      for (int64_t c = 0; c < block; ++c) sums[c] = c < count ? bias_[static_cast<size_t>(first + c)] : 0.0f;
      for (int64_t ky = 0; ky < windows_.height.window; ++ky) {
        const int64_t row = windows_.height.position(y, ky);
        if (!windows_.height.contains(row)) continue;
        for (int64_t kx = 0; kx < windows_.width.window; ++kx) {
          const int64_t column = windows_.width.position(x, kx);
          if (!windows_.width.contains(column)) continue;
          const float* pixel =
              input + ((image * windows_.height.input + row) * windows_.width.input + column) * channels;
          const float* taps = weights_.data() + (ky * windows_.width.window + kx) * outputs + first;
          if (multiplicity == 1 && count == block)
            for (int64_t c = 0; c < block; ++c) sums[c] += pixel[first + c] * taps[c];
          else
            for (int64_t c = 0; c < count; ++c) sums[c] += pixel[(first + c) / multiplicity] * taps[c];
        }
      }
      for (int64_t c = 0; c < count; ++c)
        output[first + c] = std::clamp(sums[c], range_.lowest, range_.highest);
    }
  }

  const Node& node_;
  Shape input_;
  Windows windows_;
  std::vector<float> weights_;
  std::vector<float> bias_;
  RealRange range_;
};

class FullyConnectedStep final : public BatchStep {
 public:
  explicit FullyConnectedStep(const NodeView& view)
      : node_(view.node),
        length_(view.input(1).type.shape[1]),
        weights_(constant_reals(view.input(1))),
        bias_(biases(view, static_cast<size_t>(view.input(1).type.shape[0]))),
        range_(activation_range_f32(view.node)) {}

  void run(Batch& batch) const override {
    const std::span<const float> input = batch.real(node_.inputs[0]);
    const std::span<float> output = batch.real(node_.outputs[0]);
    const auto rows = static_cast<int64_t>(input.size()) / length_;
    const auto outputs = static_cast<int64_t>(bias_.size());
    multiply_transposed(input.data(), weights_.data(), output.data(), rows, length_, outputs, outputs);
    finish_rows(output.data(), rows, bias_, range_);
  }

 private:
  const Node& node_;
  int64_t length_;
  std::vector<float> weights_;
  std::vector<float> bias_;
  RealRange range_;
};

}  // namespace

std::unique_ptr<BatchStep> weighted_batch_step(const Graph& graph, const Node& node) {
  const NodeView view{graph, node};
  const auto known = [&] {
    return !view.input(0).is_constant() && view.input(1).is_constant() &&
           (!view.has_input(2) || (view.input(2).is_constant() && view.input(2).type.dtype == DType::f32));
  };
  switch (node.op) {
    case Op::convolution_2d:
      if (known()) return std::make_unique<ConvolutionStep>(view);
      break;
    case Op::depthwise_convolution_2d:
      if (known()) return std::make_unique<DepthwiseStep>(view);
      break;
    case Op::fully_connected:
      if (known()) return std::make_unique<FullyConnectedStep>(view);
      break;
    default:
      break;
  }
  return nullptr;
}

}  // namespace burin
