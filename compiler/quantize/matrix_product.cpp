#include "quantize/matrix_product.hpp"

#include <Eigen/Core>

namespace burin {

void multiply_transposed(const float* left, const float* right, float* product, int64_t rows, int64_t depth,
                         int64_t columns, int64_t product_stride) {
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const Matrix> a(left, rows, depth);
  const Eigen::Map<const Matrix> b(right, columns, depth);
  Eigen::Map<Matrix, 0, Eigen::OuterStride<>> c(product, rows, columns, Eigen::OuterStride<>(product_stride));
  c.noalias() = a * b.transpose();
}

}  // namespace burin
