// Cheaper requantisation, with proof.
//
// A quantised layer turns a 32-bit accumulator into int8 by a fixed-point multiplication, a rounding shift, a
// zero point and a clamp. As a function of the accumulator that is a monotone staircase of at most 255 steps,
// and the accumulators a channel can reach follow from its constant weights. Two monotone functions are equal
// over a range of integers exactly when their steps lie at the same places, so "this shorter instruction
// sequence gives the same int8" is decided here per channel, for every reachable accumulator, and never
// assumed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tensor/quantization.hpp"

namespace burin {

// int8 output = clamp(round(accumulator * multiplier * 2^(shift - 31)) + zero_point, clamp_min, clamp_max).
// Rounding::tflm rounds twice: the high half of the product, then the right shift, half away from zero;
// Rounding::litert rounds the whole product once, half towards plus infinity.
// multiplier is in [0, 2^31); shift is in [-31, 30], positive is to the left; the clamp lies within [-128,
// 127].
struct Requantization {
  int32_t multiplier = 0;
  int shift = 0;
  int32_t zero_point = 0;
  int32_t clamp_min = -128;
  int32_t clamp_max = 127;

  bool operator==(const Requantization&) const = default;
};

// The accumulators a channel can reach, both ends included.
struct AccumulatorRange {
  int64_t lowest = 0;
  int64_t highest = 0;

