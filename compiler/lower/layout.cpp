#include "lower/layout.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "lower/schedule.hpp"

namespace burin {
namespace {

ScheduleProblem schedule_problem(const LayoutProblem& problem) {
  ScheduleProblem schedule;
  for (size_t i = 0; i < problem.values.size(); ++i) {
    schedule.value_bytes.push_back(problem.values[i].bytes);
    if (problem.values[i].model_output) schedule.kept.push_back(i);
  }
  std::map<size_t, size_t> token_of;  // state -> a value of no bytes that its last user hands to the next one
  for (const LayoutStep& step : problem.steps) {
    ScheduleStep& wanted = schedule.steps.emplace_back();
    wanted.scratch_bytes = step.scratch_bytes;
    std::ranges::copy_if(step.inputs, std::back_inserter(wanted.inputs),
                         [](size_t value) { return value != no_value; });
    wanted.outputs = step.outputs;
    for (const KernelOverlap& overlap : step.overlaps)
      if (const size_t input = step.inputs.at(overlap.input);
          input != no_value && overlap.distance <= problem.values[step.outputs.at(0)].bytes / 4)
        wanted.in_place.push_back({input, step.outputs.at(0)});
    std::vector<size_t> states = step.states;
    std::ranges::sort(states);
    states.erase(std::unique(states.begin(), states.end()), states.end());
    for (const size_t state : states) {
      const auto [token, first] = token_of.insert({state, 0});
      if (!first) wanted.inputs.push_back(token->second);
      token->second = schedule.value_bytes.size();
      schedule.value_bytes.push_back(0);
      wanted.outputs.push_back(token->second);
    }
  }
  return schedule;
}

std::optional<Layout> layout_in_order(const LayoutProblem& problem, std::vector<size_t> order, int64_t work) {
  Layout layout;
  layout.order = std::move(order);
  const size_t values = problem.values.size();
  const auto end = static_cast<int32_t>(problem.steps.size()) + 1;
  layout.first_steps.assign(values, 0);
  layout.last_steps.assign(values, 0);
  std::vector<int32_t> step_at(problem.steps.size(), 0);
  for (size_t i = 0; i < layout.order.size(); ++i) {
    const LayoutStep& step = problem.steps[layout.order[i]];
    const auto at = static_cast<int32_t>(i) + 1;
    step_at[layout.order[i]] = at;
    for (const size_t value : step.outputs) layout.first_steps[value] = layout.last_steps[value] = at;
    for (const size_t value : step.inputs)
      if (value != no_value) layout.last_steps[value] = at;
  }
  std::vector<PlanBuffer> buffers;
  for (size_t i = 0; i < values; ++i) {
    if (problem.values[i].model_output) layout.last_steps[i] = end;
    buffers.push_back({.name = problem.values[i].name,
                       .bytes = problem.values[i].bytes,
                       .alignment = arena_alignment,
                       .first_step = layout.first_steps[i],
                       .last_step = layout.last_steps[i]});
  }
  std::vector<PlanOverlap> overlaps;
  for (size_t i = 0; i < problem.steps.size(); ++i) {
    const LayoutStep& step = problem.steps[i];
    buffers.push_back({.name = step.scratch_name,
                       .bytes = step.scratch_bytes,
                       .alignment = arena_alignment,
                       .first_step = step_at[i],
                       .last_step = step_at[i]});
    for (const KernelOverlap& overlap : step.overlaps) {
      const size_t input = step.inputs.at(overlap.input);
      // Only who reads last may overwrite.
      if (input == no_value || layout.last_steps[input] != step_at[i]) continue;
      overlaps.push_back(
          {.input = input,
           .output = step.outputs.at(0),
           .distance = overlap.distance,
           .sharing = overlap.same_address_only ? Sharing::same_offset : Sharing::at_or_below});
    }
  }
  std::optional<MemoryPlan> plan = plan_memory(buffers, overlaps, work);
  if (!plan) return std::nullopt;
  const auto first_scratch = plan->offsets.begin() + static_cast<std::ptrdiff_t>(values);
  layout.offsets.assign(plan->offsets.begin(), first_scratch);
  layout.scratch_offsets.assign(first_scratch, plan->offsets.end());
  layout.plan = *std::move(plan);
  return layout;
}

}  // namespace

std::optional<Layout> find_layout(const LayoutProblem& problem, int64_t work) {
  std::vector<size_t> given(problem.steps.size());
  std::iota(given.begin(), given.end(), size_t{0});
  std::optional<Layout> best = layout_in_order(problem, given, work);
  if (!best) return best;
  // The search looks at sets of steps, step by step.
  constexpr size_t most_steps = 400;
  if (problem.steps.size() > most_steps) return best;
  // The schedule knows sums, not places: what it finds is taken if the arena is smaller for it.
  Schedule schedule = find_schedule(schedule_problem(problem));
  if (schedule.order == given) return best;
  std::optional<Layout> other = layout_in_order(problem, std::move(schedule.order), work);
  return other && other->plan.total_bytes < best->plan.total_bytes ? other : best;
}

}  // namespace burin
