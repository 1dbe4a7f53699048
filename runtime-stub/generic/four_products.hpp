// Sums of products of bytes for four outputs at a time, on any primitive layer: what the portable quantized
// kernels with weights have in common.
//
//   sum_k += (value - value_zero_point) * (factor_k - factor_zero_point)
//
//   four_of_one   four weights, one input that is loaded once for four products: CONV_2D, FULLY_CONNECTED
//   four_of_four  four weights, four inputs: DEPTHWISE_CONV_2D with as many outputs as inputs
//   four_of_some  four weights, each with an input at its own distance: DEPTHWISE_CONV_2D with more outputs
//   one_of_one    a weight, an input: what DEPTHWISE_CONV_2D has left over
//
// Weights, always int8, by output channels 0 1 2 3 4 ..., `length` of them an output:
//   in turn    | w0[0] w1[0] w2[0] w3[0] | w0[1] w1[1] w2[1] w3[1] | ... | w4[0] w5[0] ... |
//              the last block, and that of each group of a grouped convolution, may have fewer than four
//   in fours   | w0[0] w0[1] w0[2] w0[3] | w1[0] ... | w2[0] ... | w3[0] ... w3[3] | w0[4] ... |
//              for blocks of four outputs; what is left of a run after fours of inputs is in turn. A run is
//              what never is read in part: a row of a window of one column, else a tap
//   depthwise  [window_height][window_width][output_channels]
// all with three bytes behind them, as four are always read.
//
// Registers of the inner loops: four sums, two pointers, an end, one or two zero points, and the loaded
// values; eight on Cortex-M0+ hold that but for the last, which its upper half does. Cost, modeled cycles of
// FULLY_CONNECTED a product at -O2: 3.8 on Cortex-M3, 8.3 on Cortex-M0+.
#pragma once

#include <stdint.h>

#include "generic/primitives.hpp"

#ifdef BURIN_HOST
#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>
#endif  // BURIN_HOST

namespace burin_kernels {

// Products of `rows` rows of a window, each `length` taps, for `blocks` times four outputs: added to their
// sums.
struct FourProducts {
  const int8_t* values;  // or uint8_t
  const int8_t* factors;
  int32_t rows;
  int32_t length;
  int32_t value_row;  // to the next row
  int32_t factor_row;
  int32_t value_zero_point;
  int32_t factor_zero_point;
  int32_t factor_step;  // to the next tap of a row
  int32_t blocks;
  int32_t value_block;  // to the next block
  int32_t factor_block;
  int32_t* sums;
  int32_t value_step;    // all but four_of_one
  int32_t distances[3];  // four_of_some: from the input of output 0 to those of 1, 2, 3

  typedef void (*Function)(const FourProducts& work);
};

// Value: int8_t or uint8_t. `centered`: the weights' zero point is 0.
template <class Value, bool centered>
struct PortableFourProducts {
  static constexpr FourProducts::Function four_of_one(bool in_fours) {
    return in_fours ? one_input<true> : one_input<false>;
  }
  static constexpr FourProducts::Function four_of_four() { return four_inputs; }

  // Of one block.
  static BURIN_SHARED void four_of_some(const FourProducts& work) {
    Sums sums(work.sums);
    const int32_t distance_1 = work.distances[0];
    const int32_t distance_2 = work.distances[1];
    const int32_t distance_3 = work.distances[2];
    const int32_t value_zero_point = work.value_zero_point;
    const int32_t factor_zero_point = centered ? 0 : work.factor_zero_point;
    const Value* row = values_of(work);
    const int8_t* row_factors = work.factors;
    for (int32_t rows = work.rows; rows > 0; --rows) {
      const Value* value = row;
      const int8_t* factor = row_factors;
      for (int32_t left = work.length; left > 0; --left) {
        sums.sum_0 += (value[0] - value_zero_point) * (factor[0] - factor_zero_point);
        sums.sum_1 += (value[distance_1] - value_zero_point) * (factor[1] - factor_zero_point);
        sums.sum_2 += (value[distance_2] - value_zero_point) * (factor[2] - factor_zero_point);
        sums.sum_3 += (value[distance_3] - value_zero_point) * (factor[3] - factor_zero_point);
        value += work.value_step;
        factor += work.factor_step;
      }
      row += work.value_row;
      row_factors += work.factor_row;
    }
    sums.keep(work.sums);
  }

  // Of one output.
  static BURIN_SHARED void one_of_one(const FourProducts& work) {
    int32_t sum = work.sums[0];
    const int32_t value_zero_point = work.value_zero_point;
    const int32_t factor_zero_point = centered ? 0 : work.factor_zero_point;
    const Value* row = values_of(work);
    const int8_t* row_factors = work.factors;
    for (int32_t rows = work.rows; rows > 0; --rows) {
      const Value* value = row;
      const int8_t* factor = row_factors;
      for (int32_t left = work.length; left > 0; --left) {
        sum += (*value - value_zero_point) * (*factor - factor_zero_point);
        value += work.value_step;
        factor += work.factor_step;
      }
      row += work.value_row;
      row_factors += work.factor_row;
    }
    work.sums[0] = sum;
  }

 private:
  struct Sums {
    int32_t sum_0;
    int32_t sum_1;
    int32_t sum_2;
    int32_t sum_3;

    explicit Sums(const int32_t* from) : sum_0(from[0]), sum_1(from[1]), sum_2(from[2]), sum_3(from[3]) {}
    void keep(int32_t* to) const {
      to[0] = sum_0;
      to[1] = sum_1;
      to[2] = sum_2;
      to[3] = sum_3;
    }
  };

