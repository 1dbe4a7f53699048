// The table of exponentials that kernels of SOFTMAX and LOG_SOFTMAX read.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/reduction/exponentials.hpp"

namespace burin {

// Without the zeros at its end, for a kernel.
std::vector<int32_t> exponential_table(const Exponentials& all);

// The length of that table.
struct ExponentialsGeometry {
  int32_t exponentials;

  template <class Visit>
  void fields(Visit visit) const {
    visit("exponentials", exponentials);
  }
};

}  // namespace burin
