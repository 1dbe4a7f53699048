#include "lower/schedule.hpp"

#include <algorithm>
#include <numeric>
#include <queue>
#include <tuple>
#include <unordered_map>

#include "support/check.hpp"

namespace burin {
namespace {

// Who writes and reads each value, without repetition.
struct Uses {
  std::vector<std::vector<size_t>> readers;    // value -> steps
  std::vector<size_t> writer;                  // value -> step, or SIZE_MAX
  std::vector<std::vector<size_t>> inputs;     // step -> distinct values
  std::vector<std::vector<size_t>> preceding;  // step -> steps that write its inputs
  std::vector<bool> kept;                      // value -> live at the end

  explicit Uses(const ScheduleProblem& problem)
      : readers(problem.value_bytes.size()),
        writer(problem.value_bytes.size(), SIZE_MAX),
        inputs(problem.steps.size()),
        preceding(problem.steps.size()),
        kept(problem.value_bytes.size(), false) {
    const auto check_value = [&](size_t value) {
      BURIN_CHECK(value < problem.value_bytes.size(), "a step names a value that does not exist");
    };
    for (const size_t value : problem.kept) {
      check_value(value);
      kept[value] = true;
    }
    for (size_t step = 0; step < problem.steps.size(); ++step) {
      for (const size_t value : problem.steps[step].outputs) {
        check_value(value);
        BURIN_CHECK(writer[value] == SIZE_MAX, "two steps write one value");
        writer[value] = step;
      }
    }
    for (size_t step = 0; step < problem.steps.size(); ++step) {
      inputs[step] = problem.steps[step].inputs;
      std::sort(inputs[step].begin(), inputs[step].end());
      inputs[step].erase(std::unique(inputs[step].begin(), inputs[step].end()), inputs[step].end());
      for (const size_t value : inputs[step]) {
        check_value(value);
        readers[value].push_back(step);
        if (writer[value] != SIZE_MAX) preceding[step].push_back(writer[value]);
      }
    }
  }
};

using StepSet = std::vector<bool>;

// What a step costs after the steps of a set: bytes while it runs and bytes after it, both relative to
// before.
struct Cost {
  int64_t during = 0;
  int64_t after = 0;
};

Cost cost_of(const ScheduleProblem& problem, const Uses& uses, const StepSet& executed, size_t step) {
  const auto ends_here = [&](size_t value) {
    return !uses.kept[value] &&
           std::all_of(uses.readers[value].begin(), uses.readers[value].end(),
                       [&](size_t reader) { return reader == step || executed[reader]; });
  };
  Cost cost;
  cost.during = problem.steps[step].scratch_bytes;
  for (const size_t value : problem.steps[step].outputs) {
    cost.during += problem.value_bytes[value];
    if (uses.kept[value] || !uses.readers[value].empty()) cost.after += problem.value_bytes[value];
  }
  for (const size_t value : uses.inputs[step])
    if (ends_here(value)) cost.after -= problem.value_bytes[value];
  // The pair that saves most first: an input that ends never costs a saving then.
  std::vector<std::pair<int64_t, std::pair<size_t, size_t>>> savings;
  for (const auto& pair : problem.steps[step].in_place) {
    if (ends_here(pair.first))
      savings.push_back({-std::min(problem.value_bytes[pair.first], problem.value_bytes[pair.second]), pair});
  }
  std::sort(savings.begin(), savings.end());
  std::vector<size_t> shared;
  for (const auto& [saving, pair] : savings) {
    const auto& [input, output] = pair;
    if (std::find(shared.begin(), shared.end(), input) != shared.end()) continue;
    if (std::find(shared.begin(), shared.end(), output) != shared.end()) continue;
    shared.push_back(input);
    shared.push_back(output);
    cost.during += saving;
  }
  return cost;
}

// Bytes before the first step: values that no step writes.
int64_t initial_bytes(const ScheduleProblem& problem, const Uses& uses) {
  int64_t bytes = 0;
  for (size_t value = 0; value < problem.value_bytes.size(); ++value)
    if (uses.writer[value] == SIZE_MAX && (uses.kept[value] || !uses.readers[value].empty()))
      bytes += problem.value_bytes[value];
  return bytes;
}

bool is_ready(const Uses& uses, const StepSet& executed, size_t step) {
  return std::all_of(uses.preceding[step].begin(), uses.preceding[step].end(),
                     [&](size_t before) { return executed[before]; });
}

int64_t peak_of(const ScheduleProblem& problem, const Uses& uses, std::span<const size_t> order) {
  StepSet executed(problem.steps.size(), false);
  int64_t live = initial_bytes(problem, uses);
  int64_t peak = live;
  for (const size_t step : order) {
    BURIN_CHECK(step < executed.size() && !executed[step] && is_ready(uses, executed, step),
                "an order that cannot be executed");
    const Cost cost = cost_of(problem, uses, executed, step);
    peak = std::max(peak, live + cost.during);
    live += cost.after;
    executed[step] = true;
  }
  return peak;
}

}  // namespace

int64_t peak_bytes(const ScheduleProblem& problem, std::span<const size_t> order) {
  BURIN_CHECK(order.size() == problem.steps.size(), "an order of another number of steps");
  return peak_of(problem, Uses(problem), order);
}

// How many bytes are live depends only on which steps have been executed, not on their order. So the orders
// are paths through such sets, and the search for the path with the lowest peak goes from set to set, those
// with the lowest peak so far first. A step that needs no more than that peak and leaves no more bytes than
// it found may as well be executed at once: whatever follows then has no more bytes live than it would have
// had.
Schedule find_schedule(const ScheduleProblem& problem, size_t state_limit) {
  const Uses uses(problem);
  Schedule given;
  given.order.resize(problem.steps.size());
  std::iota(given.order.begin(), given.order.end(), size_t{0});
  given.peak_bytes = peak_of(problem, uses, given.order);

  struct State {
    int64_t peak = 0;
    int64_t live = 0;
    size_t executed_count = 0;
    size_t parent = 0;        // the state it was reached from
    std::vector<size_t> way;  // the steps executed from there
    bool closed = false;
  };
  std::vector<State> states;
  std::unordered_map<StepSet, size_t> index_of;
  std::vector<StepSet> sets;
  // By peak, then with the most executed, then by age.
  using Entry = std::tuple<int64_t, size_t, size_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> open;

  // Adds the state, or improves on the one with the same set.
  const auto reach = [&](StepSet set, State state) {
    for (bool again = true; again;) {
      again = false;
      for (size_t step = 0; step < set.size(); ++step) {
        if (set[step] || !is_ready(uses, set, step)) continue;
        const Cost cost = cost_of(problem, uses, set, step);
        if (cost.after > 0 || state.live + cost.during > state.peak) continue;
        state.live += cost.after;
        set[step] = true;
        state.way.push_back(step);
        ++state.executed_count;
        again = true;
      }
    }
    if (state.peak >= given.peak_bytes) return;
    const auto [at, added] = index_of.insert({set, states.size()});
    if (added) {
      states.push_back(std::move(state));
      sets.push_back(std::move(set));
    } else if (state.peak < states[at->second].peak) {
      states[at->second] = std::move(state);
    } else {
      return;
    }
    const State& kept = states[at->second];
    open.push({kept.peak, problem.steps.size() - kept.executed_count, at->second});
  };

  State start;
  start.live = initial_bytes(problem, uses);
  start.peak = start.live;
  start.parent = SIZE_MAX;
  reach(StepSet(problem.steps.size(), false), std::move(start));
  while (!open.empty()) {
    const size_t index = std::get<2>(open.top());
    open.pop();
    if (states[index].closed) continue;
    states[index].closed = true;
    if (states[index].executed_count == problem.steps.size()) {
      Schedule found;
      found.peak_bytes = states[index].peak;
      found.optimal = true;
      for (size_t at = index; at != SIZE_MAX; at = states[at].parent)
        found.order.insert(found.order.begin(), states[at].way.begin(), states[at].way.end());
      return found;
    }
    if (states.size() > state_limit) return given;
    const StepSet set = sets[index];
    for (size_t step = 0; step < set.size(); ++step) {
      if (set[step] || !is_ready(uses, set, step)) continue;
      const Cost cost = cost_of(problem, uses, set, step);
      State next;
      next.peak = std::max(states[index].peak, states[index].live + cost.during);
      next.live = states[index].live + cost.after;
      next.executed_count = states[index].executed_count + 1;
      next.parent = index;
      next.way = {step};
      StepSet next_set = set;
      next_set[step] = true;
      reach(std::move(next_set), std::move(next));
    }
  }
  given.optimal = true;  // nothing below its peak reaches the end
  return given;
}

}  // namespace burin
