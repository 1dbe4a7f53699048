#include "tensor/requantization.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

namespace burin {
namespace {

constexpr int64_t s32_lowest = std::numeric_limits<int32_t>::min();
constexpr int64_t s32_highest = std::numeric_limits<int32_t>::max();

bool fits_s32(int64_t value) {
  return value >= s32_lowest && value <= s32_highest;
}

int32_t wrap(int64_t value) {
  return static_cast<int32_t>(static_cast<uint32_t>(value));
}

int32_t clamp(int64_t value, int32_t low, int32_t high) {
  return static_cast<int32_t>(std::clamp<int64_t>(value, low, high));
}

// SSAT #8.
int64_t saturate_8(int64_t value) {
  return std::clamp<int64_t>(value, -128, 127);
}

// The high half of twice the product, rounded. The usual statement of it truncates towards zero after a nudge
// that depends on the sign; that is the same as this floor. It cannot saturate, as the multiplier is not
// negative.
int64_t rounding_doubling_high_multiply(int64_t value, int32_t multiplier) {
  return (value * multiplier + (int64_t{1} << 30)) >> 31;
}

// value / 2^exponent, halves away from zero; exponent in [0, 31].
int64_t rounding_divide_by_power_of_two(int64_t value, int exponent) {
  if (exponent == 0) return value;
  const int64_t half = int64_t{1} << (exponent - 1);
  return value < 0 ? -((-value + half) >> exponent) : (value + half) >> exponent;
}

int64_t multiply_twice_rounded(const Requantization& requantization, int32_t accumulator) {
  const int left = std::max(requantization.shift, 0);
  const int right = std::max(-requantization.shift, 0);
  const int32_t shifted = wrap(int64_t{accumulator} * (int64_t{1} << left));
  return rounding_divide_by_power_of_two(rounding_doubling_high_multiply(shifted, requantization.multiplier),
                                         right);
}

// Not yet narrowed to 32 bits.
int64_t multiply_once_rounded(const Requantization& requantization, int32_t accumulator) {
  const int total_shift = 31 - requantization.shift;
  const int64_t product = int64_t{accumulator} * requantization.multiplier;
  return (product + (int64_t{1} << (total_shift - 1))) >> total_shift;
}

// SMMLAR x, a, (int32)(2 m), a: computed modulo 2^64 as the processor does.
int32_t doubling_high_multiply_instruction(int32_t accumulator, int32_t multiplier) {
  const int32_t doubled = wrap(int64_t{2} * multiplier);
  const uint64_t addend = static_cast<uint64_t>(static_cast<uint32_t>(accumulator)) << 32;
  const uint64_t product = static_cast<uint64_t>(int64_t{accumulator} * doubled);
  return static_cast<int32_t>(static_cast<uint32_t>((addend + product + 0x80000000U) >> 32));
}

// ASRS x, r; ADC x, x, z; SSAT x, #8, x; then the clamp, which is a no-operation for the full int8 range.
int32_t finish_exact(const Requantization& requantization, int32_t value) {
  const int right = -requantization.shift;
  const int32_t carry = (value >> (right - 1)) & 1;
  const int32_t rounded = wrap(int64_t{value >> right} + requantization.zero_point + carry);
  return clamp(saturate_8(rounded), requantization.clamp_min, requantization.clamp_max);
}

// ---- search for the constants of the scaled form ----

// One demand on x(a) = C + floor(a' M / 2^q), where a' = a << prescale and q = 32, or a' = a. As C is an
// integer, the floor drops out:
//   at_least:  x(a) >= bound      <=>  C 2^q >= bound 2^q - a' M
//   below:     x(a) <= bound - 1  <=>  C 2^q <= bound 2^q - a' M - 1
struct Demand {
  int64_t scaled_accumulator;  // a'
  int64_t bound;
};

struct Demands {
  int64_t one = int64_t{1} << 32;  // 2^q
  std::vector<Demand> at_least;
  std::vector<Demand> below;
};

// Bounds of C 2^q. With |a'| <= 2^31, M < 2^31, |bound| <= 2^7 2^22 nothing here leaves 63 bits.
struct Interval {
  int64_t low = std::numeric_limits<int64_t>::min();
  int64_t high = std::numeric_limits<int64_t>::max();
};

Interval constant_interval(const Demands& demands, int64_t multiplier) {
  Interval result;
  for (const Demand& demand : demands.at_least)
    result.low = std::max(result.low, demand.bound * demands.one - demand.scaled_accumulator * multiplier);
  for (const Demand& demand : demands.below)
    result.high =
        std::min(result.high, demand.bound * demands.one - demand.scaled_accumulator * multiplier - 1);
  return result;
}

int64_t floor_divide(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return (value % divisor != 0 && (value < 0) != (divisor < 0)) ? quotient - 1 : quotient;
}

int64_t ceiling_divide(int64_t value, int64_t divisor) {
  const int64_t quotient = value / divisor;
  return (value % divisor != 0 && (value < 0) == (divisor < 0)) ? quotient + 1 : quotient;
}

// An integer C of the interval, the middle one: the farthest from every threshold.
std::optional<int64_t> middle_constant(const Interval& interval, int64_t one) {
  const int64_t lowest = ceiling_divide(interval.low, one);
  const int64_t highest = floor_divide(interval.high, one);
  if (lowest > highest) return std::nullopt;
  return lowest + (highest - lowest) / 2;
}

// For a fixed C, the interval of feasible M within [0, 2^31), or nothing.
std::optional<int64_t> middle_multiplier(const Demands& demands, int64_t constant) {
  int64_t low = 0;
  int64_t high = s32_highest;
  // a' M >= needed
  const auto demand_at_least = [&](int64_t scaled_accumulator, int64_t needed) {
    if (scaled_accumulator > 0) {
      low = std::max(low, ceiling_divide(needed, scaled_accumulator));
    } else if (scaled_accumulator < 0) {
      high = std::min(high, floor_divide(needed, scaled_accumulator));
    } else if (needed > 0) {
      high = -1;
    }
  };
  for (const Demand& demand : demands.at_least)
    demand_at_least(demand.scaled_accumulator, (demand.bound - constant) * demands.one);
  for (const Demand& demand : demands.below)
    demand_at_least(-demand.scaled_accumulator, 1 - (demand.bound - constant) * demands.one);
  if (low > high) return std::nullopt;
  return low + (high - low) / 2;
}

struct Constants {
  int64_t multiplier;
  int64_t constant;
};

std::optional<Constants> search_constants(const Demands& demands, int64_t nearest_multiplier) {
  if (const auto constant = middle_constant(constant_interval(demands, nearest_multiplier), demands.one))
    return Constants{nearest_multiplier, *constant};

  // The interval's width is a concave function of M (a minimum of linear functions less a maximum of such),
  // so bisect on its slope.
  const auto widens = [&](int64_t multiplier) {
    const Interval here = constant_interval(demands, multiplier);
    const Interval next = constant_interval(demands, multiplier + 1);
    return next.high - here.high > next.low - here.low;
  };
  int64_t low = 0;
  int64_t high = s32_highest;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (widens(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  const Interval interval = constant_interval(demands, low);
  if (const auto constant = middle_constant(interval, demands.one)) return Constants{low, *constant};

  // C steps are coarser than M steps, so the convex set may hold integer points that lie off the widest M.
  const int64_t center = floor_divide(interval.low / 2 + interval.high / 2, demands.one);
  for (const int64_t constant : {center, center + 1, center - 1}) {
    if (std::abs(constant) > (int64_t{1} << 30)) continue;  // keeps (bound - C) 2^32 within 63 bits
    if (const auto multiplier = middle_multiplier(demands, constant)) return Constants{*multiplier, constant};
  }
  return std::nullopt;
}

// multiplier * 2^(shift - 31) * 2^(32 - prescale + post_shift), rounded; nothing if it is not below 2^31.
std::optional<int64_t> nearest_scaled_multiplier(const Requantization& requantization, int prescale,
                                                 int post_shift) {
  const int exponent = requantization.shift + 1 - prescale + post_shift;
  int64_t result = requantization.multiplier;
  if (exponent > 31) return std::nullopt;
  if (exponent >= 0) {
    result <<= exponent;
  } else {
    result = exponent < -40 ? 0 : (result + (int64_t{1} << (-exponent - 1))) >> -exponent;
  }
  if (result > s32_highest) return std::nullopt;
  return result;
}

ScaledForm constant_form(int32_t value, int prescale, int post_shift) {
  ScaledForm form;
  form.constant = value * (int32_t{1} << post_shift);
  form.prescale = prescale;
  form.post_shift = post_shift;
  return form;
}

struct ScaledAttempt {
  std::optional<ScaledForm> form;
  const char* obstacle = "";  // why there is no form: the end of a sentence
};

ScaledAttempt attempt_scaled(const Requantization& requantization, Rounding rounding, AccumulatorRange range,
                             int prescale, int post_shift) {
  if (prescale < 0 || prescale > 16 || post_shift < 0 || post_shift > 22)
    return {std::nullopt, "the shifts are outside what the instructions can do"};
  if (!is_defined_over(requantization, rounding, range))
    return {std::nullopt, "the reference itself may overflow 32 bits"};
  const int64_t scale = int64_t{1} << prescale;
  if (!fits_s32(range.lowest * scale) || !fits_s32(range.highest * scale))
    return {std::nullopt, "the accumulator shifted left may overflow 32 bits"};
  const int64_t unit = int64_t{1} << post_shift;

  const Staircase reference = reference_staircase(requantization, rounding, range);
  ScaledForm form;
  form.prescale = prescale;
  form.post_shift = post_shift;
  if (reference.thresholds.empty()) {
    return {constant_form(reference.first_output, prescale, post_shift), ""};
  }
  const auto nearest = nearest_scaled_multiplier(requantization, prescale, post_shift);

  Demands demands;
  for (size_t i = 0; i < reference.thresholds.size(); ++i) {
    const int64_t bound = (reference.first_output + 1 + static_cast<int64_t>(i)) * unit;
    demands.at_least.push_back({reference.thresholds[i] * scale, bound});
    demands.below.push_back({(reference.thresholds[i] - 1) * scale, bound});
  }
  // Beyond the first and the last output the form must not step again, unless SSAT or the clamp holds it
  // there. First without the clamp; with it, only the outputs strictly inside it are demanded.
  const bool clamp_is_narrow = requantization.clamp_min > -128 || requantization.clamp_max < 127;
  for (const bool with_clamp : {false, true}) {
    if (with_clamp && !clamp_is_narrow) break;
    form.clamp_min = with_clamp ? requantization.clamp_min : -128;
    form.clamp_max = with_clamp ? requantization.clamp_max : 127;
    Demands all = demands;
    if (reference.first_output > form.clamp_min)
      all.at_least.push_back({range.lowest * scale, reference.first_output * unit});
    if (reference.last_output() < form.clamp_max)
      all.below.push_back({range.highest * scale, (reference.last_output() + int64_t{1}) * unit});
    const auto constants = search_constants(all, nearest.value_or(s32_highest));
    if (!constants || !fits_s32(constants->constant)) continue;
    form.multiplier = static_cast<int32_t>(constants->multiplier);
    form.constant = static_cast<int32_t>(constants->constant);
    if (equals_reference(form, requantization, rounding, range)) return {form, ""};
  }
  if (!nearest) return {std::nullopt, "its multiplier does not fit 31 bits"};
  return {std::nullopt, "no multiplier and constant put every step where the reference has it"};
}

int64_t evaluate_unclamped(const ProductForm& form, int64_t accumulator) {
  return form.constant +
         floor_divide((accumulator - form.bias) * form.multiplier, int64_t{1} << form.product_shift);
}

// Nothing that a processor of 32 bits computes of the form for this accumulator leaves them.
bool stays_in_32_bits(const ProductForm& form, int64_t accumulator) {
  const int64_t sum = accumulator - form.bias;
  const int64_t part = int64_t{1} << (form.product_shift / 2);  // above M1 and M0
  return fits_s32(sum * part) && fits_s32(sum * (form.multiplier >> form.product_shift)) &&
         fits_s32(floor_divide(sum * form.multiplier, int64_t{1} << form.product_shift)) &&
         fits_s32(evaluate_unclamped(form, accumulator));
}

// With the widest shift whose multiplier still fits: the multiplier as it stands.
ScaledAttempt attempt_scaled_shift(const Requantization& requantization, Rounding rounding,
                                   AccumulatorRange range) {
  return attempt_scaled(requantization, rounding, range, 0, -requantization.shift - 1);
}

// A monotone function is constant if its ends agree. A multiplier of zero ends here too.
std::optional<int32_t> constant_output(const Requantization& requantization, Rounding rounding,
                                       AccumulatorRange range) {
  if (!is_defined_over(requantization, rounding, range)) return std::nullopt;
  const int32_t lowest = requantize(requantization, rounding, static_cast<int32_t>(range.lowest));
  const int32_t highest = requantize(requantization, rounding, static_cast<int32_t>(range.highest));
  if (lowest != highest) return std::nullopt;
  return lowest;
}

// What SSAT alone, without the clamp, would have to saturate to.
Requantization without_clamp(Requantization requantization) {
  requantization.clamp_min = -128;
  requantization.clamp_max = 127;
  return requantization;
}

const char* obstacle_to_exact(Rounding rounding) {
  return rounding == Rounding::tflm ? "the multiplier is below 2^30 or the shift is not to the right"
                                    : "that form rounds twice";
}

bool clamp_matters(const Requantization& requantization, Rounding rounding, AccumulatorRange range) {
  const Requantization open = without_clamp(requantization);
  if (open == requantization) return false;
  if (!is_defined_over(requantization, rounding, range)) return true;
  // A clamp acts first at the ends of the range.
  for (const int64_t accumulator : {range.lowest, range.highest}) {
    const auto value = static_cast<int32_t>(accumulator);
    if (requantize(open, rounding, value) != requantize(requantization, rounding, value)) return true;
  }
  return false;
}

}  // namespace

AccumulatorRange accumulator_range(std::span<const int8_t> weights, int64_t bias, int32_t input_min,
                                   int32_t input_max, int32_t input_zero_point, int32_t weights_zero_point) {
  const int64_t low = int64_t{input_min} - input_zero_point;
  const int64_t high = int64_t{input_max} - input_zero_point;
  AccumulatorRange range{bias, bias};
  for (const int8_t stored : weights) {
    const int64_t weight = int64_t{stored} - weights_zero_point;
    range.lowest += weight * (weight < 0 ? high : low);
    range.highest += weight * (weight < 0 ? low : high);
  }
  return range;
}

bool is_valid(const Requantization& requantization) {
  return requantization.multiplier >= 0 && requantization.shift >= -31 && requantization.shift <= 30 &&
         requantization.zero_point >= -128 && requantization.zero_point <= 127 &&
         requantization.clamp_min >= -128 && requantization.clamp_max <= 127 &&
         requantization.clamp_min <= requantization.clamp_max;
}

int32_t requantize(const Requantization& requantization, Rounding rounding, int32_t accumulator) {
  const int64_t scaled = rounding == Rounding::tflm
                             ? multiply_twice_rounded(requantization, accumulator)
                             : int64_t{wrap(multiply_once_rounded(requantization, accumulator))};
  return clamp(scaled + requantization.zero_point, requantization.clamp_min, requantization.clamp_max);
}

bool is_defined_over(const Requantization& requantization, Rounding rounding, AccumulatorRange range) {
  if (!is_valid(requantization) || range.lowest > range.highest) return false;
  for (const int64_t end : {range.lowest, range.highest}) {
    if (!fits_s32(end)) return false;
    if (rounding == Rounding::tflm) {
      if (!fits_s32(end * (int64_t{1} << std::max(requantization.shift, 0)))) return false;
    } else {
      if (!fits_s32(multiply_once_rounded(requantization, static_cast<int32_t>(end)))) return false;
    }
  }
  return true;
}

Staircase reference_staircase(const Requantization& requantization, Rounding rounding,
                              AccumulatorRange range) {
  return staircase([&](int32_t accumulator) { return requantize(requantization, rounding, accumulator); },
                   range);
}

bool can_be_exact(const Requantization& requantization, Rounding rounding) {
  return is_valid(requantization) && rounding == Rounding::tflm && requantization.shift <= -1 &&
         requantization.multiplier >= (int32_t{1} << 30);
}

int32_t evaluate_exact(const Requantization& requantization, int32_t accumulator) {
  const int32_t product = doubling_high_multiply_instruction(accumulator, requantization.multiplier);
  return finish_exact(requantization, wrap(int64_t{product} + (product >> 31)));
}

int32_t evaluate_exact_relu(const Requantization& requantization, int32_t accumulator) {
  return finish_exact(requantization,
                      doubling_high_multiply_instruction(accumulator, requantization.multiplier));
}

bool prove_exact_relu(const Requantization& requantization, Rounding rounding, AccumulatorRange range) {
  if (!is_defined_over(requantization, rounding, range)) return false;
  // The form's own arithmetic, which does not depend on the rounding to be matched.
  if (!can_be_exact(requantization, Rounding::tflm)) return false;
  const auto form = [&](int32_t accumulator) { return evaluate_exact_relu(requantization, accumulator); };
  return staircase(form, range) == reference_staircase(requantization, rounding, range);
}

int32_t evaluate(const ScaledForm& form, int32_t accumulator) {
  const int32_t shifted = wrap(int64_t{accumulator} * (int64_t{1} << form.prescale));
  const int64_t product = int64_t{shifted} * form.multiplier;
  const int32_t sum = wrap(form.constant + (product >> 32));
  return clamp(saturate_8(sum >> form.post_shift), form.clamp_min, form.clamp_max);
}

bool equals_reference(const ScaledForm& form, const Requantization& requantization, Rounding rounding,
                      AccumulatorRange range) {
  if (!is_defined_over(requantization, rounding, range)) return false;
  if (form.multiplier < 0 || form.prescale < 0 || form.prescale > 31 || form.post_shift < 0 ||
      form.post_shift > 31)
    return false;
  // Without overflow at the ends there is none between them, and the form is monotone.
  for (const int64_t end : {range.lowest, range.highest}) {
    const int64_t shifted = end * (int64_t{1} << form.prescale);
    if (!fits_s32(shifted)) return false;
    if (!fits_s32(form.constant + ((shifted * form.multiplier) >> 32))) return false;
  }
  const auto function = [&](int32_t accumulator) { return evaluate(form, accumulator); };
  return staircase(function, range) == reference_staircase(requantization, rounding, range);
}

int32_t evaluate(const ProductForm& form, int32_t accumulator) {
  return clamp(evaluate_unclamped(form, accumulator) >> form.post_shift, form.clamp_min, form.clamp_max);
}

bool equals_reference(const ProductForm& form, const Requantization& requantization, Rounding rounding,
                      AccumulatorRange range) {
  if (!is_defined_over(requantization, rounding, range)) return false;
  if (form.multiplier < 0 || form.product_shift < 0 || form.product_shift > 30 ||
      form.product_shift % 2 != 0 || form.post_shift < 0 || form.post_shift > 30)
    return false;
  // What fits at the ends fits between them; a sum of zero computes nothing but the constant.
  if (!stays_in_32_bits(form, range.lowest) || !stays_in_32_bits(form, range.highest)) return false;
  const auto function = [&](int32_t accumulator) { return evaluate(form, accumulator); };
  return staircase(function, range) == reference_staircase(requantization, rounding, range);
}

std::optional<ProductForm> prove_product(const Requantization& requantization, Rounding rounding,
                                         AccumulatorRange range, int32_t bias, int product_shift,
                                         int post_shift) {
  if (product_shift < 0 || product_shift > 30 || product_shift % 2 != 0 || post_shift < 0 || post_shift > 22)
    return std::nullopt;
  if (!is_defined_over(requantization, rounding, range)) return std::nullopt;
  const Staircase reference = reference_staircase(requantization, rounding, range);
  ProductForm form{.bias = bias,
                   .product_shift = product_shift,
                   .post_shift = post_shift,
                   .clamp_min = requantization.clamp_min,
                   .clamp_max = requantization.clamp_max};
  const int64_t unit = int64_t{1} << post_shift;
  if (reference.thresholds.empty()) {
    form.constant = static_cast<int32_t>(reference.first_output * unit);
    return form;
  }
  Demands demands{.one = int64_t{1} << product_shift, .at_least = {}, .below = {}};
  for (size_t i = 0; i < reference.thresholds.size(); ++i) {
    const int64_t bound = (reference.first_output + 1 + static_cast<int64_t>(i)) * unit;
    demands.at_least.push_back({reference.thresholds[i] - bias, bound});
    demands.below.push_back({reference.thresholds[i] - 1 - bias, bound});
  }
  if (reference.first_output > form.clamp_min)
    demands.at_least.push_back({range.lowest - bias, reference.first_output * unit});
  if (reference.last_output() < form.clamp_max)
    demands.below.push_back({range.highest - bias, (reference.last_output() + int64_t{1}) * unit});
  const auto nearest = nearest_scaled_multiplier(requantization, 32 - product_shift, post_shift);
  const auto constants = search_constants(demands, nearest.value_or(s32_highest));
  if (!constants || !fits_s32(constants->constant)) return std::nullopt;
  form.multiplier = static_cast<int32_t>(constants->multiplier);
  form.constant = static_cast<int32_t>(constants->constant);
  if (!equals_reference(form, requantization, rounding, range)) return std::nullopt;
  return form;
}

std::optional<ScaledForm> prove_scaled(const Requantization& requantization, Rounding rounding,
                                       AccumulatorRange range, int prescale, int post_shift) {
  return attempt_scaled(requantization, rounding, range, prescale, post_shift).form;
}

const char* name(RequantizationForm form) {
  switch (form) {
    case RequantizationForm::constant:
      return "constant";
    case RequantizationForm::scaled:
      return "scaled";
    case RequantizationForm::scaled_shift:
      return "scaled_shift";
    case RequantizationForm::exact_relu:
      return "exact_relu";
    case RequantizationForm::exact:
      return "exact";
    case RequantizationForm::reference:
      break;
  }
  return "reference";
}

RequantizationChoice choose_requantization(const Requantization& requantization, Rounding rounding,
                                           AccumulatorRange range, int prescale, int post_shift) {
  RequantizationChoice choice;
  if (const auto value = constant_output(requantization, rounding, range)) {
    choice.form = RequantizationForm::constant;
    choice.constant_output = *value;
    return choice;
  }
  const bool defined = is_defined_over(requantization, rounding, range);

  const ScaledAttempt scaled = attempt_scaled(requantization, rounding, range, prescale, post_shift);
  if (scaled.form) {
    choice.form = RequantizationForm::scaled;
    choice.scaled = *scaled.form;
    choice.needs_clamp = scaled.form->needs_clamp();
    return choice;
  }
  choice.reason = std::string("not scaled: ") + scaled.obstacle;

  const ScaledAttempt shifted = attempt_scaled_shift(requantization, rounding, range);
  if (shifted.form) {
    choice.form = RequantizationForm::scaled_shift;
    choice.scaled = *shifted.form;
    choice.needs_clamp = shifted.form->needs_clamp();
    return choice;
  }
  if (defined) choice.reason += std::string("; nor with a shift of its own: ") + shifted.obstacle;

  choice.needs_clamp = clamp_matters(requantization, rounding, range);
  if (prove_exact_relu(requantization, rounding, range)) {
    choice.form = RequantizationForm::exact_relu;
    return choice;
  }
  if (can_be_exact(requantization, rounding)) {
    choice.form = RequantizationForm::exact;
    if (defined) choice.reason += "; not exact_relu: a negative half is reachable and not clamped away";
    return choice;
  }
  choice.form = RequantizationForm::reference;
  choice.reason += std::string("; not exact: ") + obstacle_to_exact(rounding);
  return choice;
}

LayerRequantization choose_requantization(std::span<const RequantizationChannel> channels, Rounding rounding,
                                          int prescale) {
  LayerRequantization layer;
  std::vector<size_t> varying;  // channels that are not constant, the one that failed last in front
  for (const RequantizationChannel& channel : channels) {
    layer.constant.push_back(constant_output(channel.requantization, rounding, channel.range));
    if (!layer.constant.back()) varying.push_back(layer.constant.size() - 1);
  }
  if (varying.empty()) {
    layer.form = RequantizationForm::constant;
    return layer;
  }

  const char* obstacle = "";
  size_t failed = 0;
  // Fills layer.scaled by `attempt` for every varying channel, or names the first that cannot be.
  const auto all_scaled = [&](const auto& attempt, int constants_post_shift) {
    layer.scaled.assign(channels.size(), ScaledForm{});
    layer.needs_clamp = false;
    for (size_t i = 0; i < channels.size(); ++i)
      if (layer.constant[i])
        layer.scaled[i] = constant_form(*layer.constant[i], prescale, constants_post_shift);
    for (size_t& channel : varying) {
      const ScaledAttempt result = attempt(channels[channel]);
      if (!result.form) {
        obstacle = result.obstacle;
        failed = channel;
        std::swap(channel, varying.front());
        return false;
      }
      layer.scaled[channel] = *result.form;
      layer.needs_clamp = layer.needs_clamp || result.form->needs_clamp();
    }
    return true;
  };

  for (const int post_shift : {12, 13, 11, 14, 10, 15, 9, 16, 8, 17, 18, 7, 19, 6, 20, 21, 22}) {
    const auto attempt = [&](const RequantizationChannel& channel) {
      return attempt_scaled(channel.requantization, rounding, channel.range, prescale, post_shift);
    };
    if (all_scaled(attempt, post_shift)) {
      layer.form = RequantizationForm::scaled;
      layer.post_shift = post_shift;
      layer.reason.clear();
      return layer;
    }
    if (layer.reason.empty())
      layer.reason = "not scaled (channel " + std::to_string(failed) + ": " + obstacle + ")";
  }
  const auto attempt = [&](const RequantizationChannel& channel) {
    return attempt_scaled_shift(channel.requantization, rounding, channel.range);
  };
  if (all_scaled(attempt, 0)) {
    for (ScaledForm& form : layer.scaled) form.prescale = 0;
    layer.form = RequantizationForm::scaled_shift;
    return layer;
  }
  layer.reason += "; not scaled_shift (channel " + std::to_string(failed) + ": " + obstacle + ")";
  layer.scaled.clear();

  layer.needs_clamp = std::any_of(varying.begin(), varying.end(), [&](size_t channel) {
    return clamp_matters(channels[channel].requantization, rounding, channels[channel].range);
  });
  const auto first_without = [&](const auto& property) {
    return std::find_if(varying.begin(), varying.end(), [&](size_t i) { return !property(channels[i]); });
  };
  const auto not_relu = first_without([&](const RequantizationChannel& channel) {
    return prove_exact_relu(channel.requantization, rounding, channel.range);
  });
  if (not_relu == varying.end()) {
    layer.form = RequantizationForm::exact_relu;
    return layer;
  }
  layer.reason += "; not exact_relu (channel " + std::to_string(*not_relu) +
                  ": a negative half is reachable and not clamped away)";
  const auto not_exact = first_without(
      [&](const RequantizationChannel& channel) { return can_be_exact(channel.requantization, rounding); });
  if (not_exact == varying.end()) {
    layer.form = RequantizationForm::exact;
    return layer;
  }
  layer.form = RequantizationForm::reference;
  layer.reason +=
      "; not exact (channel " + std::to_string(*not_exact) + ": " + obstacle_to_exact(rounding) + ")";
  return layer;
}

ConstantChannel constant_channel(int32_t value, int32_t zero_point) {
  // 4 d * 2^30 / 2^31 / 2 = d, without a remainder that could be rounded.
  ConstantChannel channel;
  channel.requantization.multiplier = int32_t{1} << 30;
  channel.requantization.shift = -1;
  channel.requantization.zero_point = zero_point;
  channel.accumulator = 4 * (value - zero_point);
  return channel;
}

}  // namespace burin
