// ADD and SUB of int8 tensors of one shape, on cores with the DSP extension, where a linear form is proved
// exact.
//
// The reference scales both operands to a common 2^-20 fraction of the larger scale, rounds each twice, adds,
// and rounds twice again. As a function of the two bytes it is a table of 65,536 numbers. Here is instead
//
//   output = SSAT8((K + ((A * 256 * left) >> 16) + ((B * 256 * right) >> 16)) >> 20)
//
// with constants A, B, K that were compared with the reference for each of the 65,536 pairs when the stream
// was made; no stream is made where none was found. In about 19 of 20 cases the nearest constants are right,
// else some within a few units are; what remains are scales whose ratio makes many exact halves.
//
//   stream:  | A | B | K |     words
//
// An activation range narrower than int8 is applied to the finished output. The output may be either input.
// Measured: 6.25 modelled Cortex-M4 cycles an element, 22 instructions for four.
// Registers: see isa/arm_dsp_elementwise.hpp.
#pragma once

#include <stdint.h>

#include "isa/arm_dsp_elementwise.hpp"
#include "kernels/rows.hpp"

#ifdef BURIN_HOST
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "isa/generic.hpp"
#endif  // BURIN_HOST

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
  static void run(const int8_t* left, const int8_t* right, const uint32_t* stream, int8_t* output,
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

#ifdef BURIN_HOST
// Finds and proves streams.
class AddProver {
 public:
  // `quantization` as the portable kernel has it: the zero points of left, right and output; multiplier and
  // shift of left, right and output; the lowest and the highest output. sign is 1, or -1 for SUB.
  static std::optional<std::vector<uint32_t>> pack(std::span<const int32_t> quantization, int32_t sign,
                                                   bool round_once) {
    const std::span<const int32_t> q = quantization;
    const AddProver prover(q, sign, round_once);
    const double unit = 1 << 20;
    const double output = factor(q[7], q[8]) * unit;
    const double left = factor(q[3], q[4]) * output;
    const double right = sign * factor(q[5], q[6]) * output;
    const int64_t a = std::llround(left * unit * 256);
    const int64_t b = std::llround(right * unit * 256);
    // Nearest factors first, then those around them.
    for (int64_t distance = 0; distance <= 8; ++distance) {
      for (int64_t da = -distance; da <= distance; ++da) {
        for (int64_t db = -distance; db <= distance; ++db) {
          if (std::max(std::abs(da), std::abs(db)) != distance) continue;
          const std::optional<int64_t> k = prover.find_offset(a + da, b + db);
          if (!k) continue;
          return std::vector<uint32_t>{static_cast<uint32_t>(a + da), static_cast<uint32_t>(b + db),
                                       static_cast<uint32_t>(*k)};
        }
      }
    }
    return std::nullopt;
  }

 private:
  AddProver(std::span<const int32_t> q, int32_t sign, bool round_once) : lowest_(q[9]), highest_(q[10]) {
    std::array<int32_t, 256> left, right;
    for (int32_t i = 0; i < 256; ++i) {
      left[index(i)] = Generic::requantize((i - 128 - q[0]) * (1 << 20), q[3], q[4], round_once);
      right[index(i)] = sign * Generic::requantize((i - 128 - q[1]) * (1 << 20), q[5], q[6], round_once);
    }
    for (int32_t i = 0; i < 65536; ++i) {
      const int32_t sum = left[index(i / 256)] + right[index(i % 256)];
      reference_[index(i)] = static_cast<int8_t>(
          Generic::clamp(Generic::requantize(sum, q[7], q[8], round_once) + q[2], lowest_, highest_));
    }
  }

  static size_t index(int32_t i) { return static_cast<size_t>(i); }
  static double factor(int32_t multiplier, int32_t shift) { return std::ldexp(multiplier, shift - 31); }

  // Every pair leaves an interval of offsets that give its output; the middle of what all of them leave. The
  // clamp comes after the form, so at its ends any output beyond will do.
  std::optional<int64_t> find_offset(int64_t a, int64_t b) const {
    const int64_t limit = int64_t(1) << 31;
    // No sum may go beyond 32 bits, whatever the order.
    const int64_t reach = (std::abs(a) + std::abs(b)) / 2 + 2;
    if (std::abs(a) >= limit || std::abs(b) >= limit || reach >= limit) return std::nullopt;
    int64_t lowest = reach - limit;
    int64_t highest = limit - 1 - reach;
    for (int32_t i = 0; i < 65536 && lowest <= highest; ++i) {
      const int64_t sum = ((a * 256 * (i / 256 - 128)) >> 16) + ((b * 256 * (i % 256 - 128)) >> 16);
      const int64_t output = reference_[index(i)];
      if (output > lowest_) lowest = std::max(lowest, output * (1 << 20) - sum);
      if (output < highest_) highest = std::min(highest, (output + 1) * (1 << 20) - 1 - sum);
    }
    if (lowest > highest) return std::nullopt;
    return (lowest + highest) >> 1;
  }

  int32_t lowest_, highest_;
  std::array<int8_t, 65536> reference_;
};
#endif  // BURIN_HOST

}  // namespace burin_kernels
