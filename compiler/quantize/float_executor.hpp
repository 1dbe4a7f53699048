// A fast way through a float graph: many samples at a time, convolutions as matrix products. What it has no
// code of its own for, the operators' reference evaluation does, sample by sample, so that it runs every
// graph that the evaluator runs. Its float32 results differ from the evaluator's by the order of the sums.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "ir/graph.hpp"
#include "quantize/batch.hpp"

namespace burin {

// How one node is computed for a batch. Threads may share it.
class BatchStep {
 public:
  virtual ~BatchStep() = default;
  virtual void run(Batch& batch) const = 0;
};

class FloatExecutor {
 public:
  // Keeps a reference to the graph, which must be valid.
  explicit FloatExecutor(const Graph& graph);

  const Graph& graph() const { return graph_; }

  // Copies the samples [first, first + batch.samples()) into the batch's inputs.
  void load(Batch& batch, const SampleValues& samples, size_t first) const;
  // Computes the outputs of a node whose inputs the batch holds. Threads may call it with batches of their
  // own.
  void run_node(size_t node, Batch& batch) const { steps_.at(node)->run(batch); }
  // Runs the nodes [first, last).
  void run(Batch& batch, size_t first, size_t last) const;
  void run(Batch& batch) const { run(batch, 0, graph_.nodes.size()); }

  // A number of samples whose values take some megabytes together; 1 where the graph has state.
  size_t batch_size() const;
  bool has_state() const;

 private:
  const Graph& graph_;
  std::vector<std::unique_ptr<BatchStep>> steps_;
};

// Calls body(index) for every index in [0, count) on as many threads as the machine has cores, in no order.
// The first exception that one of them throws is thrown again.
void for_each_in_parallel(size_t count, const std::function<void(size_t)>& body);

// Runs all samples in batches and calls visit(batch, number of the batch, its first sample) for each: from
// several threads and in no order, but one after the other and in order where the graph has state. Batches
// are the same on every machine. Memory is bounded by some batches.
void run_batches(const FloatExecutor& executor, const SampleValues& samples,
                 const std::function<void(Batch& batch, size_t number, size_t first)>& visit);
size_t number_of_batches(const FloatExecutor& executor, const SampleValues& samples);

}  // namespace burin
