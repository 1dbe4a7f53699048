#include "prune/layer_moments.hpp"

#include <algorithm>
#include <numeric>

#include "ir/edit.hpp"
#include "passes/channel_ranges.hpp"
#include "prune/removable_groups.hpp"
#include "quantize/window_rows.hpp"

namespace burin {
namespace {

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Batches are dealt out to so many sums, which are added in order at the end: a number that does not depend
// on the machine, so that the result does not either.
constexpr size_t stripes = 4;

int64_t row_count(const NodeView& view, size_t samples) {
  const int64_t outputs = channel_count(view.output());
  return view.output().type.shape.elements() / outputs * static_cast<int64_t>(samples);
}

// Rows first, first + step, … of the layer's inputs, one group of channels, with a 1 at the end of each.
RowMatrix input_rows(const NodeView& view, std::span<const float> input, int64_t group, int64_t total,
                     int64_t step) {
  const int64_t count = (total + step - 1) / step;
  if (view.node.op == Op::fully_connected) {
    const int64_t length = view.input(1).type.shape[1];
    RowMatrix rows(count, length + 1);
    for (int64_t i = 0; i < count; ++i)
      rows.row(i).head(length) =
          Eigen::Map<const Eigen::RowVectorXf>(input.data() + i * step * length, length);
    rows.col(length).setOnes();
    return rows;
  }
  const WindowRows windows = WindowRows::of(view);
  RowMatrix rows(count, windows.length() + 1);
  for (int64_t i = 0; i < count; ++i)
    windows.gather_row(input.data(), i * step, static_cast<int32_t>(group), rows.row(i).data());
  rows.col(windows.length()).setOnes();
  return rows;
}

void add_rows(InputMoments& moments, const RowMatrix& rows, const RowMatrix& targets) {
  Eigen::MatrixXf inputs = Eigen::MatrixXf::Zero(rows.cols(), rows.cols());
  inputs.selfadjointView<Eigen::Lower>().rankUpdate(rows.transpose());
  moments.inputs += Eigen::MatrixXf(inputs.selfadjointView<Eigen::Lower>()).cast<double>();
  moments.targets += (rows.transpose() * targets).cast<double>();
  moments.squares += targets.cast<double>().colwise().squaredNorm().transpose();
  moments.rows += static_cast<double>(rows.rows());
}

int64_t group_count(const NodeView& view) {
  return is_depthwise_layer(view) ? channel_count(view.input(0)) : 1;
}

int64_t row_length(const NodeView& view) {
  const Shape& weights = view.input(1).type.shape;
  return weights.elements() / (is_depthwise_layer(view) ? weights[3] : weights[0]);
}

}  // namespace

InputMoments::InputMoments(int64_t length, int64_t outputs)
    : inputs(Eigen::MatrixXd::Zero(length + 1, length + 1)),
      targets(Eigen::MatrixXd::Zero(length + 1, outputs)),
      squares(Eigen::VectorXd::Zero(outputs)) {}

void InputMoments::add(const InputMoments& other) {
  inputs += other.inputs;
  targets += other.targets;
  squares += other.squares;
  rows += other.rows;
}

double InputMoments::error(const Eigen::VectorXd& weights, int64_t output) const {
  return std::max(0.0,
                  weights.dot(inputs * weights) - 2 * weights.dot(targets.col(output)) + squares(output));
}

LayerColumns layer_weights(const NodeView& view) {
  const int64_t groups = group_count(view);
  const int64_t length = row_length(view);
  const int64_t outputs = channel_count(view.output());
  const int64_t each = outputs / groups;
  const auto values = view.input(1).constant->as<float>();
  LayerColumns result;
  for (int64_t g = 0; g < groups; ++g) {
    Eigen::MatrixXd weights = Eigen::MatrixXd::Zero(length + 1, each);
    for (int64_t o = 0; o < each; ++o) {
      const int64_t output = g * each + o;
      for (int64_t i = 0; i < length; ++i)
        weights(i, o) = values[static_cast<size_t>(
            groups > 1 || is_depthwise_layer(view) ? i * outputs + output : output * length + i)];
      if (view.has_input(2))
        weights(length, o) = view.input(2).constant->as<float>()[static_cast<size_t>(output)];
    }
    result.push_back(std::move(weights));
  }
  return result;
}

void set_layer_weights(Graph& graph, size_t node, const LayerColumns& weights) {
  const NodeView view{graph, graph.nodes[node]};
  const bool depthwise = is_depthwise_layer(view);
  const int64_t length = row_length(view);
  const int64_t outputs = channel_count(view.output());
  const int64_t each = outputs / static_cast<int64_t>(weights.size());
  std::vector<float> values(static_cast<size_t>(length * outputs));
  std::vector<float> bias(static_cast<size_t>(outputs));
  for (int64_t o = 0; o < outputs; ++o) {
    const Eigen::MatrixXd& group = weights[static_cast<size_t>(o / each)];
    for (int64_t i = 0; i < length; ++i)
      values[static_cast<size_t>(depthwise ? i * outputs + o : o * length + i)] =
          static_cast<float>(group(i, o % each));
    bias[static_cast<size_t>(o)] = static_cast<float>(group(length, o % each));
  }
  Tensor tensor = view.input(1);
  tensor.constant = Constant::of(values);
  Tensor bias_tensor;
  if (view.has_input(2))
    bias_tensor = view.input(2);
  else
    bias_tensor = {.name = tensor.name + "_bias", .type = {DType::f32, {static_cast<int32_t>(outputs)}}};
  const bool needs_bias = view.has_input(2) || std::ranges::any_of(bias, [](float b) { return b != 0; });
  bias_tensor.constant = Constant::of(bias);
  const TensorId weights_id = add_tensor(graph, std::move(tensor));
  graph.nodes[node].inputs[1] = weights_id;
  if (needs_bias) {
    const TensorId bias_id = add_tensor(graph, std::move(bias_tensor));
    graph.nodes[node].inputs.resize(3);
    graph.nodes[node].inputs[2] = bias_id;
  }
  drop_unused_tensors(graph);
}

std::vector<size_t> fitted_nodes(const Graph& graph) {
  std::vector<size_t> result;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const NodeView view{graph, graph.nodes[i]};
    if (sums_over_channels(view) || is_depthwise_layer(view)) result.push_back(i);
  }
  return result;
}

