#include "arithmetic/requantization_form.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <random>

using namespace burin;

namespace {

constexpr int64_t lowest_s32 = std::numeric_limits<int32_t>::min();
constexpr int64_t highest_s32 = std::numeric_limits<int32_t>::max();

// The two definitions once more, in the words of the fixed-point literature: a nudge by sign, a division that
// truncates, a remainder compared with a threshold. Written apart from the code under test.
int32_t by_definition(const Requantization& q, Rounding rounding, int64_t accumulator) {
  int64_t value = 0;
  if (rounding == Rounding::tflm) {
    const int64_t product = (accumulator << std::max(q.shift, 0)) * q.multiplier;
    const int64_t nudge = product >= 0 ? (1LL << 30) : 1 - (1LL << 30);
    const int64_t high = (product + nudge) / (1LL << 31);
    const int right = std::max(-q.shift, 0);
    const int64_t mask = (int64_t{1} << right) - 1;
    const int64_t remainder = high & mask;
    const int64_t threshold = (mask >> 1) + (high < 0 ? 1 : 0);
    value = (high >> right) + (remainder > threshold ? 1 : 0);
  } else {
    const int total = 31 - q.shift;
    value = (accumulator * q.multiplier + (1LL << (total - 1))) >> total;
  }
  return static_cast<int32_t>(std::clamp<int64_t>(value + q.zero_point, q.clamp_min, q.clamp_max));
}

// The two products that kernels have: the high half, and parts shifted by 20 bits.
std::optional<RequantizationForm> prove_scaled(const Requantization& q, Rounding rounding,
                                               AccumulatorRange range, int prescale, int post_shift) {
  return prove_form(q, rounding, range, {.prescale = prescale, .post_shift = post_shift});
}
std::optional<RequantizationForm> prove_product(const Requantization& q, Rounding rounding,
                                                AccumulatorRange range, int32_t bias, int post_shift) {
  return prove_form(q, rounding, range,
                    {.product_shift = 20,
                     .post_shift = post_shift,
                     .bias = bias,
                     .clamp_min = q.clamp_min,
                     .clamp_max = q.clamp_max});
}

Requantization make(int32_t multiplier, int shift, int32_t zero_point, int32_t low = -128,
                    int32_t high = 127) {
  return Requantization{multiplier, shift, zero_point, low, high};
}

bool same_everywhere(const RequantizationForm& form, const Requantization& q, Rounding rounding,
                     AccumulatorRange range) {
  for (int64_t a = range.lowest; a <= range.highest; ++a)
    if (evaluate(form, static_cast<int32_t>(a)) != by_definition(q, rounding, a)) return false;
  return true;
}

std::vector<int32_t> adversarial_multipliers() {
  return {1 << 30,    (1 << 30) + 1,  0x5fffffff, 0x60000000,       0x60000001,
          1518500250, 2147483647 - 1, 2147483647, (1 << 30) + 12345};
}

struct RandomChannel {
  Requantization q;
  AccumulatorRange range;
};

RandomChannel random_channel(std::mt19937& random, bool relu) {
  const auto pick = [&](int64_t low, int64_t high) {
    return low + static_cast<int64_t>(random() % static_cast<uint64_t>(high - low + 1));
  };
  RandomChannel channel;
  channel.q.multiplier = static_cast<int32_t>((1 << 30) + random() % (1U << 30));
  channel.q.shift = static_cast<int>(pick(-13, -5));
  channel.q.zero_point = relu ? -128 : static_cast<int32_t>(pick(-128, 127));
  // From a fraction of the int8 range to several times it.
  const int64_t reach = (pick(16, 1024) << -channel.q.shift);
  channel.range.lowest = -pick(1, reach);
  channel.range.highest = pick(1, reach);
  return channel;
}

}  // namespace

