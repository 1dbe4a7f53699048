#include "prune/gradients.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "ops/elementwise/attributes.hpp"
#include "ops/movement/attributes.hpp"
#include "ops/pooling/pool.hpp"
#include "ops/reduction/attributes.hpp"
#include "passes/channel_ranges.hpp"
#include "prune/layer_moments.hpp"
#include "prune/removable_groups.hpp"
#include "quantize/window_rows.hpp"

namespace burin {
namespace {

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const RowMatrix>;
using Map = Eigen::Map<RowMatrix>;

bool has_derivative(const NodeView& view) {
  switch (view.node.op) {
    case Op::add:
    case Op::sub:
    case Op::mul:
    case Op::relu:
    case Op::relu6:
    case Op::relu_n1_to_1:
    case Op::leaky_relu:
    case Op::logistic:
    case Op::tanh:
    case Op::average_pool_2d:
    case Op::max_pool_2d:
    case Op::reshape:
    case Op::expand_dims:
    case Op::squeeze:
    case Op::concatenation:
    case Op::pad:
      return view.node.activation == Activation::none;
    case Op::mean: {
      // Over leading or middle axes whose complement is the first dimension and the channels.
      const std::vector<int32_t>& axes = view.attributes<MeanAttributes>().axes;
      const auto rank = static_cast<int32_t>(view.input(0).type.shape.rank());
      return !axes.empty() && std::ranges::none_of(axes, [&](int32_t a) {
        const int32_t axis = a < 0 ? a + rank : a;
        return axis == 0 || axis == rank - 1;
      }) && static_cast<int32_t>(axes.size()) == rank - 2;
    }
    default:
      return (sums_over_channels(view) || is_depthwise_layer(view)) &&
             view.node.activation == Activation::none;
  }
}

// For every element of an operand of a broadcast operator: where an element of the output reads it.
std::vector<size_t> broadcast_positions(const Shape& output, const Shape& operand) {
  const size_t rank = output.rank();
  std::vector<size_t> strides(rank);
  size_t stride = 1;
  for (size_t i = 0; i < operand.rank(); ++i) {
    const size_t axis = operand.rank() - 1 - i;
    const auto length = static_cast<size_t>(operand.dims()[axis]);
    strides[rank - 1 - i] = length == 1 ? 0 : stride;
    stride *= length;
  }
  std::vector<size_t> result(static_cast<size_t>(output.elements()));
  std::vector<size_t> index(rank);
  size_t at = 0;
  for (size_t& position : result) {
    position = at;
    for (size_t axis = rank; axis-- > 0;) {
      at += strides[axis];
      if (++index[axis] < static_cast<size_t>(output.dims()[axis])) break;
      at -= strides[axis] * index[axis];
      index[axis] = 0;
    }
  }
  return result;
}

// Visits (input pixel, output pixel, taps that the output has) of a pool over a batch of images.
template <class Visit>
void for_each_tap(const Windows& windows, int64_t images, Visit visit) {
  for (int64_t image = 0; image < images; ++image)
    for (int64_t y = 0; y < windows.height.output(); ++y)
      for (int64_t x = 0; x < windows.width.output(); ++x) {
        const int64_t to = (image * windows.height.output() + y) * windows.width.output() + x;
        int64_t taps = 0;
        for (const bool counting : {true, false})
          for (int64_t ky = 0; ky < windows.height.window; ++ky) {
            const int64_t row = windows.height.position(y, ky);
            if (!windows.height.contains(row)) continue;
            for (int64_t kx = 0; kx < windows.width.window; ++kx) {
              const int64_t column = windows.width.position(x, kx);
              if (!windows.width.contains(column)) continue;
              if (counting)
                ++taps;
              else
                visit((image * windows.height.input + row) * windows.width.input + column, to, taps,
                      ky * windows.width.window + kx);
            }
          }
      }
}

}  // namespace

void ParameterGradients::add(const ParameterGradients& other) {
  const auto sum = [](std::vector<std::vector<float>>& to, const std::vector<std::vector<float>>& from) {
    for (size_t i = 0; i < to.size(); ++i)
      for (size_t k = 0; k < to[i].size(); ++k) to[i][k] += from[i][k];
  };
  sum(weights, other.weights);
  sum(biases, other.biases);
}

Gradients::Gradients(const Graph& graph, std::vector<TensorId> judged)
    : graph_(graph),
      judged_(std::move(judged)),
      fitted_(fitted_nodes(graph)),
      matters_(graph.nodes.size()),
      wanted_(graph.tensors.size()) {
  std::vector<bool> is_fitted(graph.nodes.size());
  for (const size_t n : fitted_) is_fitted[n] = true;
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    const Node& node = graph.nodes[n];
    const bool reads =
        std::ranges::any_of(node.inputs, [&](TensorId id) { return id.valid() && wanted_[id.index]; });
    if (!is_fitted[n] && !reads) continue;
    for (const TensorId id : node.outputs) wanted_[id.index] = true;
  }
  std::vector<bool> leads(graph.tensors.size());
  for (const TensorId id : judged_) leads[id.index] = true;
  for (size_t n = graph.nodes.size(); n-- > 0;) {
    const Node& node = graph.nodes[n];
    matters_[n] =
        std::ranges::any_of(node.outputs, [&](TensorId id) { return leads[id.index] && wanted_[id.index]; });
    if (!matters_[n]) continue;
    for (const TensorId id : node.inputs)
      if (id.valid()) leads[id.index] = true;
  }
}

