// Dense products of float32 matrices, which Eigen computes.
#pragma once

#include <cstdint>

namespace burin {

// product[rows, columns] = left[rows, depth] · right[columns, depth]ᵀ, all row-major. Rows of `product` are
// `product_stride` elements apart, those of the others lie back to back.
void multiply_transposed(const float* left, const float* right, float* product, int64_t rows, int64_t depth,
                         int64_t columns, int64_t product_stride);

}  // namespace burin