TEST_CASE("requantize is the definition") {
  std::mt19937 random(1);
  for (const Rounding rounding : {Rounding::tflm, Rounding::litert}) {
    for (const int32_t multiplier : adversarial_multipliers()) {
      for (int shift = -31; shift <= 3; ++shift) {
        for (int i = 0; i < 200; ++i) {
          // Small ones, where ties are, and large ones; within what a left shift allows.
          int64_t a = static_cast<int32_t>(random()) >> (random() % 31);
          a >>= std::max(shift, 0) + 1;
          const Requantization q = make(multiplier, shift, static_cast<int32_t>(random() % 256) - 128);
          REQUIRE(requantize(q, rounding, static_cast<int32_t>(a)) == by_definition(q, rounding, a));
        }
      }
    }
  }
  // The asymmetry about zero: +0.5 and -0.5 round away under tflm, both up under litert.
  const Requantization half = make(1 << 30, -1, 0);  // a / 4
  CHECK(requantize(half, Rounding::tflm, 2) == 1);
  CHECK(requantize(half, Rounding::tflm, -2) == -1);
  CHECK(requantize(half, Rounding::litert, 2) == 1);
  CHECK(requantize(half, Rounding::litert, -2) == 0);
}

TEST_CASE("the accumulator range is reached and not left") {
  const std::vector<int8_t> weights = {3, -128, 0, 127, -1};
  for (const int weights_zero_point : {0, 2, -128, 127}) {
    const AccumulatorRange range = accumulator_range(weights, 1000, -128, 127, 10, weights_zero_point);
    int64_t lowest = highest_s32;
    int64_t highest = lowest_s32;
    for (int corner = 0; corner < 32; ++corner) {
      int64_t sum = 1000;
      for (int i = 0; i < 5; ++i)
        sum += (weights[static_cast<size_t>(i)] - weights_zero_point) * ((corner >> i & 1 ? 127 : -128) - 10);
      lowest = std::min(lowest, sum);
      highest = std::max(highest, sum);
    }
    CHECK(range == AccumulatorRange{lowest, highest});
  }
  CHECK(accumulator_range({}, -7, -128, 127, 0) == AccumulatorRange{-7, -7});
}

TEST_CASE("a staircase has a threshold for each step, several where a step is high") {
  const auto function = [](int32_t a) { return a < -3 ? -10 : a < 5 ? -9 : a < 6 ? -6 : 100; };
  const Staircase result = staircase(function, {-100, 5});
  CHECK(result.first_output == -10);
  CHECK(result.thresholds == std::vector<int64_t>{-3, 5, 5, 5});
  CHECK(result.last_output() == -6);
  CHECK(staircase(function, {-2, 4}).thresholds.empty());
  CHECK(staircase([](int32_t a) { return a < 0 ? 0 : 1; }, {lowest_s32, highest_s32}).thresholds ==
        std::vector<int64_t>{0});
  CHECK_FALSE(staircase(function, {-100, 5}) == staircase([](int32_t) { return -10; }, {-100, 5}));
}

TEST_CASE("a scaled form that is proven is right for every accumulator", "[slow]") {
  std::mt19937 random(4);
  for (const Rounding rounding : {Rounding::tflm, Rounding::litert}) {
    int proven = 0;
    for (int i = 0; i < 300; ++i) {
      const RandomChannel channel = random_channel(random, rounding == Rounding::tflm);
      const auto form = prove_scaled(channel.q, rounding, channel.range, 8, 12);
      if (!form) continue;
      ++proven;
      REQUIRE(same_everywhere(*form, channel.q, rounding, channel.range));
    }
    CHECK(proven > 200);
  }
}

TEST_CASE("a hundred thousand channels, sampled where outputs step", "[slow]") {
  std::mt19937 random(5);
  int proven = 0;
  for (int i = 0; i < 100000; ++i) {
    const RandomChannel channel = random_channel(random, true);
    const auto form = prove_scaled(channel.q, Rounding::tflm, channel.range, 8, 12);
    if (!form) continue;
    ++proven;
    for (int k = 0; k < 20; ++k) {
      const int64_t span = channel.range.highest - channel.range.lowest + 1;
      const int64_t a = channel.range.lowest + static_cast<int64_t>(random() % static_cast<uint64_t>(span));
      for (const int64_t near : {a - 1, a, a + 1}) {
        if (near < channel.range.lowest || near > channel.range.highest) continue;
        if (evaluate(*form, static_cast<int32_t>(near)) != by_definition(channel.q, Rounding::tflm, near))
          FAIL("channel " << i << " differs at " << near);
      }
    }
  }
  CHECK(proven > 60000);
}

