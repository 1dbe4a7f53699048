// ADD and SUB of int8 tensors, any primitive layer, with broadcasting, where a linear form is proved exact.
//
//   output = clamp((offset + left_factor * left + right_factor * right) >> shift)
//
// The reference rounds six times on the way, three of them scaled by 64-bit products. As a function of two
// bytes it has 65,536 values, and the compiler looks for factors that give every one of them; where it finds
// none, this kernel is not used.
//
// Registers: three pointers, an end, two factors, offset, shift and both limits: ten, so that Cortex-M0+
// reloads three. Cost, modeled Cortex-M4 cycles at -O2, equal shapes: 17 an element; as many on Cortex-M3.
#pragma once

#include <stdint.h>

#include "generic/broadcast.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

template <class Geometry, class Isa>
struct AddS8Linear {
  static constexpr bool accepts() { return Broadcast<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  static BURIN_ENTRY void run(const int8_t* left, const int8_t* right, int8_t* output, int32_t left_factor,
                              int32_t right_factor, int32_t offset, int32_t shift, int32_t lowest,
                              int32_t highest) {
    const Linear linear = {left_factor, right_factor, offset, shift, lowest, highest};
    Broadcast<Geometry>::run(left, right, output, linear);
  }
  static BURIN_ENTRY void run(const int8_t* left, const int8_t* right, const int32_t* axes, int8_t* output,
                              int32_t left_factor, int32_t right_factor, int32_t offset, int32_t shift,
                              int32_t lowest, int32_t highest) {
    const Linear linear = {left_factor, right_factor, offset, shift, lowest, highest};
    Broadcast<Geometry>::run(left, right, axes, output, linear);
  }

 private:
  struct Linear {
    int32_t left_factor;
    int32_t right_factor;
    int32_t offset;
    int32_t shift;
    int32_t lowest;
    int32_t highest;

    int8_t operator()(int8_t left, int8_t right) const {
      const int32_t sum = offset + left_factor * left + right_factor * right;
      return static_cast<int8_t>(Isa::clamp(sum >> shift, lowest, highest));
    }
  };
};

}  // namespace burin_kernels
