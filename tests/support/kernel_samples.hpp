// Programs that hold every kernel of a target's sets.
#pragma once

#include <vector>

#include "cli/generated.hpp"

namespace burin::test {

enum class SamplesOf {
  every_kernel,  // one sample of each
  every_type,    // one for each combination of the types of a kernel's operands and results
  every_form     // up to three for each combination
};

// Programs for the first kernel of each operator, for the second of those that have two, and so on. One ends
// when it has `most` layers.
std::vector<Compilation> kernel_samples(const Target& target, SamplesOf which, size_t most = 1000);

}  // namespace burin::test
