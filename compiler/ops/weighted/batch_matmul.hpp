// batch_matmul: what its meaning and its kernels share.
#pragma once

#include <cmath>

#include "ops/elementwise/binary.hpp"
#include "ops/numerics.hpp"
#include "ops/weighted/attributes.hpp"

namespace burin::batch_matmul {

inline bool left_transposed(const NodeView& view) {
  return view.attributes<BatchMatmulAttributes>().adj_x;
}

inline bool right_transposed(const NodeView& view) {
  return view.attributes<BatchMatmulAttributes>().adj_y;
}

inline Shape batches_of(const Shape& shape) {
  return Shape(std::vector<int32_t>(shape.dims().begin(), shape.dims().end() - 2));
}

struct MatrixExtents {
  int32_t rows, inner, columns;
};

inline MatrixExtents extents_of(const NodeView& view) {
  const Shape& left = view.input(0).type.shape;
  const Shape& right = view.input(1).type.shape;
  return {left[left_transposed(view) ? -1 : -2], left[left_transposed(view) ? -2 : -1],
          right[right_transposed(view) ? -2 : -1]};
}

// Where the matrices of each product begin.
struct Origins {
  std::vector<size_t> left;
  std::vector<size_t> right;
};

inline Origins origins_of(const NodeView& view) {
  const Shape left = batches_of(view.input(0).type.shape);
  const Shape right = batches_of(view.input(1).type.shape);
  const Shape all = *broadcast_shape(left, right);
  const MatrixExtents e = extents_of(view);
  Origins origins;
  for (size_t i = 0; i < static_cast<size_t>(all.elements()); ++i) {
    origins.left.push_back(broadcast_source(all, left, i) * static_cast<size_t>(e.rows) *
                           static_cast<size_t>(e.inner));
    origins.right.push_back(broadcast_source(all, right, i) * static_cast<size_t>(e.inner) *
                            static_cast<size_t>(e.columns));
  }
  return origins;
}

inline FixedPointMultiplier product_factor(const NodeView& view) {
  const float product = view.input(0).quantization.scale() * view.input(1).quantization.scale();
  return fixed_point(static_cast<double>(product) / static_cast<double>(view.output().quantization.scale()));
}

}  // namespace burin::batch_matmul
