// Comparing what was computed with what ought to be.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tensor/dtype.hpp"

namespace burin {

struct Comparison {
  uint64_t elements = 0;
  uint64_t different = 0;
  uint64_t strange =
      0;  // of the different ones: not a number, or infinite, on one side only, or of another sign
  double largest = 0;  // difference of two finite elements: quantization steps, or real for float32
};

// float32 may differ by this much of the largest finite magnitude that is expected; integers not at all.
constexpr double float_tolerance = 1e-5;

// Compares elements of a type, as many as both sides have. Two that are not a number are equal, and so are
// two infinities of one sign: an infinity beside anything else differs, and says nothing about other
// elements.
Comparison compare(DType dtype, const std::vector<uint8_t>& expected, const std::vector<uint8_t>& actual);

// "3 of 64 elements differ from the reference, by up to 0.5"; `what` is "the reference".
std::string sentence_of(const Comparison& comparison, const std::string& what);

}  // namespace burin
