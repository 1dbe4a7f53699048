// Kernel selection for one node.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ops/kernel.hpp"
#include "program/program.hpp"

namespace burin {

struct Selection {
  std::optional<KernelCall> call;  // nothing where every kernel refused
  std::string reason;              // why the chosen one
  std::vector<Candidate> candidates;
};

// Asks every kernel of the node's operator whose set the target lists, and takes the cheapest under the
// objective: cycles for speed, code and constant bytes for size, their product for balanced.
Selection select_kernel(const NodeView& view, const LoweringContext& context);

}  // namespace burin