  bool operator==(const AccumulatorRange&) const = default;
};

// The reachable values of bias + sum((weight - weights_zero_point) * (input - input_zero_point)) for inputs
// in [input_min, input_max]. A padded layer's missing inputs count as the zero point, so the caller includes
// that in the input's range then. Every value between the ends is assumed reachable, which can only make a
// proof harder.
AccumulatorRange accumulator_range(std::span<const int8_t> weights, int64_t bias, int32_t input_min,
                                   int32_t input_max, int32_t input_zero_point,
                                   int32_t weights_zero_point = 0);

// True if the fields lie in the intervals that Requantization states.
bool is_valid(const Requantization& requantization);

// The reference: what every form below must equal. Where the definition itself overflows 32 bits (see
// is_defined_over) the result is that of wrapping arithmetic.
int32_t requantize(const Requantization& requantization, Rounding rounding, int32_t accumulator);

// True if the range is not empty, lies within int32, and no step of the reference overflows in it: only then
// is the reference monotone, and only then does any proof here succeed.
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

// The staircase of `function` (int32 -> int32, non-decreasing over the range; the range is not empty and
// within int32) by bisection: it evaluates the function about log2(range) times a step.
template <class Function>
Staircase staircase(const Function& function, AccumulatorRange range) {
  struct Interval {
    int64_t low, high;  // neighbours of a bisection; the outputs at both ends are known
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

// ---- forms ----
// The functions below are models, instruction by instruction, of what a DSP-extension kernel executes.
// Each ends in SSAT #8; where the clamp is narrower than int8, and reached, two compare-and-move pairs
// follow.

// Form "exact" (5 instructions). Equals the double rounding for every int32 accumulator if can_be_exact:
//   SMMLAR x, a, (int32)(2 m), a   x = (2^32 a + a (2 m - 2^32) + 2^31) >> 32 = (a m + 2^30) >> 31; m >= 2^30
//                                  makes 2 m wrap, which the addend undoes; |x| <= 2^31 - 1, as m <= 2^31 - 1
//   ADD    x, x, x, ASR #31        one less if negative: halves go away from zero; cannot overflow, see |x|
//   ASRS   x, r                    r = -shift in [1, 31]; the carry is the last bit shifted out
//   ADC    x, x, z                 rounds by the carry and adds the zero point (SBC x, x, #(-z-1) if z < 0)
//   SSAT   x, #8, x
bool can_be_exact(const Requantization& requantization, Rounding rounding);
int32_t evaluate_exact(const Requantization& requantization, int32_t accumulator);

// Form "exact_relu" (4 instructions): "exact" without the ADD, thus with negative halves rounded up. Right
// where the outputs below the zero point are clamped away, or where no reachable accumulator hits a negative
// half.
int32_t evaluate_exact_relu(const Requantization& requantization, int32_t accumulator);
bool prove_exact_relu(const Requantization& requantization, Rounding rounding, AccumulatorRange range);

// Form "scaled" (2 instructions where the shift is an immediate and the accumulator arrives shifted; 3 with
// the shift in a register):
//   SMMLA  x, a << prescale, M, C   x = C + (((a << prescale) * M) >> 32)
//   SSAT   y, #8, x, ASR #post_shift
// with C holding the zero point, the rounding and whatever of the double rounding can be held by a constant.
struct ScaledForm {
  int32_t multiplier = 0;  // M
  int32_t constant = 0;    // C
  int prescale = 0;
  int post_shift = 0;
  int32_t clamp_min = -128;  // applied after SSAT; [-128, 127] means SSAT is all that is needed
  int32_t clamp_max = 127;

  bool needs_clamp() const { return clamp_min > -128 || clamp_max < 127; }
  bool operator==(const ScaledForm&) const = default;
};

int32_t evaluate(const ScaledForm& form, int32_t accumulator);

// The proof proper: true only if the form equals the reference for every accumulator of the range and nothing
// in it overflows. Fails for a form that is off by one at a single accumulator.
bool equals_reference(const ScaledForm& form, const Requantization& requantization, Rounding rounding,
                      AccumulatorRange range);

// A proven form with the given shifts (prescale in [0, 16], post_shift in [0, 22]), or nothing if there is
// none. M nearest to the real multiplier is tried first. For an M, the feasible C form an interval that the
// thresholds give directly; if it is empty for the nearest M, the (M, C) plane is searched: each threshold
// cuts it by two half planes, so the feasible set is convex.
std::optional<ScaledForm> prove_scaled(const Requantization& requantization, Rounding rounding,
                                       AccumulatorRange range, int prescale, int post_shift);

// Form "product", for processors without a long multiplication, and with constants that hold the bias:
//   x = C + floor(s M / 2^q)     s = accumulator - bias
//   y = clamp(x >> post_shift)
// which 32 bits are enough for, where q = 2 p and M = 2^q M2 + 2^p M1 + M0:
//   x = C + s M2 + ((s M1 + ((s M0) >> p)) >> p)
struct ProductForm {
  int32_t multiplier = 0;  // M
  int32_t constant = 0;    // C
  int32_t bias = 0;
  int product_shift = 0;  // q, even
  int post_shift = 0;
  int32_t clamp_min = -128;
  int32_t clamp_max = 127;

  bool operator==(const ProductForm&) const = default;
};

int32_t evaluate(const ProductForm& form, int32_t accumulator);

// The proof, as for ScaledForm.
bool equals_reference(const ProductForm& form, const Requantization& requantization, Rounding rounding,
                      AccumulatorRange range);

// A proven form with the given shifts (product_shift even and in [0, 30], post_shift in [0, 22]), or nothing.
// The range is that of the accumulator, the bias included.
std::optional<ProductForm> prove_product(const Requantization& requantization, Rounding rounding,
                                         AccumulatorRange range, int32_t bias, int product_shift,
                                         int post_shift);

// ---- choice ----

enum class RequantizationForm {
  constant,      // the channel's output never varies: nothing to compute
  scaled,        // 2 instructions, shift common to the layer
  scaled_shift,  // 3 instructions, no prescale, shift of the channel's own
  exact_relu,    // 4 instructions
  exact,         // 5 instructions
  reference,     // the definition, in 64-bit arithmetic
};

const char* name(RequantizationForm form);

struct RequantizationChoice {
  RequantizationForm form = RequantizationForm::reference;
  int32_t constant_output = 0;  // form constant: the int8 value
  ScaledForm scaled;            // forms scaled and scaled_shift
  bool needs_clamp = false;     // SSAT alone does not clamp as asked
  std::string reason;  // one sentence: why the cheaper forms would be wrong; empty if none is cheaper
};

// The cheapest form that is proven equal to the reference over the range, where `scaled` uses the given
// shifts.
RequantizationChoice choose_requantization(const Requantization& requantization, Rounding rounding,
                                           AccumulatorRange range, int prescale, int post_shift);

// One channel of a layer.
struct RequantizationChannel {
  Requantization requantization;
  AccumulatorRange range;
};

// What all channels of a layer can share: kernels hold one instruction sequence, and only numbers vary.
struct LayerRequantization {
  RequantizationForm form = RequantizationForm::reference;  // constant if every channel is
  int post_shift = 0;                                       // form scaled: common to all channels
  std::vector<ScaledForm> scaled;                           // forms scaled and scaled_shift: one a channel
  bool needs_clamp = false;                                 // some channel needs more than SSAT
  std::vector<std::optional<int32_t>> constant;             // one a channel: its output if that never varies
  std::string reason;  // one sentence: what kept the layer from a cheaper form
};

// The cheapest form proven for all channels that are not constant. Channels known constant hold in form
// scaled as M = 0. The exact forms are wrong for a zero multiplier, so there the caller must take a constant
// channel out, or make it constant_channel(value, zero_point). post_shift is chosen: 12 if that serves, else
// the nearest that does.
LayerRequantization choose_requantization(std::span<const RequantizationChannel> channels, Rounding rounding,
                                          int prescale);

// Numbers by which the exact forms give `value` for an accumulator that is always `accumulator` (that is:
// zero weights, and this bias).
struct ConstantChannel {
  Requantization requantization;
  int32_t accumulator = 0;
};
ConstantChannel constant_channel(int32_t value, int32_t zero_point);

}  // namespace burin
