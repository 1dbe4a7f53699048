// Graph to Program: chooses kernels, packs constants, plans memory. One direction; nothing is undone.
#pragma once

#include <functional>
#include <string>

#include "ir/graph.hpp"
#include "ops/kernel.hpp"
#include "program/program.hpp"
#include "support/result.hpp"

namespace burin {

struct LoweringOptions {
  Rounding rounding = Rounding::tflm;
  Objective objective = Objective::speed;
  std::string name = "model";  // C identifier
  std::string model_file;
  std::string model_hash;
  std::function<bool(const KernelFacts&)> offers;  // where set, only kernels it returns true for are candidates
};

// Fails with E0404 where every kernel of the target refuses a node.
Result<Program> lower(const Graph& graph, const Target& target, const LoweringOptions& options);

}  // namespace burin
