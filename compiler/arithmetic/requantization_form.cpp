#include "arithmetic/requantization_form.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "arithmetic/integers.hpp"

namespace burin {
namespace {

constexpr int64_t s32_highest = std::numeric_limits<int32_t>::max();

// One demand on x(a) = C + floor(a' M / 2^q), where a' = (a - bias) << prescale. As C is an integer, the
// floor drops out:
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

// An integer C of the interval, the middle one: the farthest from every threshold.
std::optional<int64_t> middle_constant(const Interval& interval, int64_t one) {
  const int64_t lowest = ceiling_divide(interval.low, one);
  const int64_t highest = floor_divide(interval.high, one);
  if (lowest > highest) return std::nullopt;
  return lowest + (highest - lowest) / 2;
}

// For a fixed C, the middle of the feasible M within [0, 2^31), or nothing.
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

// multiplier * 2^(shift - 31) * 2^(product_shift - prescale + post_shift), rounded; nothing if it is not
// below 2^31.
std::optional<int64_t> nearest_multiplier(const Requantization& requantization,
                                          const RequantizationShape& shape) {
  const int exponent = requantization.shift - 31 + shape.product_shift - shape.prescale + shape.post_shift;
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

bool is_possible(const RequantizationShape& shape) {
  const bool high_half = shape.product_shift == 32;
  const bool parts = shape.product_shift >= 0 && shape.product_shift <= 30 && shape.product_shift % 2 == 0;
  return shape.clamp_min <= shape.clamp_max && (high_half || (parts && shape.prescale == 0)) &&
         shape.prescale >= 0 && shape.prescale <= 16 && shape.post_shift >= 0 && shape.post_shift <= 22;
}

int64_t scaled_accumulator(const RequantizationShape& shape, int64_t accumulator) {
  return (accumulator - shape.bias) * (int64_t{1} << shape.prescale);
}

// Nothing that a processor of 32 bits computes of the form for this accumulator leaves them.
bool stays_in_32_bits(const RequantizationForm& form, int64_t accumulator) {
  const int64_t scaled = scaled_accumulator(form.shape, accumulator);
  if (!fits_s32(scaled)) return false;
  const int product_shift = form.shape.product_shift;
  const int64_t product = (scaled * form.multiplier) >> product_shift;
  if (!fits_s32(product) || !fits_s32(form.constant + product)) return false;
  if (product_shift == 32) return true;
  const int64_t part = int64_t{1} << (product_shift / 2);  // above M1 and M0
  return fits_s32(scaled * part) && fits_s32(scaled * (form.multiplier >> product_shift));
}

}  // namespace

int32_t evaluate(const RequantizationForm& form, int32_t accumulator) {
  const int32_t scaled = wrap_to_s32(scaled_accumulator(form.shape, accumulator));
  const int64_t product = (int64_t{scaled} * form.multiplier) >> form.shape.product_shift;
  const int32_t sum = wrap_to_s32(form.constant + product);
  return std::clamp(sum >> form.shape.post_shift, form.shape.clamp_min, form.shape.clamp_max);
}

bool equals_reference(const RequantizationForm& form, const Requantization& requantization, Rounding rounding,
                      AccumulatorRange range) {
  if (!is_defined_over(requantization, rounding, range)) return false;
  if (form.multiplier < 0 || !is_possible(form.shape)) return false;
  // Without overflow at the ends there is none between them, and the form is monotone.
  if (!stays_in_32_bits(form, range.lowest) || !stays_in_32_bits(form, range.highest)) return false;
  const auto function = [&](int32_t accumulator) { return evaluate(form, accumulator); };
  return staircase(function, range) == reference_staircase(requantization, rounding, range);
}

std::optional<RequantizationForm> prove_form(const Requantization& requantization, Rounding rounding,
                                             AccumulatorRange range, const RequantizationShape& shape) {
  if (!is_possible(shape) || !is_defined_over(requantization, rounding, range)) return std::nullopt;
  const auto scaled = [&](int64_t accumulator) { return scaled_accumulator(shape, accumulator); };
  // In parts the sum may be smaller than its ends let fear: the proof below is exact about that.
  if (shape.product_shift == 32 && !(fits_s32(scaled(range.lowest)) && fits_s32(scaled(range.highest))))
    return std::nullopt;
  const Staircase reference = reference_staircase(requantization, rounding, range);
  const int64_t unit = int64_t{1} << shape.post_shift;
  RequantizationForm form{.shape = shape};
  if (reference.thresholds.empty()) {
    form.constant = static_cast<int32_t>(reference.first_output * unit);
    return form;
  }
  Demands demands{.one = int64_t{1} << shape.product_shift, .at_least = {}, .below = {}};
  for (size_t i = 0; i < reference.thresholds.size(); ++i) {
    const int64_t bound = (reference.first_output + 1 + static_cast<int64_t>(i)) * unit;
    demands.at_least.push_back({scaled(reference.thresholds[i]), bound});
    demands.below.push_back({scaled(reference.thresholds[i] - 1), bound});
  }
  // Beyond the first and the last output the form must not step again, unless the clamp holds it there.
  if (reference.first_output > shape.clamp_min)
    demands.at_least.push_back({scaled(range.lowest), reference.first_output * unit});
  if (reference.last_output() < shape.clamp_max)
    demands.below.push_back({scaled(range.highest), (reference.last_output() + int64_t{1}) * unit});
  const auto nearest = nearest_multiplier(requantization, shape);
  const auto constants = search_constants(demands, nearest.value_or(s32_highest));
  if (!constants || !fits_s32(constants->constant)) return std::nullopt;
  form.multiplier = static_cast<int32_t>(constants->multiplier);
  form.constant = static_cast<int32_t>(constants->constant);
  if (!equals_reference(form, requantization, rounding, range)) return std::nullopt;
  return form;
}

int widest_post_shift(double scale, double largest) {
  const int multiplier_bits = 11 - static_cast<int>(std::ceil(std::log2(scale + 1e-9)));
  const int result_bits = 30 - static_cast<int>(std::ceil(std::log2(largest + 256)));
  return std::min({22, result_bits, multiplier_bits});
}

}  // namespace burin