TEST_CASE("the scaled search is complete on small problems") {
  // Few bits, so that all (M, C) can be tried: prove_scaled finds a form if and only if there is one.
  std::mt19937 random(6);
  int possible = 0;
  int impossible = 0;
  for (int i = 0; i < 300; ++i) {
    const int post_shift = static_cast<int>(random() % 3);
    Requantization q =
        make(static_cast<int32_t>((1 << 30) + random() % (1U << 30)), -static_cast<int>(1 + random() % 3),
             static_cast<int32_t>(random() % 7) - 3, -4, 3);
    const AccumulatorRange range{-static_cast<int64_t>(random() % 12), static_cast<int64_t>(random() % 12)};
    // With prescale 0, M 2^(-32 - post_shift) is at most a half of a step at post_shift 0: the whole 31 bits
    // are needed, but the high nine decide for accumulators this small.
    const RequantizationShape shape{.post_shift = post_shift, .clamp_min = -4, .clamp_max = 3};
    bool found = false;
    for (int64_t m = 0; m < 512 && !found; ++m) {
      for (int32_t c = -48; c < 48 && !found; ++c) {
        const RequantizationForm form{shape, static_cast<int32_t>(m << 22), c};
        found = equals_reference(form, q, Rounding::tflm, range);
      }
    }
    const auto form = prove_form(q, Rounding::tflm, range, shape);
    if (found) REQUIRE(form);
    if (form) REQUIRE(same_everywhere(*form, q, Rounding::tflm, range));
    (form ? possible : impossible)++;
  }
  CHECK(possible > 20);
  CHECK(impossible > 20);
}

TEST_CASE("a product form that is proven is right for every accumulator, in 32 bits", "[slow]") {
  std::mt19937 random(23);
  int proven = 0;
  for (const Rounding rounding : {Rounding::tflm, Rounding::litert}) {
    for (int i = 0; i < 60; ++i) {
      const RandomChannel channel = random_channel(random, i % 2 == 0);
      const auto bias = static_cast<int32_t>(random() % 4001) - 2000;
      const auto form = prove_product(channel.q, rounding, channel.range, bias, 14);
      if (!form) continue;
      ++proven;
      for (int64_t a = channel.range.lowest; a <= channel.range.highest; ++a) {
        const int32_t expected = by_definition(channel.q, rounding, a);
        if (evaluate(*form, static_cast<int32_t>(a)) != expected) FAIL("accumulator " << a);
        // As a processor without a long multiplication computes it; in 64 bits, to see what leaves 32.
        const int64_t sum = a - bias;
        const int64_t low = (sum * (form->multiplier & 1023)) >> 10;
        const int64_t middle = sum * ((form->multiplier >> 10) & 1023) + low;
        const int64_t value = sum * (form->multiplier >> 20) + (middle >> 10) + form->constant;
        const bool fits = std::abs(sum * 1023) <= highest_s32 && std::abs(middle) <= highest_s32 &&
                          std::abs(value) <= highest_s32;
        if (!fits || std::clamp<int64_t>(value >> 14, channel.q.clamp_min, channel.q.clamp_max) != expected)
          FAIL("accumulator " << a << " in 32 bits");
      }
    }
  }
  CHECK(proven > 40);
  // Sums of 2^21 leave the middle product's 32 bits.
  const Requantization q = make(1 << 30, -14, 0);
  CHECK(prove_product(q, Rounding::litert, {-2000000, 2000000}, 0, 14).has_value());
  CHECK_FALSE(prove_product(q, Rounding::litert, {-2200000, 2200000}, 0, 14).has_value());
}

TEST_CASE("a tampered form is rejected") {
  const Requantization q = make(1518500250, -7, -128);
  const AccumulatorRange range{-40000, 60000};
  const auto form = prove_scaled(q, Rounding::tflm, range, 8, 12);
  REQUIRE(form);
  REQUIRE(equals_reference(*form, q, Rounding::tflm, range));
  // Move one constant at a time as far as it takes; the proof must agree with brute force at every distance.
  int rejected = 0;
  for (int32_t distance = 1; distance <= 1 << 20; distance *= 2) {
    for (const int32_t change : {distance, -distance}) {
      RequantizationForm multiplier = *form;
      multiplier.multiplier += change;
      RequantizationForm constant = *form;
      constant.constant += change;
      for (const RequantizationForm& tampered : {multiplier, constant}) {
        const bool equal = same_everywhere(tampered, q, Rounding::tflm, range);
        REQUIRE(equals_reference(tampered, q, Rounding::tflm, range) == equal);
        rejected += equal ? 0 : 1;
      }
    }
  }
  CHECK(rejected > 40);
  RequantizationForm shifted = *form;
  shifted.shape.post_shift -= 1;
  CHECK_FALSE(equals_reference(shifted, q, Rounding::tflm, range));
  // The same form over a range whose prescaled ends overflow.
  CHECK_FALSE(equals_reference(*form, q, Rounding::tflm, {-40000, int64_t{1} << 23}));
  CHECK_FALSE(prove_scaled(q, Rounding::tflm, {-40000, int64_t{1} << 23}, 8, 12));
  CHECK(prove_scaled(q, Rounding::tflm, {-40000, (int64_t{1} << 23) - 1}, 8, 12));
}