std::vector<LayerMoments> layer_moments(const Pair& pair, std::span<const size_t> nodes,
                                        const SampleValues& samples, size_t first, size_t last,
                                        int64_t most_rows) {
  const FloatExecutor teacher(pair.teacher);
  const FloatExecutor student(pair.student);
  const size_t size = std::min(teacher.batch_size(), student.batch_size());
  const size_t batches = (last - first + size - 1) / size;
  const size_t end = nodes.empty() ? 0 : *std::ranges::max_element(nodes) + 1;

  std::vector<LayerMoments> zero;
  for (const size_t node : nodes) {
    const NodeView view{pair.student, pair.student.nodes[node]};
    const int64_t groups = group_count(view);
    zero.emplace_back(static_cast<size_t>(groups),
                      InputMoments(row_length(view), channel_count(view.output()) / groups));
  }
  std::vector<std::vector<LayerMoments>> sums(stripes, zero);
  for_each_in_parallel(stripes, [&](size_t stripe) {
    for (size_t b = stripe; b < batches; b += stripes) {
      const size_t from = first + b * size;
      const size_t count = std::min(size, last - from);
      Batch wanted(pair.teacher, count);
      Batch given(pair.student, count);
      teacher.load(wanted, samples, from);
      student.load(given, samples, from);
      teacher.run(wanted, 0, end);
      student.run(given, 0, end);
      for (size_t n = 0; n < nodes.size(); ++n) {
        const NodeView view{pair.student, pair.student.nodes[nodes[n]]};
        const int64_t total = row_count(view, count);
        const int64_t step =
            std::max<int64_t>(1, row_count(view, last - first) / std::max<int64_t>(1, most_rows));
        const TensorId target_id = pair.teacher.nodes[nodes[n]].outputs[0];
        const std::span<const float> target = std::as_const(wanted).real(target_id);
        const int64_t target_channels = channel_count(pair.teacher.at(target_id));
        const std::vector<int32_t>& kept = pair.channels[nodes[n]];
        const int64_t groups = group_count(view);
        const auto each = static_cast<int64_t>(kept.size()) / groups;
        for (int64_t g = 0; g < groups; ++g) {
          const RowMatrix rows =
              input_rows(view, std::as_const(given).real(view.node.inputs[0]), g, total, step);
          RowMatrix targets(rows.rows(), each);
          for (int64_t r = 0; r < rows.rows(); ++r)
            for (int64_t o = 0; o < each; ++o)
              targets(r, o) = target[static_cast<size_t>(r * step * target_channels +
                                                         kept[static_cast<size_t>(g * each + o)])];
          add_rows(sums[stripe][n][static_cast<size_t>(g)], rows, targets);
        }
      }
    }
  });
  std::vector<LayerMoments> result = std::move(sums[0]);
  for (size_t s = 1; s < stripes; ++s)
    for (size_t n = 0; n < nodes.size(); ++n)
      for (size_t g = 0; g < result[n].size(); ++g) result[n][g].add(sums[s][n][g]);
  return result;
}

}  // namespace burin
