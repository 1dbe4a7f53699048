// When the steps run and where everything lies in the arena: order and offsets for steps whose kernels are
// chosen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lower/memory_plan.hpp"
#include "program/kernel_call.hpp"

namespace burin {

// Something in the arena that steps hand on.
struct LayoutValue {
  std::string name;
  int64_t bytes = 0;
  bool model_input = false;   // there before the first step
  bool model_output = false;  // wanted after the last
};

constexpr size_t no_value = SIZE_MAX;

struct LayoutStep {
  std::vector<size_t> inputs;  // values by operand; no_value for constants, states and absent operands
  std::vector<size_t> outputs;
  // Numbers of the states that are read or written. Steps that share a state keep their order.
  std::vector<size_t> states;
  std::string scratch_name;
  int64_t scratch_bytes = 0;
  std::vector<KernelOverlap> overlaps;  // with output 0
};

struct LayoutProblem {
  std::vector<LayoutValue> values;
  std::vector<LayoutStep> steps;  // in an order that can be executed
};

struct Layout {
  std::vector<size_t> order;  // of the steps; the given one unless another needs a smaller arena
  // Of each value: offset, and when it is live. Steps count from 1 in the new order; 0 is the writing of the
  // inputs, and the outputs are read after the last.
  std::vector<int64_t> offsets;
  std::vector<int32_t> first_steps;
  std::vector<int32_t> last_steps;
  std::vector<int64_t> scratch_offsets;  // by step as given
  MemoryPlan plan;
};

// Nothing where the sizes add up beyond what any machine has. `work` as in plan_memory.
std::optional<Layout> find_layout(const LayoutProblem& problem, int64_t work = 20'000'000);

}  // namespace burin
