// Passes: pure functions from graph to graph. One pass is one file; pipeline.cpp is the order.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "ir/graph.hpp"
#include "support/result.hpp"

namespace burin {

struct PassOptions {
  Rounding rounding = Rounding::tflm;
};

struct Pass {
  std::string_view name;     // for --stop-after and dumps
  std::string_view summary;  // one sentence: what it does and why it stands where it stands
  Graph (*run)(Graph graph, const PassOptions& options);
};

// All passes in their order.
std::span<const Pass> pipeline();

struct PipelineOptions {
  PassOptions pass;
  std::string stop_after;  // a pass's name; empty: run all
  // Called after each pass with its name and result, where set.
  std::function<void(std::string_view, const Graph&)> observe;
};

// Runs the pipeline and verifies after every pass. A graph that a pass broke is an internal error that names
// the pass.
Graph run_pipeline(Graph graph, const PipelineOptions& options);

}  // namespace burin
