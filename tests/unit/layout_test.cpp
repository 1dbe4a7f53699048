// Order and places together.
#include "lower/layout.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

namespace burin {
namespace {

// input -> a (large) -> small a; input -> b (large) -> small b; both small ones are the outputs. With
// `states` the first and the last step share a state with the two in between.
LayoutProblem two_branches(bool one_state) {
  LayoutProblem problem;
  const auto value = [&](const char* name, int64_t bytes) {
    problem.values.push_back({.name = name, .bytes = bytes});
    return problem.values.size() - 1;
  };
  const size_t input = value("input", 16);
  const size_t large_a = value("large a", 1600);
  const size_t large_b = value("large b", 1600);
  const size_t small_a = value("small a", 16);
  const size_t small_b = value("small b", 16);
  problem.values[input].model_input = true;
  problem.values[small_a].model_output = problem.values[small_b].model_output = true;
  const auto step = [&](size_t from, size_t to) {
    LayoutStep& added = problem.steps.emplace_back();
    added.inputs = {from, no_value};
    added.outputs = {to};
    if (one_state) added.states = {0};
  };
  step(input, large_a);
  step(input, large_b);
  step(large_a, small_a);
  step(large_b, small_b);
  return problem;
}

}  // namespace

TEST_CASE("branches run one after the other where that needs less", "[schedule]") {
  const auto layout = find_layout(two_branches(false));
  REQUIRE(layout);
  CHECK(layout->plan.total_bytes < 2 * 1600);
  CHECK(layout->order != std::vector<size_t>{0, 1, 2, 3});
  const auto at = [&](size_t step) { return std::ranges::find(layout->order, step) - layout->order.begin(); };
  CHECK(at(0) < at(2));
  CHECK(at(1) < at(3));
}

TEST_CASE("steps that share a state keep their order", "[schedule]") {
  const auto layout = find_layout(two_branches(true));
  REQUIRE(layout);
  CHECK(layout->order == std::vector<size_t>{0, 1, 2, 3});
  CHECK(layout->plan.total_bytes >= 2 * 1600);
}

TEST_CASE("the given order stays where no other is better", "[schedule]") {
  LayoutProblem problem = two_branches(false);
  problem.values[3].bytes = problem.values[4].bytes = 1600;  // nothing shrinks: both orders need the same
  const auto layout = find_layout(problem);
  REQUIRE(layout);
  CHECK(layout->order == std::vector<size_t>{0, 1, 2, 3});
}

}  // namespace burin
