// ADD and SUB of int8 tensors of one shape, on cores with the DSP extension, where a linear form is proved
// exact.
//
// The reference scales both operands to a common 2^-20 fraction of the larger scale, rounds each twice, adds,
// and rounds twice again. As a function of the two bytes it is a table of 65,536 numbers. Here is instead
//
//   output = SSAT8((K + ((A * 256 * left) >> 16) + ((B * 256 * right) >> 16)) >> 20)
//
// with constants A, B, K that were compared with the reference for each of the 65,536 pairs when the stream
// was made; no stream is made where none was found.
//
//   stream:  | A | B | K |     words
//
// An activation range narrower than int8 is applied to the finished output. The output may be either input.
// Measured: 6.25 modeled Cortex-M4 cycles an element, 22 instructions for four.
// Registers: see arm_dsp/elementwise.hpp.
#pragma once

#include <stdint.h>

#include "arm_dsp/elementwise.hpp"
#include "generic/rows.hpp"

namespace burin_kernels {

// Geometry: rows, row_elements, left_ring_rows, right_ring_rows, output_ring_rows, activation_min,
// activation_max.
template <class Geometry, class Isa>
struct AddS8Proved {
  typedef Geometry G;
  typedef Rows<G::rows, G::left_ring_rows, G::row_elements> LeftRows;
  typedef Rows<G::rows, G::right_ring_rows, G::row_elements> RightRows;
  typedef Rows<G::rows, G::output_ring_rows, G::row_elements> OutputRows;

  static constexpr bool accepts() {
    return G::rows > 0 && G::row_elements > 0 && G::activation_min <= G::activation_max;
  }
  static constexpr int32_t scratch_bytes() { return 0; }

#ifndef BURIN_HOST
  // Rows [row_begin, row_end).
  static BURIN_ENTRY void run(const int8_t* left, const int8_t* right, const uint32_t* stream, int8_t* output,
                              int32_t row_begin, int32_t row_end) {
    const bool whole = LeftRows::whole() && RightRows::whole() && OutputRows::whole();
    const int32_t step = whole ? row_end - row_begin : 1;
    ArmDspSum sum;
    sum.count = step * G::row_elements;
    sum.left_factor = static_cast<int32_t>(stream[0]);
    sum.right_factor = static_cast<int32_t>(stream[1]);
    sum.offset = static_cast<int32_t>(stream[2]);
    for (int32_t row = row_begin; row < row_end; row += step) {
      sum.left = LeftRows::at(left, row);
      sum.right = RightRows::at(right, row);
      sum.output = OutputRows::at(output, row);
      ArmDspElementwise::add(&sum);
      if (G::activation_min > -128 || G::activation_max < 127) {
        ArmDspElementwise::clamp(sum.output, sum.count,
                                 static_cast<uint32_t>(G::activation_min & 0xff) * 0x01010101u,
                                 static_cast<uint32_t>(G::activation_max & 0xff) * 0x01010101u);
      }
    }
  }
#endif  // !BURIN_HOST
};

}  // namespace burin_kernels