std::optional<std::string> Gradients::obstacle() const {
  for (size_t n = 0; n < graph_.nodes.size(); ++n)
    if (matters_[n] && !has_derivative({graph_, graph_.nodes[n]})) return describe_place(graph_.nodes[n]);
  return std::nullopt;
}

ParameterGradients Gradients::zeros() const {
  ParameterGradients result;
  for (const size_t n : fitted_) {
    const NodeView view{graph_, graph_.nodes[n]};
    result.weights.emplace_back(static_cast<size_t>(view.input(1).type.shape.elements()));
    result.biases.emplace_back(view.has_input(2) ? static_cast<size_t>(view.input(2).type.shape.elements())
                                                 : 0);
  }
  return result;
}

void Gradients::add(const Batch& batch, std::vector<std::vector<float>> by_judged,
                    ParameterGradients& sum) const {
  TensorGradients gradients(graph_.tensors.size());
  for (size_t j = 0; j < judged_.size(); ++j) gradients[judged_[j].index] = std::move(by_judged[j]);
  for (size_t n = graph_.nodes.size(); n-- > 0;) {
    if (!matters_[n] || gradients[graph_.nodes[n].outputs[0].index].empty()) continue;
    back(n, batch, gradients, sum);
    gradients[graph_.nodes[n].outputs[0].index] = {};
  }
}

