// Selection as arithmetic: objectives, shared code and limits.
#include "lower/choose.hpp"

#include <catch2/catch.hpp>

#include "support/random.hpp"

namespace burin {
namespace {

ChoiceProblem random_problem(uint64_t seed) {
  Random random(seed);
  ChoiceProblem problem;
  for (int64_t part = 0; part < 6; ++part) problem.part_bytes.push_back(random.integer(50, 4000));
  problem.fixed_bytes = random.integer(0, 500);
  for (int64_t step = random.integer(1, 6); step > 0; --step) {
    auto& options = problem.steps.emplace_back();
    for (int64_t option = random.integer(1, 3); option > 0; --option)
      options.push_back({.cycles = random.integer(100, 100000),
                         .bytes = random.integer(0, 3000),
                         .scratch_bytes = random.integer(0, 500),
                         .parts = {static_cast<size_t>(random.integer(0, 5))}});
  }
  return problem;
}

int64_t size_of(const ChoiceProblem& problem, const Choice& choice) {
  int64_t bytes = flash_of(problem, choice);
  for (size_t step = 0; step < choice.size(); ++step)
    bytes += problem.steps[step][choice[step]].scratch_bytes;
  return bytes;
}

template <class Function>
void for_every_choice(const ChoiceProblem& problem, const Function& function) {
  Choice choice(problem.steps.size(), 0);
  for (;;) {
    function(choice);
    size_t step = 0;
    while (step < choice.size() && ++choice[step] == problem.steps[step].size()) choice[step++] = 0;
    if (step == choice.size()) return;
  }
}

}  // namespace

TEST_CASE("speed is fastest, size is nearly always smallest, and limits are kept", "[select]") {
  int32_t not_smallest = 0;
  int32_t not_fastest_within = 0;
  constexpr int32_t problems = 300;
  for (uint64_t seed = 0; seed < problems; ++seed) {
    INFO("seed " << seed);
    const ChoiceProblem problem = random_problem(seed);
    int64_t fewest_cycles = INT64_MAX;
    int64_t fewest_bytes = INT64_MAX;
    int64_t least_flash = INT64_MAX;
    for_every_choice(problem, [&](const Choice& choice) {
      fewest_cycles = std::min(fewest_cycles, cycles_of(problem, choice));
      fewest_bytes = std::min(fewest_bytes, size_of(problem, choice));
      least_flash = std::min(least_flash, flash_of(problem, choice));
    });
    const Choice fast = choose(problem, Objective::speed);
    CHECK(cycles_of(problem, fast) == fewest_cycles);
    const Choice small = choose(problem, Objective::size);
    not_smallest += size_of(problem, small) > fewest_bytes;
    CHECK(size_of(problem, small) <= fewest_bytes * 11 / 10);

    const int64_t limit = (flash_of(problem, fast) + least_flash) / 2;
    const Choice within = choose(problem, Objective::speed, limit);
    CHECK(flash_of(problem, within) <= limit);
    int64_t fewest_within = INT64_MAX;
    for_every_choice(problem, [&](const Choice& choice) {
      if (flash_of(problem, choice) <= limit)
        fewest_within = std::min(fewest_within, cycles_of(problem, choice));
    });
    not_fastest_within += cycles_of(problem, within) > fewest_within;
    CHECK(choose(problem, Objective::speed, limit) == within);
  }
  // The problem is a hard one; the search may miss the best now and then.
  CHECK(not_smallest <= problems / 20);
  CHECK(not_fastest_within <= problems / 5);
}

TEST_CASE("balanced lies between speed and size", "[select]") {
  int32_t inside = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    INFO("seed " << seed);
    const ChoiceProblem problem = random_problem(seed);
    const Choice fast = choose(problem, Objective::speed);
    const Choice small = choose(problem, Objective::size);
    const Choice middle = choose(problem, Objective::balanced);
    CHECK(cycles_of(problem, middle) >= cycles_of(problem, fast));
    CHECK(cycles_of(problem, middle) <= cycles_of(problem, small));
    CHECK(size_of(problem, middle) <= size_of(problem, fast));
    CHECK(size_of(problem, middle) >= size_of(problem, small));
    inside += middle != fast && middle != small;
  }
  CHECK(inside > 100);
}

TEST_CASE("choices on the way are neither slower than the smallest nor larger than the fastest", "[select]") {
  size_t most = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    INFO("seed " << seed);
    const ChoiceProblem problem = random_problem(seed);
    const std::vector<Choice> choices = choices_between(problem);
    REQUIRE(choices.size() >= 2);
    CHECK(choices[0] == choose(problem, Objective::speed));
    CHECK(choices[1] == choose(problem, Objective::size));
    for (size_t i = 2; i < choices.size(); ++i) {
      CHECK(cycles_of(problem, choices[i]) <= cycles_of(problem, choices[1]));
      CHECK(flash_of(problem, choices[i]) <= flash_of(problem, choices[0]));
      CHECK(code_of(problem, choices[i]) <= code_of(problem, choices[0]));
      CHECK(std::ranges::count(choices, choices[i]) == 1);
    }
    most = std::max(most, choices.size());
  }
  CHECK(most > 3);
}

TEST_CASE("the distance of a balance counts factors of cycles and shares of bytes", "[select]") {
  const Way way = {
      .fastest_cycles = 1000, .smallest_cycles = 4000, .fastest_bytes = 900, .smallest_bytes = 100};
  CHECK(way.distance(1000, 900) == Approx(1));
  CHECK(way.distance(4000, 100) == Approx(1));
  CHECK(way.distance(2000, 300) == Approx(0.75));
  const Way nowhere = {.fastest_cycles = 5, .smallest_cycles = 5, .fastest_bytes = 7, .smallest_bytes = 7};
  CHECK(nowhere.distance(5, 7) == 0);
}

TEST_CASE("code that several steps share is paid once", "[select]") {
  // Each step alone would take its own small code; together they share the large one.
  ChoiceProblem problem;
  problem.part_bytes = {250, 100, 100, 100};
  for (size_t step = 0; step < 3; ++step)
    problem.steps.push_back({{.cycles = 10, .parts = {0}}, {.cycles = 10, .parts = {step + 1}}});
  CHECK(choose(problem, Objective::size) == Choice{0, 0, 0});
  problem.steps.pop_back();
  CHECK(choose(problem, Objective::size) == Choice{1, 1});
}

TEST_CASE("what is not allowed is not chosen", "[select]") {
  ChoiceProblem problem;
  problem.steps = {{{.cycles = 1, .bytes = 1, .scratch_bytes = 0, .parts = {}, .allowed = false},
                    {.cycles = 9, .bytes = 9, .scratch_bytes = 0, .parts = {}, .allowed = true}}};
  for (const Objective objective : {Objective::speed, Objective::balanced, Objective::size})
    CHECK(choose(problem, objective) == Choice{1});
  CHECK(choose(problem, Objective::speed, 0) == Choice{1});
}

}  // namespace burin
