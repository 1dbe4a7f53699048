// ADD and SUB of quantized tensors, 8 or 16 bits, with broadcasting, any primitive layer.
//
//   output = clamp(zero point + scale(scale(left << bits) +- scale(right << bits)))
//
// bits = 20 for elements of 8 bits, 15 for 16; each scale is a requantization. `quantization` holds, in this
// order: the zero points of left, right and output; multiplier and shift of left, right and output; the
// lowest and the highest output. Geometry: shifts_right, where Isa::requantize_right can do all three.
//
// Cost, modeled Cortex-M4 cycles at -O2, equal shapes: 29 an element; 51 on Cortex-M3.
// Registers: three pointers, an end, and of the ten numbers of quantization as many as there are left; the
// others are loaded again.
#pragma once

#include <stdint.h>

#include "generic/broadcast.hpp"
#include "generic/primitives.hpp"

namespace burin_kernels {

template <class Geometry, class Isa, int32_t sign>
struct SumQuantized {
  static constexpr bool accepts() { return Broadcast<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Element>
  static BURIN_ENTRY void run(const Element* left, const Element* right, Element* output,
                              const int32_t* quantization) {
    Broadcast<Geometry>::run(left, right, output, Operation<Element>{quantization});
  }
  template <class Element>
  static BURIN_ENTRY void run(const Element* left, const Element* right, const int32_t* axes, Element* output,
                              const int32_t* quantization) {
    Broadcast<Geometry>::run(left, right, axes, output, Operation<Element>{quantization});
  }

 private:
  template <class Element>
  struct Operation {
    const int32_t* quantization;

    Element operator()(Element left, Element right) const {
      const int32_t* q = quantization;
      const int32_t unit = int32_t(1) << (sizeof(Element) == 1 ? 20 : 15);
      const int32_t a = scale((left - q[0]) * unit, q + 3);
      const int32_t b = scale((right - q[1]) * unit, q + 5);
      return static_cast<Element>(
          Isa::clamp(Isa::wrapping_sum(scale(a + sign * b, q + 7), q[2]), q[9], q[10]));
    }
    static int32_t scale(int32_t value, const int32_t* factor) {
      return Geometry::shifts_right != 0
                 ? Isa::requantize_right(value, factor[0], factor[1])
                 : Isa::requantize(value, factor[0], factor[1], Geometry::round_once != 0);
    }
  };
};

template <class Geometry, class Isa>
struct AddQuantized : SumQuantized<Geometry, Isa, 1> {};
template <class Geometry, class Isa>
struct SubtractQuantized : SumQuantized<Geometry, Isa, -1> {};

}  // namespace burin_kernels
