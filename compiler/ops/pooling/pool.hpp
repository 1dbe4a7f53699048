// What the pools over height and width share: attributes, constraints, reader, and the calls of
// their kernels. A pool has one operand, NHWC.
#pragma once

#include <functional>
#include <span>

#include "ops/constraints.hpp"
#include "ops/numerics.hpp"
#include "ops/operator.hpp"
#include "ops/pooling/attributes.hpp"
#include "ops/window.hpp"

namespace burin {

Windows pool_windows(const NodeView& view);
// Elements that all windows cover together, padding included.
int64_t pool_reads(const NodeView& view);
std::span<const Constraint> pool_constraints();
TensorType infer_pool(const NodeView& view);
// Calls `reduce` for every element of the output in turn, with the indices of the input's elements under its
// window, in order; at least one.
void for_each_pool(const NodeView& view, const std::function<void(size_t, std::span<const size_t>)>& reduce);

}  // namespace burin

namespace burin::pool {

inline const Shape& input_shape(const NodeView& view) {
  return view.input(0).type.shape;
}

}  // namespace burin::pool
