#include "lower/schedule.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <random>

#include "support/check.hpp"

using namespace burin;

namespace {

bool executable(const ScheduleProblem& problem, const std::vector<size_t>& order) {
  std::vector<bool> written(problem.value_bytes.size(), true);
  for (const ScheduleStep& step : problem.steps)
    for (const size_t value : step.outputs) written[value] = false;
  for (const size_t index : order) {
    for (const size_t value : problem.steps[index].inputs)
      if (!written[value]) return false;
    for (const size_t value : problem.steps[index].outputs) written[value] = true;
  }
  return true;
}

// Bytes live at once, step by step, from the first and last use of every value.
int64_t peak_by_lifetimes(const ScheduleProblem& problem, const std::vector<size_t>& order) {
  const auto count = static_cast<int64_t>(order.size());
  const size_t values = problem.value_bytes.size();
  std::vector<int64_t> first(values, -1);
  std::vector<int64_t> last(values, -2);
  for (int64_t at = 0; at < count; ++at) {
    const ScheduleStep& step = problem.steps[order[static_cast<size_t>(at)]];
    for (const size_t value : step.outputs) first[value] = last[value] = at;
    for (const size_t value : step.inputs) last[value] = at;
  }
  for (const size_t value : problem.kept) last[value] = count;
  int64_t peak = 0;
  for (int64_t at = -1; at < count; ++at) {
    int64_t live = at < 0 ? 0 : problem.steps[order[static_cast<size_t>(at)]].scratch_bytes;
    for (size_t value = 0; value < values; ++value)
      // Before the first step, what is read later.
      if (first[value] <= at && at <= last[value]) live += problem.value_bytes[value];
    if (at >= 0) {
      for (const auto& [input, output] : problem.steps[order[static_cast<size_t>(at)]].in_place)
        if (last[input] == at) live -= std::min(problem.value_bytes[input], problem.value_bytes[output]);
    }
    peak = std::max(peak, live);
  }
  return peak;
}

int64_t brute_force(const ScheduleProblem& problem) {
  std::vector<size_t> order(problem.steps.size());
  std::iota(order.begin(), order.end(), size_t{0});
  int64_t best = INT64_MAX;
  do {
    if (executable(problem, order)) best = std::min(best, peak_by_lifetimes(problem, order));
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

std::vector<size_t> given_order(const ScheduleProblem& problem) {
  std::vector<size_t> order(problem.steps.size());
  std::iota(order.begin(), order.end(), size_t{0});
  return order;
}

}  // namespace

TEST_CASE("a chain keeps its order") {
  ScheduleProblem problem;
  problem.value_bytes = {100, 400, 300, 10};
  problem.kept = {3};
  problem.steps = {{{0}, {1}, 0, {}}, {{1}, {2}, 50, {}}, {{2}, {3}, 0, {}}};
  const Schedule schedule = find_schedule(problem);
  CHECK(schedule.order == std::vector<size_t>{0, 1, 2});
  CHECK(schedule.peak_bytes == 750);
  CHECK(schedule.optimal);
}

TEST_CASE("two branches: the one that leaves little runs first") {
  // Both branches blow up to 1000; one leaves 10, the other 400.
  ScheduleProblem problem;
  problem.value_bytes = {50, 1000, 400, 1000, 10, 5};
  problem.kept = {5};
  problem.steps = {
      {{0}, {1}, 0, {}}, {{1}, {2}, 0, {}}, {{0}, {3}, 0, {}}, {{3}, {4}, 0, {}}, {{2, 4}, {5}, 0, {}}};
  CHECK(peak_bytes(problem, given_order(problem)) == 1450);
  const Schedule schedule = find_schedule(problem);
  CHECK(schedule.optimal);
  CHECK(schedule.peak_bytes == 1410);
  CHECK(schedule.peak_bytes == brute_force(problem));
  CHECK(executable(problem, schedule.order));
}

TEST_CASE("sharing in place counts where the input ends") {
  ScheduleProblem problem;
  problem.value_bytes = {60, 100, 100};
  problem.kept = {2};
  problem.steps = {{{0}, {1}, 0, {{0, 1}}}, {{0, 1}, {2}, 0, {{0, 2}, {1, 2}}}};
  // Step 0 cannot share, as its input is read again; step 1 shares its output with the larger of the two.
  CHECK(find_schedule(problem).peak_bytes == 160);
}

TEST_CASE("random graphs are ordered as brute force orders them") {
  std::mt19937 random(21);
  int improved = 0;
  for (int round = 0; round < 600; ++round) {
    ScheduleProblem problem;
    const size_t steps = 1 + random() % 7;
    problem.value_bytes.push_back(static_cast<int64_t>(random() % 50));
    for (size_t i = 0; i < steps; ++i) {
      ScheduleStep step;
      const size_t inputs = 1 + random() % 2;
      const size_t known = problem.value_bytes.size();
      for (size_t k = 0; k < inputs; ++k) step.inputs.push_back(random() % known);
      const size_t outputs = 1 + random() % 5 / 4;
      for (size_t k = 0; k < outputs; ++k) {
        step.outputs.push_back(problem.value_bytes.size());
        problem.value_bytes.push_back(static_cast<int64_t>(random() % 100));
      }
      if (random() % 3 == 0) step.scratch_bytes = static_cast<int64_t>(random() % 60);
      if (random() % 3 == 0) step.in_place.push_back({step.inputs[0], step.outputs[0]});
      problem.steps.push_back(step);
    }
    problem.kept.push_back(problem.value_bytes.size() - 1);
    const Schedule schedule = find_schedule(problem);
    INFO("round " << round);
    REQUIRE(schedule.optimal);
    REQUIRE(executable(problem, schedule.order));
    REQUIRE(peak_by_lifetimes(problem, schedule.order) == schedule.peak_bytes);
    REQUIRE(peak_bytes(problem, schedule.order) == schedule.peak_bytes);
    REQUIRE(schedule.peak_bytes == brute_force(problem));
    improved += schedule.peak_bytes < peak_bytes(problem, given_order(problem)) ? 1 : 0;
  }
  CHECK(improved > 50);
}

TEST_CASE("too many orders: the given one is kept, and not called the best") {
  // Forty independent pairs whose middle values are large, all joined at the end.
  ScheduleProblem problem;
  problem.value_bytes = {1};
  ScheduleStep join;
  std::mt19937 random(22);
  for (int i = 0; i < 40; ++i) {
    const size_t middle = problem.value_bytes.size();
    problem.value_bytes.push_back(static_cast<int64_t>(500 + random() % 500));
    problem.value_bytes.push_back(static_cast<int64_t>(100 + random() % 100));
    problem.steps.push_back({{0}, {middle}, 0, {}});
    join.inputs.push_back(middle + 1);
  }
  for (size_t i = 0; i < 40; ++i) problem.steps.push_back({{1 + 2 * i}, {2 + 2 * i}, 0, {}});
  join.outputs.push_back(problem.value_bytes.size());
  problem.value_bytes.push_back(1);
  problem.kept = {problem.value_bytes.size() - 1};
  problem.steps.push_back(join);
  const Schedule schedule = find_schedule(problem);
  CHECK_FALSE(schedule.optimal);
  CHECK(schedule.order == given_order(problem));
}

TEST_CASE("no steps, and steps that cannot be") {
  ScheduleProblem problem;
  CHECK(find_schedule(problem).order.empty());
  CHECK(find_schedule(problem).optimal);
  problem.value_bytes = {7};
  problem.kept = {0};
  CHECK(find_schedule(problem).peak_bytes == 7);
  problem.value_bytes = {1, 1};
  problem.steps = {{{0}, {1}, 0, {}}, {{0}, {1}, 0, {}}};
  CHECK_THROWS_AS(find_schedule(problem), InternalError);
  problem.steps = {{{1}, {0}, 0, {}}, {{0}, {1}, 0, {}}};
  CHECK_THROWS_AS(find_schedule(problem), InternalError);
}
