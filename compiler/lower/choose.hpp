// Which of its candidates each step takes: selection as arithmetic, without kernels and graphs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/kernel.hpp"

namespace burin {

struct ChoiceOption {
  int64_t cycles = 0;
  int64_t bytes = 0;  // of flash, not shared with any other step
  int64_t scratch_bytes = 0;
  std::vector<size_t> parts;  // pieces of code, which are paid once however many steps use them
  bool allowed = true;
};

struct ChoiceProblem {
  std::vector<std::vector<ChoiceOption>> steps;  // at least one option of each is allowed
  std::vector<int64_t> part_bytes;
  int64_t fixed_bytes = 0;  // of flash, whatever is chosen
};

// Models of more steps are not searched for what single changes would gain: time grows with the square.
constexpr size_t most_steps_to_search = 500;

using Choice = std::vector<size_t>;  // step -> option

int64_t cycles_of(const ChoiceProblem& problem, const Choice& choice);
int64_t flash_of(const ChoiceProblem& problem, const Choice& choice);
int64_t code_of(const ChoiceProblem& problem, const Choice& choice);  // flash without the steps' own bytes

// The fastest choice, the smallest one, and choices on the way from one to the other, each once: what becomes
// of the fastest as bytes grow dearer. Neither slower than the smallest nor larger than the fastest, in flash
// and in code.
std::vector<Choice> choices_between(const ChoiceProblem& problem);

// How far a choice is on the way from the fastest to the smallest by the factor of its cycles, and how far
// back by its bytes, whatever the caller counts as such; 1 for the fastest and for the smallest, less is a
// better balance.
struct Way {
  int64_t fastest_cycles = 1;
  int64_t smallest_cycles = 1;
  int64_t fastest_bytes = 1;
  int64_t smallest_bytes = 1;

  double distance(int64_t cycles, int64_t bytes) const;
};

// What the objective has less of is better, the first number before the second.
//   speed      cycles, then bytes: flash, and scratch, which is as dear
//   size       bytes, then cycles
//   balanced   the choice between the fastest and the smallest with the least distance from both
// With a limit the flash is not more than that, where any choice fits; else it is the least that there is.
// Shared code makes this a hard problem in general: what comes out is the best that a local search finds from
// several beginnings. Deterministic.
Choice choose(const ChoiceProblem& problem, Objective objective, std::optional<int64_t> flash_limit = {});

}  // namespace burin
