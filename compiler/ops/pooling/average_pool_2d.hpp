// average_pool_2d: what its meaning and its kernels share.
#pragma once

#include <algorithm>
#include <optional>

#include "arithmetic/mean_form.hpp"
#include "ops/numerics.hpp"
#include "ops/pooling/pool.hpp"

namespace burin::average_pool_2d {

inline bool halves_to_even(const NodeView& view) {
  return view.attributes<PoolAttributes>().halves_to_even;
}

}  // namespace burin::average_pool_2d