void Gradients::back(size_t n, const Batch& batch, TensorGradients& gradients,
                     ParameterGradients& sum) const {
  const Node& node = graph_.nodes[n];
  const NodeView view{graph_, node};
  const std::vector<float>& output = gradients[node.outputs[0].index];
  // The derivatives by operand i, to be added to; nothing where nobody wants them.
  const auto wanted = [&](size_t i) -> std::vector<float>* {
    const TensorId id = node.inputs[i];
    if (!id.valid() || !wanted_[id.index]) return nullptr;
    std::vector<float>& gradient = gradients[id.index];
    if (gradient.empty())
      gradient.resize(static_cast<size_t>(graph_.at(id).type.shape.elements()) * batch.samples());
    return &gradient;
  };
  const auto values = [&](TensorId id) { return batch.real(id); };
  const auto elementwise = [&](auto slope) {
    if (std::vector<float>* input = wanted(0)) {
      const auto x = values(node.inputs[0]);
      for (size_t i = 0; i < output.size(); ++i) (*input)[i] += output[i] * slope(x[i]);
    }
  };
  switch (node.op) {
    case Op::relu:
      return elementwise([](float x) { return x > 0 ? 1.0f : 0.0f; });
    case Op::relu6:
      return elementwise([](float x) { return x > 0 && x < 6 ? 1.0f : 0.0f; });
    case Op::relu_n1_to_1:
      return elementwise([](float x) { return x > -1 && x < 1 ? 1.0f : 0.0f; });
    case Op::leaky_relu: {
      const float alpha = view.attributes<LeakyReluAttributes>().alpha;
      return elementwise([alpha](float x) { return x > 0 ? 1.0f : alpha; });
    }
    case Op::logistic:
      return elementwise([](float x) {
        const float y = 1 / (1 + std::exp(-x));
        return y * (1 - y);
      });
    case Op::tanh:
      return elementwise([](float x) {
        const float y = std::tanh(x);
        return 1 - y * y;
      });
    case Op::reshape:
    case Op::expand_dims:
    case Op::squeeze:
      return elementwise([](float) { return 1.0f; });
    case Op::add:
    case Op::sub:
    case Op::mul: {
      const Shape& shape = view.output().type.shape;
      const auto elements = static_cast<size_t>(shape.elements());
      for (size_t operand : {0, 1}) {
        std::vector<float>* input = wanted(operand);
        if (input == nullptr) continue;
        const size_t other = 1 - operand;
        const std::vector<size_t> own = broadcast_positions(shape, view.input(operand).type.shape);
        const std::vector<size_t> theirs = broadcast_positions(shape, view.input(other).type.shape);
        const auto own_elements = static_cast<size_t>(view.input(operand).type.shape.elements());
        const bool constant = view.input(other).is_constant();
        const auto other_elements =
            constant ? size_t{0} : static_cast<size_t>(view.input(other).type.shape.elements());
        const std::span<const float> factor = node.op != Op::mul ? std::span<const float>()
                                              : constant         ? view.input(other).constant->as<float>()
                                                                 : values(node.inputs[other]);
        for (size_t s = 0; s < batch.samples(); ++s)
          for (size_t i = 0; i < elements; ++i) {
            float slope = node.op == Op::sub && operand == 1 ? -1.0f : 1.0f;
            if (node.op == Op::mul) slope = factor[s * other_elements + theirs[i]];
            (*input)[s * own_elements + own[i]] += output[s * elements + i] * slope;
          }
      }
      return;
    }
    case Op::average_pool_2d:
    case Op::max_pool_2d: {
      std::vector<float>* input = wanted(0);
      if (input == nullptr) return;
      const Windows windows = pool_windows(view);
      const auto channels = static_cast<int64_t>(channel_count(view.input(0)));
      const int64_t images = view.input(0).type.shape[0] * static_cast<int64_t>(batch.samples());
      const auto x = values(node.inputs[0]);
      const auto y = values(node.outputs[0]);
      // The first tap that has the maximum takes all.
      std::vector<bool> taken(node.op == Op::max_pool_2d ? output.size() : 0);
      for_each_tap(windows, images, [&](int64_t from, int64_t to, int64_t taps, int64_t) {
        for (int64_t c = 0; c < channels; ++c) {
          const auto in = static_cast<size_t>(from * channels + c);
          const auto out = static_cast<size_t>(to * channels + c);
          if (node.op == Op::average_pool_2d) {
            (*input)[in] += output[out] / static_cast<float>(taps);
          } else if (!taken[out] && x[in] == y[out]) {
            taken[out] = true;
            (*input)[in] += output[out];
          }
        }
      });
      return;
    }
    case Op::mean: {
      std::vector<float>* input = wanted(0);
      if (input == nullptr) return;
      const Shape& shape = view.input(0).type.shape;
      const auto channels = static_cast<size_t>(shape[-1]);
      const auto images = static_cast<size_t>(shape[0]) * batch.samples();
      const size_t pixels = input->size() / images / channels;
      for (size_t i = 0; i < images; ++i)
        for (size_t p = 0; p < pixels; ++p)
          for (size_t c = 0; c < channels; ++c)
            (*input)[(i * pixels + p) * channels + c] +=
                output[i * channels + c] / static_cast<float>(pixels);
      return;
    }
    case Op::concatenation: {
      const Shape& shape = view.output().type.shape;
      const int32_t given = view.attributes<AxisAttributes>().axis;
      const auto axis = static_cast<size_t>(given < 0 ? given + static_cast<int32_t>(shape.rank()) : given);
      const auto before = static_cast<size_t>(shape.elements(0, axis)) * batch.samples();
      const auto after = static_cast<size_t>(shape.elements(axis + 1, shape.rank()));
      const size_t row = static_cast<size_t>(shape.dims()[axis]) * after;
      size_t at = 0;
      for (size_t i = 0; i < node.inputs.size(); ++i) {
        const size_t own = static_cast<size_t>(view.input(i).type.shape.dims()[axis]) * after;
        if (std::vector<float>* input = wanted(i))
          for (size_t b = 0; b < before; ++b)
            for (size_t k = 0; k < own; ++k) (*input)[b * own + k] += output[b * row + at + k];
        at += own;
      }
      return;
    }
    case Op::pad: {
      std::vector<float>* input = wanted(0);
      if (input == nullptr) return;
      const Shape& from = view.input(0).type.shape;
      const Shape& to = view.output().type.shape;
      const std::vector<int32_t>& paddings = view.attributes<PadAttributes>().paddings;
      std::vector<int32_t> index(from.rank());
      const auto elements = static_cast<size_t>(from.elements());
      const auto padded = static_cast<size_t>(to.elements());
      for (size_t e = 0; e < elements; ++e) {
        size_t at = 0;
        for (size_t axis = 0; axis < from.rank(); ++axis)
          at = at * static_cast<size_t>(to.dims()[axis]) +
               static_cast<size_t>(index[axis] + paddings[2 * axis]);
        for (size_t s = 0; s < batch.samples(); ++s) (*input)[s * elements + e] += output[s * padded + at];
        for (size_t axis = from.rank(); axis-- > 0;) {
          if (++index[axis] < from.dims()[axis]) break;
          index[axis] = 0;
        }
      }
      return;
    }
    default:
      return back_layer(n, batch, gradients, sum);
  }
}

