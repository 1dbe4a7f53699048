// Cuts a tensor into parts along one axis: SPLIT, SPLIT_V and UNPACK.
//
//   part[outer][i] = input[outer][offset of the part + i]
//
// Registers: two pointers and a count, around Isa::copy. Cost, modeled Cortex-M4 cycles at -O2: 0.8 a byte
// in long pieces; in pieces of 8 bytes 5.8.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: outer, the number of slices in front of the axis. Of each slice every part gets so many bytes in
// a row. The first part may lie where it is.
template <class Geometry, class Isa>
struct Separate {
  static constexpr bool accepts() { return Geometry::outer > 0; }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class... Parts>
  static BURIN_ENTRY void run(const void* input, Parts... parts) {
    const uint8_t* from = static_cast<const uint8_t*>(input);
    for (int32_t slice = 0; slice < Geometry::outer; ++slice) from = copied(from, slice, parts...);
  }

 private:
  static const uint8_t* copied(const uint8_t* from, int32_t) { return from; }
  template <class... Parts>
  static const uint8_t* copied(const uint8_t* from, int32_t slice, void* part, int32_t bytes,
                               Parts... parts) {
    uint8_t* to = static_cast<uint8_t*>(part) + slice * bytes;
    if (from != to) Isa::copy(to, from, bytes);
    return copied(from + bytes, slice, parts...);
  }
};

}  // namespace burin_kernels
