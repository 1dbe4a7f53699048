// How often a classifier is right.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "execute/execution.hpp"
#include "ir/graph.hpp"
#include "support/result.hpp"

namespace burin {

struct Accuracy {
  uint64_t right = 0;
  uint64_t samples = 0;

  double share() const { return static_cast<double>(right) / static_cast<double>(samples); }
};

// The right class of each of `samples` samples, from a file of integers. E0204 where there are not as many,
// where one is no element of the model's output, or where the model has several outputs.
Result<std::vector<int64_t>> read_labels(const std::string& path, const Graph& graph, uint64_t samples);

// The class of a sample is the first of the largest elements of the output.
Accuracy accuracy_of(const Graph& graph, const TensorData& outputs, const std::vector<int64_t>& labels);

}  // namespace burin