void Gradients::back_layer(size_t n, const Batch& batch, TensorGradients& gradients,
                           ParameterGradients& sum) const {
  const Node& node = graph_.nodes[n];
  const NodeView view{graph_, node};
  const auto position = static_cast<size_t>(std::ranges::lower_bound(fitted_, n) - fitted_.begin());
  const std::vector<float>& output = gradients[node.outputs[0].index];
  const int64_t channels = channel_count(view.output());
  const int64_t rows = static_cast<int64_t>(output.size()) / channels;
  const ConstMap by_output(output.data(), rows, channels);
  if (!sum.biases[position].empty())
    Eigen::Map<Eigen::RowVectorXf>(sum.biases[position].data(), channels) += by_output.colwise().sum();

  const TensorId input_id = node.inputs[0];
  const std::span<const float> input = batch.real(input_id);
  float* by_input = nullptr;
  if (wanted_[input_id.index]) {
    std::vector<float>& gradient = gradients[input_id.index];
    if (gradient.empty()) gradient.resize(input.size());
    by_input = gradient.data();
  }
  const std::span<const float> weights = view.input(1).constant->as<float>();
  float* by_weights = sum.weights[position].data();

  if (node.op == Op::fully_connected) {
    const int64_t length = view.input(1).type.shape[1];
    Map(by_weights, channels, length).noalias() +=
        by_output.transpose() * ConstMap(input.data(), rows, length);
    if (by_input != nullptr)
      Map(by_input, rows, length).noalias() += by_output * ConstMap(weights.data(), channels, length);
    return;
  }
  const Shape& shape = view.input(0).type.shape;
  const Windows windows = view.attributes<WindowAttributes>().windows(shape, view.input(1).type.shape[1],
                                                                      view.input(1).type.shape[2]);
  const int64_t images = shape[0] * static_cast<int64_t>(batch.samples());
  const int64_t inputs = shape[3];
  if (node.op == Op::depthwise_convolution_2d) {
    const int64_t multiplier = channels / inputs;
    for_each_tap(windows, images, [&](int64_t from, int64_t to, int64_t, int64_t tap) {
      const float* x = input.data() + from * inputs;
      const float* g = output.data() + to * channels;
      const float* w = weights.data() + tap * channels;
      float* dw = by_weights + tap * channels;
      for (int64_t c = 0; c < channels; ++c) dw[c] += g[c] * x[c / multiplier];
      if (by_input != nullptr)
        for (int64_t c = 0; c < channels; ++c) by_input[from * inputs + c / multiplier] += g[c] * w[c];
    });
    return;
  }
  const WindowRows window_rows = WindowRows::of(view);
  const int64_t length = window_rows.length();
  const int64_t at_once = std::max<int64_t>(16, 65536 / length);
  RowMatrix patch(at_once, length);
  for (int64_t first = 0; first < rows; first += at_once) {
    const int64_t count = std::min(at_once, rows - first);
    window_rows.gather(input.data(), first, count, 0, patch.data());
    const auto g = by_output.middleRows(first, count);
    Map(by_weights, channels, length).noalias() += g.transpose() * patch.topRows(count);
    if (by_input == nullptr) continue;
    patch.topRows(count).noalias() = g * ConstMap(weights.data(), channels, length);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t row = first + i;
      const int64_t image = row / window_rows.pixels();
      const int64_t y = row % window_rows.pixels() / windows.width.output();
      const int64_t x = row % window_rows.pixels() % windows.width.output();
      for (int64_t ky = 0; ky < windows.height.window; ++ky) {
        const int64_t line = windows.height.position(y, ky);
        if (!windows.height.contains(line)) continue;
        for (int64_t kx = 0; kx < windows.width.window; ++kx) {
          const int64_t column = windows.width.position(x, kx);
          if (!windows.width.contains(column)) continue;
          float* to =
              by_input + ((image * windows.height.input + line) * windows.width.input + column) * inputs;
          const float* from = patch.row(i).data() + (ky * windows.width.window + kx) * inputs;
          for (int64_t c = 0; c < inputs; ++c) to[c] += from[c];
        }
      }
    }
  }
}

}  // namespace burin
