// Why layers have the kernels that they have, in words.
#pragma once

#include <string>

#include "kernels/kernel.hpp"
#include "program/program.hpp"

namespace burin {

// What became of a candidate: "dearer: 3.20 times the cycles, 120 bytes of flash less".
std::string sentence_of(const Program& program, const Candidate& candidate, Objective objective);

// Why a step has its kernel: "fewest cycles of 3 candidates", with better ones that do not fit, and with the
// kernels of the target's own that do not take it where it has a portable one.
std::string reason_of(const Program& program, size_t step, Objective objective);

// Whether a step has a portable kernel because those of the target's own do not take it.
bool misses_fast_kernel(const Program& program, size_t step);

}  // namespace burin
