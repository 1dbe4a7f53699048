// What kernels of generic/shifted_terms.hpp want to know of their terms.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/shifted_terms.hpp"

namespace burin {

void append_shifted_terms(const ShiftedTerms& terms, Rounding rounding, KernelCall& call);

}  // namespace burin
