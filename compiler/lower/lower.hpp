// Graph to Program: chooses kernels, packs constants, orders the steps and plans memory. One direction;
// nothing is undone.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "ir/graph.hpp"
#include "kernels/kernel.hpp"
#include "lower/fit.hpp"
#include "program/program.hpp"
#include "support/result.hpp"

namespace burin {

struct LoweringOptions {
  Rounding rounding = Rounding::tflm;
  Objective objective = Objective::speed;
  std::string name = "model";  // C identifier
  std::string model_file;
  std::string model_hash;
  std::optional<Limit> ram_limit;    // for arena, state and stack
  std::optional<Limit> flash_limit;  // for constants and code
  int64_t other_flash_bytes = 0;     // of the generated file, beside kernels and what they read: a self-test
  std::function<bool(const KernelFacts&)>
      offers;  // where set, only kernels it returns true for are candidates
};

// Fails with E0404 where every kernel of the target refuses a node, E0501 or E0502 where no choice of kernels
// keeps to a limit.
Result<Program> lower(const Graph& graph, const Target& target, const LoweringOptions& options);

}  // namespace burin
