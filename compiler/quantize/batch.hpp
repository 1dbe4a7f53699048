// The values of a graph's tensors for several samples at once.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "ir/graph.hpp"
#include "ops/value.hpp"

namespace burin {

// Samples in memory: of each a value for every input of a graph, in their order.
struct SampleValues {
  std::vector<TensorType> types;               // one an input
  std::vector<std::vector<std::byte>> values;  // by input: the samples back to back

  size_t count() const;
  std::span<const std::byte> value(size_t input, size_t sample) const;
};

class Batch {
 public:
  // Constants have no place in a batch, as they do not differ between samples. Variables have one value,
  // which goes from sample to sample, and starts where the tensor says.
  Batch(const Graph& graph, size_t samples);

  size_t samples() const { return samples_; }
  // The samples back to back; allocated, with zeros, when it is first asked for.
  std::span<std::byte> bytes(TensorId id);
  std::span<const std::byte> bytes(TensorId id) const { return values_.at(id.index); }
  std::span<float> real(TensorId id);
  std::span<const float> real(TensorId id) const;
  // Frees the memory of a tensor that is no longer wanted.
  void drop(TensorId id) { values_.at(id.index) = {}; }
  bool holds(TensorId id) const { return !values_.at(id.index).empty(); }

  Value& variable(TensorId id) { return variables_.at(id.index); }
  // Goes on with the state that another batch ended with.
  void continue_from(const Batch& earlier) { variables_ = earlier.variables_; }

 private:
  const Graph* graph_;
  size_t samples_;
  std::vector<std::vector<std::byte>> values_;  // by tensor
  std::vector<Value> variables_;                // by tensor; empty where it is none
};

}  // namespace burin
