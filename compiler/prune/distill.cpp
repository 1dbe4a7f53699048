#include "prune/distill.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "prune/gradients.hpp"
#include "prune/layer_moments.hpp"
#include "prune/likeness.hpp"
#include "prune/separate_activations.hpp"
#include "quantize/float_executor.hpp"
#include "quantize/preparation.hpp"
#include "support/random.hpp"

namespace burin {
namespace {

// A minibatch is cut into so many parts, whose gradients are added in order: a number that does not depend on
// the machine, so that the result does not either.
constexpr size_t parts = 4;
// Epochs without a smaller held-out error, after which it is over.
constexpr int32_t patience = 10;
// A held-out error that is so many times the least one is a leap.
constexpr double leap = 1.5;

SampleValues selection(const SampleValues& samples, std::span<const size_t> which) {
  SampleValues result{.types = samples.types, .values = {}};
  for (size_t i = 0; i < samples.types.size(); ++i) {
    result.values.emplace_back();
    for (const size_t s : which) {
      const auto value = samples.value(i, s);
      result.values.back().insert(result.values.back().end(), value.begin(), value.end());
    }
  }
  return result;
}

// One trained tensor with Adam's moments.
class Parameter {
 public:
  Parameter(TensorId id, std::span<const float> from)
      : tensor_(id), values_(from.begin(), from.end()), first_(values_.size()), second_(values_.size()) {
    double sum = 0;
    for (const float v : values_) sum += double{v} * v;
    scale_ = std::sqrt(sum / static_cast<double>(std::max<size_t>(1, values_.size()))) + 1e-6;
  }

  // The step is a share of scale(), the root mean square of the values at the start.
  void step(const std::vector<float>& gradient, double size, int64_t count) {
    constexpr double keep_first = 0.9;
    constexpr double keep_second = 0.999;
    const double one = 1 - std::pow(keep_first, static_cast<double>(count));
    const double two = 1 - std::pow(keep_second, static_cast<double>(count));
    for (size_t i = 0; i < values_.size(); ++i) {
      const double g = gradient[i];
      first_[i] = static_cast<float>(keep_first * first_[i] + (1 - keep_first) * g);
      second_[i] = static_cast<float>(keep_second * second_[i] + (1 - keep_second) * g * g);
      values_[i] -=
          static_cast<float>(size * scale_ * (first_[i] / one) / (std::sqrt(second_[i] / two) + 1e-12));
    }
  }
  void restart(std::span<const float> from) {
    values_.assign(from.begin(), from.end());
    std::ranges::fill(first_, 0.0f);
    std::ranges::fill(second_, 0.0f);
  }

  TensorId tensor() const { return tensor_; }
  const std::vector<float>& values() const { return values_; }

 private:
  TensorId tensor_;
  std::vector<float> values_;
  std::vector<float> first_;
  std::vector<float> second_;
  double scale_ = 0;
};

class Training {
 public:
  Training(const Graph& teacher, Graph student, const SampleValues& samples, const DistillOptions& options)
      : graph_(std::move(student)),
        judged_(judged_tensors(graph_)),
        samples_(samples),
        wanted_(judged_values(teacher, samples)),
        options_(options),
        random_(options.seed) {
    std::vector<size_t> held_out;
    for (size_t s = 0; s < samples.count(); ++s) (s % 4 == 3 ? held_out : fit_).push_back(s);
    judges_ = selection(samples, held_out);
    for (size_t j = 0; j < judged_.size(); ++j) {
      const size_t elements = wanted_[j].size() / samples.count();
      elements_.push_back(elements);
      double energy = 0;
      for (const float v : wanted_[j]) energy += double{v} * v;
      unit_.push_back(static_cast<double>(samples.count()) / std::max(energy, 1e-30));
      judges_wanted_.emplace_back();
      for (const size_t s : held_out)
        judges_wanted_[j].insert(judges_wanted_[j].end(),
                                 wanted_[j].begin() + static_cast<std::ptrdiff_t>(s * elements),
                                 wanted_[j].begin() + static_cast<std::ptrdiff_t>((s + 1) * elements));
    }
    const Gradients structure(graph_, judged_);
    for (const size_t n : structure.nodes())
      for (const size_t operand : {size_t{1}, size_t{2}}) {
        const NodeView view{graph_, graph_.nodes[n]};
        if (view.has_input(operand))
          parameters_.emplace_back(view.node.inputs[operand], view.input(operand).constant->as<float>());
      }
  }

