// How near one network comes to another with the same inputs and outputs.
#pragma once

#include <optional>
#include <vector>

#include "ir/graph.hpp"
#include "quantize/batch.hpp"

namespace burin {

struct Likeness {
  // Squared difference over energy of the judged tensors (quantize/preparation.hpp), their mean.
  double relative_error = 0;
  // The share of samples whose first judged tensor has its largest element at the same place; nothing where
  // it has only one.
  std::optional<double> agreement{};

  double sqnr_db() const;
};

// The judged tensors' values for all samples, back to back. The graph has no state.
using JudgedValues = std::vector<std::vector<float>>;
JudgedValues judged_values(const Graph& graph, const SampleValues& samples);
// Squared difference over energy, their mean.
double relative_error(const JudgedValues& wanted, const JudgedValues& given);

// Over all samples, of which there is one at least. Neither graph has state.
Likeness likeness(const Graph& reference, const Graph& graph, const SampleValues& samples);

// The place of the largest element of the first output, by sample.
std::vector<size_t> classes(const Graph& graph, const SampleValues& samples);

}  // namespace burin
