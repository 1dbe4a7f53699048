// Which transposes are left in a graph, what they move and why.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/graph.hpp"

namespace burin {

struct RemainingTranspose {
  std::string name{};  // of the node, untrusted
  int64_t bytes = 0;   // that it moves
  std::string reason{};
};

// In the order of execution.
std::vector<RemainingTranspose> remaining_transposes(const Graph& graph);

}  // namespace burin
