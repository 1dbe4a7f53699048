#include "prune/likeness.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "quantize/float_executor.hpp"
#include "quantize/preparation.hpp"
#include "quantize/quantization.hpp"

namespace burin {
namespace {

size_t place_of_largest(std::span<const float> values) {
  return static_cast<size_t>(std::ranges::max_element(values) - values.begin());
}

}  // namespace

double Likeness::sqnr_db() const {
  return decibels(relative_error);
}

JudgedValues judged_values(const Graph& graph, const SampleValues& samples) {
  const std::vector<TensorId> judged = judged_tensors(graph);
  JudgedValues result;
  for (const TensorId id : judged)
    result.emplace_back(samples.count() * static_cast<size_t>(graph.at(id).type.shape.elements()));
  run_batches(FloatExecutor(graph), samples, [&](Batch& batch, size_t, size_t first) {
    for (size_t j = 0; j < judged.size(); ++j) {
      const auto values = std::as_const(batch).real(judged[j]);
      std::ranges::copy(
          values, result[j].begin() + static_cast<std::ptrdiff_t>(first * (values.size() / batch.samples())));
    }
  });
  return result;
}

double relative_error(const JudgedValues& wanted, const JudgedValues& given) {
  BURIN_CHECK(wanted.size() == given.size(), "networks with the same outputs");
  double sum = 0;
  for (size_t j = 0; j < wanted.size(); ++j) {
    double energy = 0;
    double error = 0;
    for (size_t i = 0; i < wanted[j].size(); ++i) {
      energy += double{wanted[j][i]} * wanted[j][i];
      error += (double{wanted[j][i]} - given[j][i]) * (double{wanted[j][i]} - given[j][i]);
    }
    // Where nothing is to be heard, every error is as large as can be.
    sum += energy > 0 ? error / energy : error > 0 ? 1.0 : 0.0;
  }
  return wanted.empty() ? 0 : sum / static_cast<double>(wanted.size());
}

Likeness likeness(const Graph& reference, const Graph& graph, const SampleValues& samples) {
  const JudgedValues wanted = judged_values(reference, samples);
  const JudgedValues given = judged_values(graph, samples);
  Likeness result{.relative_error = relative_error(wanted, given)};
  const size_t elements = wanted.empty() ? 0 : wanted[0].size() / samples.count();
  if (elements < 2) return result;
  size_t agreeing = 0;
  for (size_t s = 0; s < samples.count(); ++s)
    if (place_of_largest(std::span(wanted[0]).subspan(s * elements, elements)) ==
        place_of_largest(std::span(given[0]).subspan(s * elements, elements)))
      ++agreeing;
  result.agreement = static_cast<double>(agreeing) / static_cast<double>(samples.count());
  return result;
}

std::vector<size_t> classes(const Graph& graph, const SampleValues& samples) {
  const FloatExecutor executor(graph);
  std::vector<size_t> result(samples.count());
  run_batches(executor, samples, [&](Batch& batch, size_t, size_t first) {
    const auto output = std::as_const(batch).real(graph.outputs.at(0));
    const size_t elements = output.size() / batch.samples();
    for (size_t s = 0; s < batch.samples(); ++s)
      result[first + s] = place_of_largest(output.subspan(s * elements, elements));
  });
  return result;
}

}  // namespace burin
