// The primitive layer in portable C++: the definition of every primitive. Another layer derives from this one
// and overrides what its instructions do better, with exactly the same results.
//
// Right shifts of negative numbers are arithmetic on every compiler this is for, and by definition from C++20
// on.
#pragma once

#include <stdint.h>
#include <string.h>

// A function that all layers of a kernel have in common: made once, not once for each layer's numbers.
#if defined(__clang__)
#define BURIN_SHARED __attribute__((noinline))
#elif defined(__GNUC__)
#define BURIN_SHARED __attribute__((noinline, noclone))
#else
#define BURIN_SHARED
#endif

// What ID_invoke calls of a kernel. It is a function of its own, so that its need of stack is the same in
// every program.
#if defined(__GNUC__)
#define BURIN_ENTRY __attribute__((noinline))
#else
#define BURIN_ENTRY
#endif

// Where a call costs more than what is called, whatever the user optimizes for.
#if defined(__GNUC__)
#define BURIN_ALWAYS_INLINE inline __attribute__((always_inline))
#else
#define BURIN_ALWAYS_INLINE inline
#endif

// A function whose body is one block of assembly. The compiler must neither look into it nor copy it: it
// would find no instructions there, and conclude that no register is touched.
#if defined(__clang__)
#define BURIN_NAKED __attribute__((naked, noinline))
#elif defined(__GNUC__)
#define BURIN_NAKED __attribute__((naked, noipa))
#endif

namespace burin_kernels {

struct Generic {
  static int32_t minimum(int32_t a, int32_t b) { return a < b ? a : b; }
  static int32_t maximum(int32_t a, int32_t b) { return a > b ? a : b; }
  static int32_t clamp(int32_t value, int32_t lowest, int32_t highest) {
    return minimum(maximum(value, lowest), highest);
  }

  // a + b modulo 2^32: absurd scales leave 32 bits, and what is defined then is what processors do.
  static int32_t wrapping_sum(int32_t a, int32_t b) {
    return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
  }

  // start + sum of a[i] * b[i], i < count.
  static int32_t dot_s8(const int8_t* a, const int8_t* b, int32_t count, int32_t start) {
    for (int32_t i = 0; i < count; ++i) start += static_cast<int32_t>(a[i]) * b[i];
    return start;
  }

  // Copies bytes. Where both overlap, `to` does not lie above `from`.
  static void copy(void* to, const void* from, int32_t bytes) {
    memmove(to, from, static_cast<size_t>(bytes));
  }

  // round(a * b / 2^31), halves up; saturates where both are INT32_MIN.
  static int32_t doubling_high_multiply(int32_t a, int32_t b) {
    if (a == INT32_MIN && b == INT32_MIN) return INT32_MAX;
#if defined(__thumb__) && !defined(__thumb2__)
    // Cores without a long multiplication: four products of 16 bits, and the carry of the lower half.
    const uint32_t a_low = static_cast<uint32_t>(a) & 0xFFFFu;
    const uint32_t b_low = static_cast<uint32_t>(b) & 0xFFFFu;
    const int32_t a_high = a >> 16;
    const int32_t b_high = b >> 16;
    const int32_t cross_a = a_high * static_cast<int32_t>(b_low);
    const int32_t cross_b = b_high * static_cast<int32_t>(a_low);
    const uint32_t carry = (a_low * b_low >> 16) + (static_cast<uint32_t>(cross_a) & 0xFFFFu) +
                           (static_cast<uint32_t>(cross_b) & 0xFFFFu) + 0x4000u;
    return (a_high * b_high + (cross_a >> 16) + (cross_b >> 16)) * 2 + static_cast<int32_t>(carry >> 15);
#else
    return static_cast<int32_t>((static_cast<int64_t>(a) * b + (int64_t(1) << 30)) >> 31);
#endif
  }

  // floor(value * multiplier / 2^20); |value| < 2^21, multiplier >= 0, and the result fits 32 bits.
  static int32_t multiply_shift_20(int32_t value, int32_t multiplier) {
#if defined(__thumb__) && !defined(__thumb2__)
    const int32_t low = value * (multiplier & 0x3FF) >> 10;
    const int32_t middle = (value * (multiplier >> 10 & 0x3FF) + low) >> 10;
    return value * (multiplier >> 20) + middle;
#else
    return static_cast<int32_t>(static_cast<int64_t>(value) * multiplier >> 20);
#endif
  }

  // round(value / 2^exponent), halves away from zero; exponent in [0, 31].
  static int32_t rounding_divide(int32_t value, int32_t exponent) {
    const int32_t mask = static_cast<int32_t>((int64_t(1) << exponent) - 1);
    const int32_t remainder = value & mask;
    const int32_t threshold = (mask >> 1) + (value < 0 ? 1 : 0);
    return (value >> exponent) + (remainder > threshold ? 1 : 0);
  }

  // value * multiplier * 2^(shift - 31), rounded twice: the doubling high multiply, then the right shift. A
  // left shift wraps like the reference kernels' does.
  static int32_t requantize_twice(int32_t value, int32_t multiplier, int32_t shift) {
    const int32_t left = shift > 0 ? shift : 0;
    const int32_t right = shift > 0 ? 0 : -shift;
    const int32_t shifted = static_cast<int32_t>(static_cast<uint32_t>(value) << left);
    return rounding_divide(doubling_high_multiply(shifted, multiplier), right);
  }

  // The same where the multiplier is 2^30 or more and the shift not to the left, as nearly always: cheaper on
  // some cores.
  static int32_t requantize_right(int32_t value, int32_t multiplier, int32_t shift) {
    return requantize_twice(value, multiplier, shift);
  }

  // The same product rounded once, halves up.
  static int32_t requantize_once(int32_t value, int32_t multiplier, int32_t shift) {
    const int32_t total = 31 - shift;
    const int64_t product = static_cast<int64_t>(value) * multiplier;
    return static_cast<int32_t>((product + (int64_t(1) << (total - 1))) >> total);
  }

  static int32_t requantize(int32_t value, int32_t multiplier, int32_t shift, bool once) {
    return once ? requantize_once(value, multiplier, shift) : requantize_twice(value, multiplier, shift);
  }
};

}  // namespace burin_kernels
