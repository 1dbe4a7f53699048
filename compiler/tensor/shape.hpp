// Shapes: static, row-major, every dimension known.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace burin {

class Shape {
 public:
  // The importers refuse what exceeds these, so that products of dimensions cannot overflow.
  static constexpr size_t max_rank = 8;
  static constexpr int64_t max_elements = int64_t{1} << 28;

  Shape() = default;  // a scalar
  Shape(std::initializer_list<int32_t> dims) : dims_(dims) {}
  explicit Shape(std::vector<int32_t> dims) : dims_(std::move(dims)) {}

  size_t rank() const { return dims_.size(); }
  // Dimension `axis`; a negative axis counts from the end.
  int32_t operator[](int axis) const {
    return dims_[axis < 0 ? dims_.size() - static_cast<size_t>(-axis) : static_cast<size_t>(axis)];
  }
  const std::vector<int32_t>& dims() const { return dims_; }
  int64_t elements() const;
  // Product of the dimensions [from, to).
  int64_t elements(size_t from, size_t to) const;
  // True where rank and elements stay within the limits above and no dimension is negative.
  bool sane() const;
  bool operator==(const Shape&) const = default;

 private:
  std::vector<int32_t> dims_;
};

std::string to_string(const Shape& shape);  // "1,49,10,1"

}  // namespace burin
