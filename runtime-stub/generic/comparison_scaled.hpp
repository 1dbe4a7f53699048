// Relations of two int8 tensors of different quantization, with broadcasting: 1 where they hold, else 0. Both
// are brought to one scale first, in fixed point, where what is nearly equal becomes equal.
//
//   output = requantize((left - left_zero_point) * 2^8) o requantize((right - right_zero_point) * 2^8) ? 1 :
//   0
//
// `quantization` holds, for each operand, zero point, multiplier and shift.
//
// Registers: three pointers, an end, two triples of numbers. Cost, modeled Cortex-M4 cycles at -O2: 26 an
// element.
#pragma once

#include <stdint.h>

#include "generic/broadcast.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry, besides that of broadcasting: relation, as of Compare, 0 to 5; round_once.
template <class Geometry, class Isa>
struct CompareScaled {
  static constexpr bool accepts() {
    return Broadcast<Geometry>::accepts() && Geometry::relation >= 0 && Geometry::relation <= 5;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const int8_t* left, const int8_t* right, uint8_t* output,
                              const int32_t* quantization) {
    const Operation operation = {quantization};
    Broadcast<Geometry>::run(left, right, output, operation);
  }
  static BURIN_ENTRY void run(const int8_t* left, const int8_t* right, const int32_t* axes, uint8_t* output,
                              const int32_t* quantization) {
    const Operation operation = {quantization};
    Broadcast<Geometry>::run(left, right, axes, output, operation);
  }

 private:
  struct Operation {
    const int32_t* quantization;

    uint8_t operator()(int8_t left, int8_t right) const {
      const int32_t a = scaled(left, quantization);
      const int32_t b = scaled(right, quantization + 3);
      switch (static_cast<int32_t>(Geometry::relation)) {
        case 0:
          return a == b;
        case 1:
          return a != b;
        case 2:
          return a > b;
        case 3:
          return a >= b;
        case 4:
          return a < b;
        default:
          return a <= b;
      }
    }
    static int32_t scaled(int32_t element, const int32_t* q) {
      return Isa::requantize((element - q[0]) * 256, q[1], q[2], Geometry::round_once != 0);
    }
  };
};

}  // namespace burin_kernels
