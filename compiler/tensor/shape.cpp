#include "tensor/shape.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace burin {

int64_t Shape::elements() const {
  return elements(0, rank());
}

int64_t Shape::elements(size_t from, size_t to) const {
  int64_t product = 1;
  for (size_t axis = from; axis < to; ++axis) product *= dims_[axis];
  return product;
}

bool Shape::sane() const {
  if (rank() > max_rank) return false;
  int64_t product = 1;
  for (const int32_t dim : dims_) {
    if (dim < 0) return false;
    product *= dim;
    if (product > max_elements) return false;
  }
  return true;
}

std::string to_string(const Shape& shape) {
  return fmt::format("{}", fmt::join(shape.dims(), ","));
}

}  // namespace burin
