// The order of execution that keeps the fewest bytes live at once. Matters where a graph branches.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace burin {

struct ScheduleStep {
  std::vector<size_t> inputs;   // values read; one may stand twice
  std::vector<size_t> outputs;  // values written, each by one step only
  int64_t scratch_bytes = 0;
  // Pairs (input, output) of values that may share memory if the input is not needed after this step. Of the
  // pairs that have a value in common only one is counted, the one that saves more.
  std::vector<std::pair<size_t, size_t>> in_place;
};

// A value is live from the step that writes it (one that no step writes: from the start) to the last step
// that reads it, and to the end if it is in `kept`. While a step runs its inputs, its outputs and its scratch
// are live.
struct ScheduleProblem {
  std::vector<int64_t> value_bytes;  // not negative, by value
  std::vector<size_t> kept;          // model outputs
  std::vector<ScheduleStep> steps;   // in an order that can be executed
};

struct Schedule {
  std::vector<size_t> order;  // indices of steps
  int64_t peak_bytes = 0;     // the most bytes live at once: what the memory plan's lower bound will be about
  bool optimal = false;       // no order has a lower peak
};

// The most bytes live at once in the given order, which must be executable.
int64_t peak_bytes(const ScheduleProblem& problem, std::span<const size_t> order);

// An order with the lowest peak: the given one if that has it, or if there are more than `state_limit` sets
// of executed steps to look at. Deterministic.
Schedule find_schedule(const ScheduleProblem& problem, size_t state_limit = 10'000);

}  // namespace burin
