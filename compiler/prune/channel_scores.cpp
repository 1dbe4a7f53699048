#include "prune/channel_scores.hpp"

#include <algorithm>
#include <cmath>

#include "passes/channel_ranges.hpp"
#include "quantize/float_executor.hpp"
#include "support/random.hpp"

namespace burin {
namespace {

// Adds noise of a tenth of the values' root mean square; returns the sum of its squares. Half of it is the
// same for all pixels of a channel, as errors of weights are: what comes behind may average others away.
double add_noise(std::span<float> values, size_t samples, size_t channels, Random& random) {
  double power = 0;
  for (const float v : values) power += double{v} * v;
  const double deviation = 0.1 * std::sqrt(power / static_cast<double>(values.size()) / 2);
  // A sum of four uniform numbers is near enough to a normal one.
  const auto normal = [&] {
    double unit = 0;
    for (int k = 0; k < 4; ++k) unit += random.real(-1, 1);
    return deviation * unit * std::sqrt(3.0 / 4);
  };
  double added = 0;
  const size_t elements = values.size() / samples;
  std::vector<double> common(channels);
  for (size_t i = 0; i < values.size(); ++i) {
    if (i % elements == 0)
      for (double& each : common) each = normal();
    const double error = common[i % channels] + normal();
    values[i] += static_cast<float>(error);
    added += error * error;
  }
  return added;
}

}  // namespace

std::map<size_t, double> sensitivities(const Graph& graph, std::span<const TensorId> judged,
                                       std::span<const size_t> nodes, const SampleValues& samples,
                                       size_t count) {
  struct Effect {
    double added = 0;
    std::vector<double> changed;  // by judged tensor
  };
  const FloatExecutor executor(graph);
  const size_t size = std::min(executor.batch_size(), count);
  const size_t batches = count / size;
  const Effect none{.added = 0, .changed = std::vector<double>(judged.size())};
  std::vector<std::vector<Effect>> effects(batches, std::vector<Effect>(nodes.size(), none));
  std::vector<std::vector<double>> energies(batches, std::vector<double>(judged.size()));
  for_each_in_parallel(batches, [&](size_t b) {
    Batch clean(graph, size);
    executor.load(clean, samples, b * size);
    executor.run(clean);
    for (size_t j = 0; j < judged.size(); ++j)
      for (const float v : std::as_const(clean).real(judged[j])) energies[b][j] += double{v} * v;
    for (size_t n = 0; n < nodes.size(); ++n) {
      Batch noisy = clean;
      Random random(1 + b);
      const TensorId output = graph.nodes[nodes[n]].outputs[0];
      effects[b][n].added =
          add_noise(noisy.real(output), size, static_cast<size_t>(channel_count(graph.at(output))), random);
      executor.run(noisy, nodes[n] + 1, graph.nodes.size());
      for (size_t j = 0; j < judged.size(); ++j) {
        const auto before = std::as_const(clean).real(judged[j]);
        const auto after = std::as_const(noisy).real(judged[j]);
        for (size_t i = 0; i < before.size(); ++i)
          effects[b][n].changed[j] += (double{after[i]} - before[i]) * (double{after[i]} - before[i]);
      }
    }
  });
  std::map<size_t, double> result;
  for (size_t n = 0; n < nodes.size(); ++n) {
    double added = 0;
    double relative = 0;
    for (const auto& batch : effects) added += batch[n].added;
    for (size_t j = 0; j < judged.size(); ++j) {
      double changed = 0;
      double energy = 0;
      for (size_t b = 0; b < batches; ++b) {
        changed += effects[b][n].changed[j];
        energy += energies[b][j];
      }
      if (energy > 0) relative += changed / energy;
    }
    result[nodes[n]] = added > 0 ? relative / added : 0;
  }
  return result;
}

SurgeonScores::SurgeonScores(const NodeView& view, const InputMoments& moments)
    : channels_(channel_count(view.input(0))), rows_(moments.rows) {
  weights_ = layer_weights(view)[0];
  Eigen::MatrixXd inputs = moments.inputs;
  inputs.diagonal().array() += 1e-4 * inputs.diagonal().mean() + 1e-12;
  inverse_ = inputs.ldlt().solve(Eigen::MatrixXd::Identity(inputs.rows(), inputs.cols()));
  for (Eigen::Index i = 0; i < weights_.rows(); ++i) rows_left_.push_back(i);
}

double SurgeonScores::error_without(const std::vector<int32_t>& channels) const {
  const std::vector<Eigen::Index> columns = columns_of(channels);
  const Eigen::MatrixXd part = inverse_(columns, columns);
  const Eigen::MatrixXd weights = weights_(columns, Eigen::all);
  return (weights.array() * part.ldlt().solve(weights).array()).sum() / rows_;
}

void SurgeonScores::eliminate(const std::vector<int32_t>& channels) {
  const std::vector<Eigen::Index> columns = columns_of(channels);
  const Eigen::MatrixXd part = inverse_(columns, columns);
  const Eigen::MatrixXd across = inverse_(Eigen::all, columns);
  const Eigen::MatrixXd weights = weights_(columns, Eigen::all);
  const auto factors = part.ldlt();
  weights_ -= across * factors.solve(weights);
  inverse_ -= across * factors.solve(across.transpose());
  weights_(columns, Eigen::all).setZero();
  std::erase_if(rows_left_,
                [&](Eigen::Index row) { return std::ranges::find(columns, row) != columns.end(); });
}

std::vector<Eigen::Index> SurgeonScores::columns_of(const std::vector<int32_t>& channels) const {
  std::vector<Eigen::Index> columns;
  for (Eigen::Index i = 0; i + 1 < weights_.rows(); i += channels_)
    for (const int32_t c : channels) columns.push_back(i + c);
  return columns;
}

}  // namespace burin
