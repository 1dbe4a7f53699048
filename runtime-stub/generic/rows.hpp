// Rows of a tensor [height][width][channels], of which only the latest `ring_rows` need to be stored.
//
// Row y lies at base + (y % ring_rows) * row_elements. Where ring_rows is 0 or the height the whole tensor is
// stored: rows are neighbors, and no modulo is computed.
#pragma once

#include <stdint.h>

namespace burin_kernels {

template <int32_t height, int32_t ring_rows, int32_t row_elements>
struct Rows {
  static constexpr int32_t stored() { return ring_rows == 0 ? height : ring_rows; }
  static constexpr bool whole() { return stored() == height; }
  // The first element of row y, 0 <= y < height.
  template <class T>
  static T* at(T* base, int32_t y) {
    return base + (whole() ? y : y % stored()) * row_elements;
  }
};

}  // namespace burin_kernels