TEST_CASE("an off-by-one at a single accumulator is noticed") {
  // One side of zero only: reachable as soon as the range takes in the first negative half.
  const Requantization q = make(1 << 30, -1, 0);  // a / 4: halves at 4 k + 2
  CHECK(prove_scaled(q, Rounding::tflm, {-1, 400}, 8, 8));
  CHECK_FALSE(prove_scaled(q, Rounding::tflm, {-300, 400}, 8, 8));
  CHECK(prove_scaled(q, Rounding::litert, {-300, 400}, 8, 8));
}

TEST_CASE("a range in which the reference overflows proves nothing") {
  const Requantization left = make(1 << 30, 3, 0);
  CHECK(is_defined_over(left, Rounding::tflm, {-(1 << 28), (1 << 28) - 1}));
  CHECK_FALSE(is_defined_over(left, Rounding::tflm, {0, 1 << 28}));
  CHECK_FALSE(prove_scaled(left, Rounding::tflm, {0, 1 << 28}, 0, 12));
  CHECK_FALSE(is_defined_over(make(1 << 30, -1, 0), Rounding::tflm, {0, highest_s32 + 1}));
  CHECK_FALSE(is_defined_over(make(1 << 30, -1, 0), Rounding::tflm, {1, 0}));
  CHECK_FALSE(is_defined_over(make(2147483647, 2, 0), Rounding::litert, {0, 1 << 30}));
}

TEST_CASE("a clamp narrower than int8 is part of the proof") {
  const Requantization q = make(1518500250, -7, -100, -100, 90);
  const AccumulatorRange reached{-40000, 60000};
  RequantizationShape shape{.prescale = 8, .post_shift = 12};
  CHECK_FALSE(prove_form(q, Rounding::tflm, reached, shape));
  // Where the clamp is never reached, saturation to int8 suffices.
  const AccumulatorRange inside{200, 20000};
  const auto free = prove_form(q, Rounding::tflm, inside, shape);
  REQUIRE(free);
  CHECK(same_everywhere(*free, q, Rounding::tflm, inside));
  shape.clamp_min = -100;
  shape.clamp_max = 90;
  const auto clamped = prove_form(q, Rounding::tflm, reached, shape);
  REQUIRE(clamped);
  CHECK(same_everywhere(*clamped, q, Rounding::tflm, reached));
}

TEST_CASE("shapes that no kernel has are refused") {
  const AccumulatorRange range{-100, 100};
  for (const Requantization& q :
       {make(-1, -5, 0), make(1 << 30, -32, 0), make(1 << 30, 31, 0), make(1 << 30, -5, 128),
        make(1 << 30, -5, 0, -129, 127), make(1 << 30, -5, 0, -128, 128), make(1 << 30, -5, 0, 1, 0)}) {
    CHECK_FALSE(is_valid(q));
    CHECK_FALSE(prove_scaled(q, Rounding::tflm, range, 8, 12));
  }
  const Requantization good = make(1 << 30, -5, 0);
  CHECK_FALSE(prove_scaled(good, Rounding::litert, range, -1, 12));
  CHECK_FALSE(prove_scaled(good, Rounding::litert, range, 8, 23));
  CHECK(prove_form(good, Rounding::litert, range, {.product_shift = 20, .post_shift = 12}));
  CHECK_FALSE(prove_form(good, Rounding::litert, range, {.product_shift = 21, .post_shift = 12}));
  CHECK_FALSE(
      prove_form(good, Rounding::litert, range, {.prescale = 8, .product_shift = 20, .post_shift = 12}));
  CHECK_FALSE(prove_form(good, Rounding::litert, range, {.post_shift = 12, .clamp_min = 3, .clamp_max = 2}));
}
