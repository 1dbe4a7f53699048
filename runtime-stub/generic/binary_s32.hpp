// Arithmetic of two int32 tensors, element by element, with broadcasting. Results wrap; a division by 0 gives
// 0.
//
//   output = clamp(left o right, lowest, highest)
//
// Cost, modeled Cortex-M4 cycles at -O2, equal shapes: 9 an element.
// Registers: three pointers, an end, two operands, both limits.
#pragma once

#include <stdint.h>

#include "generic/broadcast.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

template <class Geometry, class Isa, class Arithmetic>
struct BinaryS32 {
  static constexpr bool accepts() { return Broadcast<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const int32_t* left, const int32_t* right, int32_t* output, int32_t lowest,
                              int32_t highest) {
    const Clamped clamped = {lowest, highest};
    Broadcast<Geometry>::run(left, right, output, clamped);
  }
  static BURIN_ENTRY void run(const int32_t* left, const int32_t* right, const int32_t* axes, int32_t* output,
                              int32_t lowest, int32_t highest) {
    const Clamped clamped = {lowest, highest};
    Broadcast<Geometry>::run(left, right, axes, output, clamped);
  }

 private:
  struct Clamped {
    int32_t lowest;
    int32_t highest;
    int32_t operator()(int32_t left, int32_t right) const {
      return Isa::clamp(Arithmetic::of(left, right), lowest, highest);
    }
  };
};

struct SumOfTwoS32 {
  static int32_t of(int32_t left, int32_t right) {
    return static_cast<int32_t>(static_cast<uint32_t>(left) + static_cast<uint32_t>(right));
  }
};
struct DifferenceOfTwoS32 {
  static int32_t of(int32_t left, int32_t right) {
    return static_cast<int32_t>(static_cast<uint32_t>(left) - static_cast<uint32_t>(right));
  }
};
struct ProductOfTwoS32 {
  static int32_t of(int32_t left, int32_t right) {
    return static_cast<int32_t>(static_cast<uint32_t>(left) * static_cast<uint32_t>(right));
  }
};
struct SquaredDifferenceOfTwoS32 {
  static int32_t of(int32_t left, int32_t right) {
    const int32_t difference = DifferenceOfTwoS32::of(left, right);
    return ProductOfTwoS32::of(difference, difference);
  }
};
// Towards zero.
struct QuotientOfTwoS32 {
  static int32_t of(int32_t left, int32_t right) {
    if (right == 0) return 0;
    return right == -1 ? DifferenceOfTwoS32::of(0, left) : left / right;
  }
};
// Towards minus infinity.
struct FloorQuotientOfTwoS32 {
  static int32_t of(int32_t left, int32_t right) {
    const int32_t quotient = QuotientOfTwoS32::of(left, right);
    if (right == 0 || right == -1) return quotient;
    return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient;
  }
};
// Of the sign of the right operand.
struct FloorRemainderOfTwoS32 {
  static int32_t of(int32_t left, int32_t right) {
    if (right == 0 || right == -1) return 0;
    const int32_t remainder = left % right;
    return remainder != 0 && (remainder < 0) != (right < 0) ? remainder + right : remainder;
  }
};

template <class Geometry, class Isa>
struct AddS32 : BinaryS32<Geometry, Isa, SumOfTwoS32> {};
template <class Geometry, class Isa>
struct SubtractS32 : BinaryS32<Geometry, Isa, DifferenceOfTwoS32> {};
template <class Geometry, class Isa>
struct MultiplyS32 : BinaryS32<Geometry, Isa, ProductOfTwoS32> {};
template <class Geometry, class Isa>
struct SquaredDifferenceS32 : BinaryS32<Geometry, Isa, SquaredDifferenceOfTwoS32> {};
template <class Geometry, class Isa>
struct DivideS32 : BinaryS32<Geometry, Isa, QuotientOfTwoS32> {};
template <class Geometry, class Isa>
struct FloorDivideS32 : BinaryS32<Geometry, Isa, FloorQuotientOfTwoS32> {};
template <class Geometry, class Isa>
struct FloorModuloS32 : BinaryS32<Geometry, Isa, FloorRemainderOfTwoS32> {};

}  // namespace burin_kernels