  Distilled run() {
    Distilled result{.graph = graph_, .error_before = held_out_error(), .error = 0, .epochs = 0};
    result.error = result.error_before;
    const size_t size = static_cast<size_t>(options_.batch);
    const auto steps =
        static_cast<double>(static_cast<size_t>(options_.epochs) * ((fit_.size() + size - 1) / size));
    double factor = options_.step;
    int64_t total = 0;    // minibatches
    int64_t count = 0;    // since the last restart
    int32_t without = 0;  // epochs
    for (int32_t epoch = 0; epoch < options_.epochs && without < patience; ++epoch) {
      for (size_t i = fit_.size(); i > 1; --i)
        std::swap(fit_[i - 1], fit_[static_cast<size_t>(random_.next() % i)]);
      for (size_t first = 0; first < fit_.size(); first += size) {
        const double share = static_cast<double>(total++) / steps;
        step(std::span(fit_).subspan(first, std::min(size, fit_.size() - first)),
             factor * 0.5 * (1 + std::cos(std::numbers::pi * share)), ++count);
      }
      const double error = held_out_error();
      ++result.epochs;
      ++without;
      if (error < result.error) {
        result.error = error;
        result.graph = graph_;
        without = 0;
      } else if (!(error < leap * result.error)) {
        // It has gone astray, or is no number.
        factor /= 2;
        count = 0;
        graph_ = result.graph;
        for (Parameter& parameter : parameters_)
          parameter.restart(graph_.at(parameter.tensor()).constant->as<float>());
      }
      if (options_.progress)
        options_.progress((epoch + 1.0) / options_.epochs, error / std::max(result.error_before, 1e-300));
    }
    return result;
  }

 private:
  double held_out_error() const { return relative_error(judges_wanted_, judged_values(graph_, judges_)); }

  void step(std::span<const size_t> chosen, double size, int64_t count) {
    const FloatExecutor executor(graph_);
    const Gradients gradients(graph_, judged_);
    std::vector<ParameterGradients> sums(parts, gradients.zeros());
    const size_t each = (chosen.size() + parts - 1) / parts;
    for_each_in_parallel(parts, [&](size_t part) {
      if (part * each >= chosen.size()) return;
      const auto own = chosen.subspan(part * each, std::min(each, chosen.size() - part * each));
      Batch batch(graph_, own.size());
      executor.load(batch, selection(samples_, own), 0);
      executor.run(batch);
      std::vector<std::vector<float>> slopes;
      for (size_t j = 0; j < judged_.size(); ++j) {
        const auto given = std::as_const(batch).real(judged_[j]);
        const double slope = 2 * unit_[j] / static_cast<double>(chosen.size());
        slopes.emplace_back(given.size());
        for (size_t s = 0; s < own.size(); ++s)
          for (size_t k = 0; k < elements_[j]; ++k)
            slopes[j][s * elements_[j] + k] = static_cast<float>(
                slope * (double{given[s * elements_[j] + k]} - wanted_[j][own[s] * elements_[j] + k]));
      }
      gradients.add(batch, std::move(slopes), sums[part]);
    });
    for (size_t part = 1; part < parts; ++part) sums[0].add(sums[part]);
    size_t p = 0;
    for (size_t n = 0; n < gradients.nodes().size(); ++n) {
      parameters_[p++].step(sums[0].weights[n], size, count);
      if (!sums[0].biases[n].empty()) parameters_[p++].step(sums[0].biases[n], size, count);
    }
    for (const Parameter& parameter : parameters_)
      graph_.at(parameter.tensor()).constant = Constant::of(parameter.values());
  }

  Graph graph_;
  std::vector<TensorId> judged_;
  const SampleValues& samples_;
  JudgedValues wanted_;
  const DistillOptions& options_;
  Random random_;
  std::vector<size_t> fit_;  // samples
  SampleValues judges_;
  JudgedValues judges_wanted_;
  std::vector<size_t> elements_;       // by judged tensor, of a sample
  std::vector<double> unit_;           // by judged tensor: makes errors relative to the energy of a sample
  std::vector<Parameter> parameters_;  // weights and bias of each node
};

}  // namespace

Diagnostics distillation_obstacles(const Graph& student, const SampleValues& samples) {
  const Graph graph = separate_activations(prepare_for_quantization(student));
  Diagnostics findings;
  if (std::ranges::any_of(graph.tensors, [](const Tensor& tensor) { return tensor.variable; }))
    findings.push_back({.code = DiagnosticCode::E0402,
                        .message = "the model keeps state between calls, which cannot be distilled",
                        .place = {},
                        .help = "leave --distill out"});
  if (samples.count() < 4)
    findings.push_back({.code = DiagnosticCode::E0204,
                        .message = "there are not enough samples to distill with",
                        .place = {},
                        .help = "give some hundreds, better thousands: they need no labels"});
  if (const auto obstacle = Gradients(graph, judged_tensors(graph)).obstacle())
    findings.push_back({.code = DiagnosticCode::E0402,
                        .message = "distillation has no derivative of this operator",
                        .place = *obstacle,
                        .help = "leave --distill out"});
  return findings;
}

Result<Distilled> distill(const Graph& teacher, const Graph& student, const SampleValues& samples,
                          const DistillOptions& options) {
  if (Diagnostics findings = distillation_obstacles(student, samples); !findings.empty()) return findings;
  // Weights and a bias of its own for every layer.
  Graph graph = separate_activations(prepare_for_quantization(student));
  Distilled result = Training(teacher, std::move(graph), samples, options).run();
  result.graph = fuse_separate_activations(std::move(result.graph));
  return result;
}

}  // namespace burin