  static const Value* values_of(const FourProducts& work) {
    return reinterpret_cast<const Value*>(work.values);
  }

  static BURIN_SHARED void four_inputs(const FourProducts& work) {
    const int32_t value_zero_point = work.value_zero_point;
    const int32_t factor_zero_point = centered ? 0 : work.factor_zero_point;
    for (int32_t block = 0; block < work.blocks; ++block) {
      int32_t* const to = work.sums + 4 * block;
      Sums sums(to);
      const Value* row = values_of(work) + block * work.value_block;
      const int8_t* row_factors = work.factors + block * work.factor_block;
      for (int32_t rows = work.rows; rows > 0; --rows) {
        const Value* value = row;
        const int8_t* factor = row_factors;
        for (int32_t left = work.length; left > 0; --left) {
          sums.sum_0 += (value[0] - value_zero_point) * (factor[0] - factor_zero_point);
          sums.sum_1 += (value[1] - value_zero_point) * (factor[1] - factor_zero_point);
          sums.sum_2 += (value[2] - value_zero_point) * (factor[2] - factor_zero_point);
          sums.sum_3 += (value[3] - value_zero_point) * (factor[3] - factor_zero_point);
          value += work.value_step;
          factor += work.factor_step;
        }
        row += work.value_row;
        row_factors += work.factor_row;
      }
      sums.keep(to);
    }
  }

  template <bool in_fours>
  static BURIN_SHARED void one_input(const FourProducts& work) {
    const int32_t value_zero_point = work.value_zero_point;
    const int32_t factor_zero_point = centered ? 0 : work.factor_zero_point;
    const int32_t factor_step = work.factor_step;
    for (int32_t block = 0; block < work.blocks; ++block) {
      int32_t* const to = work.sums + 4 * block;
      Sums sums(to);
      const Value* row = values_of(work) + block * work.value_block;
      const int8_t* row_factors = work.factors + block * work.factor_block;
      for (int32_t rows = work.rows; rows > 0; --rows) {
        const Value* value = row;
        const Value* const end = row + work.length;
        const int8_t* factor = row_factors;
        if (in_fours && factor_step == 4) {
          for (; end - value >= 4; value += 4, factor += 16) {
            products(value[0] - value_zero_point, factor, 4, factor_zero_point, sums);
            products(value[1] - value_zero_point, factor + 1, 4, factor_zero_point, sums);
            products(value[2] - value_zero_point, factor + 2, 4, factor_zero_point, sums);
            products(value[3] - value_zero_point, factor + 3, 4, factor_zero_point, sums);
          }
        }
        for (; value != end; ++value, factor += factor_step)
          products(*value - value_zero_point, factor, 1, factor_zero_point, sums);
        row += work.value_row;
        row_factors += work.factor_row;
      }
      sums.keep(to);
    }
  }

  static BURIN_ALWAYS_INLINE void products(int32_t value, const int8_t* factor, int32_t distance,
                                           int32_t factor_zero_point, Sums& sums) {
    int32_t factor_0 = factor[0];
    int32_t factor_1 = factor[distance];
    int32_t factor_2 = factor[2 * distance];
    int32_t factor_3 = factor[3 * distance];
#if defined(__GNUC__) && defined(__ARM_ARCH) && __ARM_ARCH >= 7
    // Loads that follow each other take one cycle each, where there are registers for all of them.
    __asm__("" : "+r"(value), "+r"(factor_0), "+r"(factor_1), "+r"(factor_2), "+r"(factor_3));
#endif
    sums.sum_0 += value * (factor_0 - factor_zero_point);
    sums.sum_1 += value * (factor_1 - factor_zero_point);
    sums.sum_2 += value * (factor_2 - factor_zero_point);
    sums.sum_3 += value * (factor_3 - factor_zero_point);
  }
};

// Those of a primitive layer, which may have others.
template <class Isa, class Value, bool centered>
struct FourProductsOf : PortableFourProducts<Value, centered> {};

#ifdef BURIN_HOST
struct FourProductsPacker {
  // What may be read behind any weights.
  static constexpr size_t behind = 3;

  // From rows of weights, one an output channel. Blocks of four have them in fours, run by run, where
  // `in_fours`.
  static std::vector<int8_t> pack(std::span<const int8_t> rows, size_t channels, size_t groups, size_t run,
                                  bool in_fours) {
    const size_t length = rows.size() / channels;
    const size_t in_group = channels / groups;
    std::vector<int8_t> packed;
    packed.reserve(rows.size() + behind);
    for (size_t first = 0; first < channels;) {
      const size_t width = std::min<size_t>(4, in_group - first % in_group);
      for (size_t i = 0; i < length;) {
        const bool four = in_fours && width == 4 && run - i % run >= 4;
        const size_t step = four ? 4 : 1;
        for (size_t k = 0; k < width; ++k)
          for (size_t j = 0; j < step; ++j) packed.push_back(rows[(first + k) * length + i + j]);
        i += step;
      }
      first += width;
    }
    packed.resize(packed.size() + behind);
    return packed;
  }

  static std::vector<int8_t> as_they_are(std::span<const int8_t> weights) {
    std::vector<int8_t> packed(weights.begin(), weights.end());
    packed.resize(packed.size() + behind);
    return packed;
  }
};
#endif  // BURIN_HOST

}  // namespace burin_kernels
