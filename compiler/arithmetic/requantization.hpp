// From the sums of a quantized layer to its int8 outputs: the definition, and what it is as a function.
//
// Requantization is a fixed-point multiplication, a rounding shift, a zero point and a clamp. As a function
// of the accumulator that is a monotone staircase of at most 255 steps, and the accumulators that a channel
// can reach follow from its constant weights. Two monotone functions are equal over a range of integers
// exactly when their steps lie at the same places. So whether a shorter instruction sequence gives the same
// int8 for every reachable accumulator is decided for each channel, and never assumed:
// arithmetic/requantization_form.hpp does it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tensor/quantization.hpp"

namespace burin {

// int8 output = clamp(round(accumulator * multiplier * 2^(shift - 31)) + zero_point, clamp_min, clamp_max).
// Rounding::tflm rounds twice: the high half of the product, then the right shift, halves away from zero;
// Rounding::litert rounds the whole product once, halves towards plus infinity.
// The multiplier is in [0, 2^31); the shift is in [-31, 30], and positive to the left; the clamp lies within
// [-128, 127].
struct Requantization {
  int32_t multiplier = 0;
  int shift = 0;
  int32_t zero_point = 0;
  int32_t clamp_min = -128;
  int32_t clamp_max = 127;

  bool operator==(const Requantization&) const = default;
};

// The accumulators that a channel can reach, both ends included.
struct AccumulatorRange {
  int64_t lowest = 0;
  int64_t highest = 0;

  bool operator==(const AccumulatorRange&) const = default;
};

// Returns the reachable values of bias + sum((weight - weights_zero_point) * (input - input_zero_point)) for
// inputs in [input_min, input_max]. The missing inputs of a padded layer count as the zero point, which the
// caller includes in the input's range then. Every value between the ends is taken as reachable, which can
// only make a proof harder.
AccumulatorRange accumulator_range(std::span<const int8_t> weights, int64_t bias, int32_t input_min,
                                   int32_t input_max, int32_t input_zero_point,
                                   int32_t weights_zero_point = 0);

// True if the fields lie in the intervals that Requantization states.
bool is_valid(const Requantization& requantization);

// The reference. Where the definition itself overflows 32 bits (is_defined_over tells) the result is that of
// wrapping arithmetic.
int32_t requantize(const Requantization& requantization, Rounding rounding, int32_t accumulator);

// True if the range is not empty, lies within int32, and no step of the reference overflows in it. Only then
// is the reference monotone, and only then can anything be proved about it.
bool is_defined_over(const Requantization& requantization, Rounding rounding, AccumulatorRange range);

// A non-decreasing integer function over a range. thresholds[i] is the smallest accumulator of the range
// whose output is at least first_output + 1 + i; the vector ends with the highest output. Two functions over
// one range are equal exactly when their staircases are.
struct Staircase {
  int32_t first_output = 0;
  std::vector<int64_t> thresholds;

  bool operator==(const Staircase&) const = default;
  int32_t last_output() const { return first_output + static_cast<int32_t>(thresholds.size()); }
};

// Finds the staircase of `function` by bisection, which evaluates it about log2(range) times a step. The
// function maps int32 to int32 and does not decrease over the range; the range is not empty and lies within
// int32.
template <class Function>
Staircase staircase(const Function& function, AccumulatorRange range) {
  struct Interval {
    int64_t low, high;  // neighbors of a bisection; the outputs at both ends are known
    int32_t low_output, high_output;
  };
  const auto at = [&](int64_t accumulator) { return function(static_cast<int32_t>(accumulator)); };
  Staircase result;
  result.first_output = at(range.lowest);
  std::vector<Interval> pending{{range.lowest, range.highest, result.first_output, at(range.highest)}};
  while (!pending.empty()) {
    const Interval interval = pending.back();
    pending.pop_back();
    if (interval.low_output >= interval.high_output) continue;
    if (interval.high - interval.low == 1) {
      result.thresholds.insert(result.thresholds.end(),
                               static_cast<size_t>(interval.high_output - interval.low_output),
                               interval.high);
      continue;
    }
    const int64_t middle = interval.low + (interval.high - interval.low) / 2;
    const int32_t output = at(middle);
    pending.push_back({middle, interval.high, output, interval.high_output});
    pending.push_back(
        {interval.low, middle, interval.low_output, output});  // on top: thresholds come in order
  }
  return result;
}

Staircase reference_staircase(const Requantization& requantization, Rounding rounding,
                              AccumulatorRange range);

}  // namespace burin
