// Kernel selection for a whole model: the best choice under the objective that keeps to the limits of flash
// and RAM, with reasons.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lower/layout.hpp"
#include "lower/select.hpp"
#include "support/result.hpp"

namespace burin {

struct Limit {
  int64_t bytes = 0;
  std::string name;  // who sets it: "--ram-limit"
};

struct FitStep {
  std::vector<Offer> offers;  // at least one of them with a call
  LayoutStep layout;          // all but scratch and overlaps, which depend on the kernel
};

struct FitProblem {
  std::vector<LayoutValue> values;
  std::vector<FitStep> steps;  // in an order that can be executed
  int64_t state_bytes = 0;
  int64_t glue_bytes = 0;  // flash that no choice of kernels changes: self-test, initial values
  // What compilers make of an estimated byte of code at most. A limit is kept by what code may become.
  int64_t code_bound_percent = 100;
  Objective objective = Objective::speed;
  std::optional<Limit> ram;    // for arena, state and stack
  std::optional<Limit> flash;  // for constants and code, as GCC makes it with -O1, -O2 or -Os
};

struct Fit {
  std::vector<size_t> choice;  // step -> offer
  Layout layout;
  std::vector<std::vector<Candidate>> candidates;  // of each step, in the order of its offers
};

// Fails with E0501 or E0502, or both, where even the choice that needs least exceeds a limit, and with E0403
// where tensors are larger than machines.
Result<Fit> fit_kernels(const FitProblem& problem);

}  // namespace burin
