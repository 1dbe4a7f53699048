#include <algorithm>
#include <limits>

#include "ops/numerics.hpp"
#include "ops/pooling/pool.hpp"
#include "quantize/batch_steps.hpp"

namespace burin {
namespace {

class PoolStep final : public BatchStep {
 public:
  explicit PoolStep(const NodeView& view)
      : node_(view.node),
        input_(view.input(0).type.shape),
        windows_(pool_windows(view)),
        maximum_(view.node.op == Op::max_pool_2d),
        range_(activation_range_f32(view.node)) {}

  void run(Batch& batch) const override {
    const float* input = batch.real(node_.inputs[0]).data();
    float* output = batch.real(node_.outputs[0]).data();
    const int64_t images = static_cast<int64_t>(batch.samples()) * input_[0];
    for (int64_t image = 0; image < images; ++image)
      for (int64_t y = 0; y < windows_.height.output(); ++y)
        for (int64_t x = 0; x < windows_.width.output(); ++x, output += input_[3])
          compute(input, image, y, x, output);
  }

 private:
  void compute(const float* input, int64_t image, int64_t y, int64_t x, float* output) const {
    const int64_t channels = input_[3];
    std::fill_n(output, channels, maximum_ ? -std::numeric_limits<float>::infinity() : 0.0f);
    int32_t taps = 0;
    for (int64_t ky = 0; ky < windows_.height.window; ++ky) {
      const int64_t row = windows_.height.position(y, ky);
      if (!windows_.height.contains(row)) continue;
      for (int64_t kx = 0; kx < windows_.width.window; ++kx) {
        const int64_t column = windows_.width.position(x, kx);
        if (!windows_.width.contains(column)) continue;
        ++taps;
        const float* pixel =
            input + ((image * windows_.height.input + row) * windows_.width.input + column) * channels;
        if (maximum_)
          for (int64_t c = 0; c < channels; ++c) output[c] = std::max(output[c], pixel[c]);
        else
          for (int64_t c = 0; c < channels; ++c) output[c] += pixel[c];
      }
    }
    const float divisor = maximum_ ? 1.0f : static_cast<float>(taps);
    for (int64_t c = 0; c < channels; ++c)
      output[c] = std::clamp(output[c] / divisor, range_.lowest, range_.highest);
  }

  const Node& node_;
  Shape input_;
  Windows windows_;
  bool maximum_;
  RealRange range_;
};

}  // namespace

std::unique_ptr<BatchStep> pooling_batch_step(const Graph& graph, const Node& node) {
  const NodeView view{graph, node};
  if ((node.op == Op::average_pool_2d || node.op == Op::max_pool_2d) && !view.input(0).is_constant())
    return std::make_unique<PoolStep>(view);
  return nullptr;
}

}  // namespace burin
