// SUM, REDUCE_MAX, REDUCE_MIN and REDUCE_PROD over any dimensions. `axes` are pairs of extent and stride in
// elements: of the kept dimensions, outermost first, then of the reduced ones.
//
//   output[kept] = sum, max, min or product over the reduced axes of input[kept][reduced]
//
// Registers: a pointer, its stride, a count, the result so far; positions on the outer axes lie on the stack.
// Cost, modeled Cortex-M4 cycles at -O2, rows of 16: 9 an element read, a sum of int8 10, of float32 7.
#pragma once

#include <math.h>
#include <stdint.h>

#include "generic/primitives.hpp"

namespace burin_kernels {

// Geometry: kept_axes, reduced_axes, each 1 at least.
template <class Geometry>
struct Reduction {
  typedef Geometry G;
  static constexpr bool accepts() {
    return G::kept_axes > 0 && G::kept_axes <= 8 && G::reduced_axes > 0 && G::reduced_axes <= 8;
  }

  // finish(sum) for each output, where sum is start(first) and then add(sum, next) for all elements behind
  // it.
  template <class Element, class Step, class Output>
  static void run(const Element* input, const int32_t* axes, Output* output, const Step& step) {
    int32_t index[G::kept_axes] = {};
    for (;;) {
      *output++ = step.finish(reduced(input, axes + 2 * G::kept_axes, step));
      if (!next(index, axes, G::kept_axes, input)) return;
    }
  }

 private:
  template <class Element, class Step>
  static typename Step::Sum reduced(const Element* element, const int32_t* axes, const Step& step) {
    int32_t index[G::reduced_axes] = {};
    typename Step::Sum sum = step.start(*element);
    while (next(index, axes, G::reduced_axes, element)) sum = step.add(sum, *element);
    return sum;
  }

  template <class Element>
  static bool next(int32_t* index, const int32_t* axes, int32_t count, const Element*& element) {
    for (int32_t axis = count - 1; axis >= 0; --axis) {
      element += axes[2 * axis + 1];
      if (++index[axis] < axes[2 * axis]) return true;
      element -= axes[2 * axis] * axes[2 * axis + 1];
      index[axis] = 0;
    }
    return false;
  }
};

// The type that integers of a type are added and multiplied in, so that they wrap.
template <class Element>
struct WrappingNumber {
  typedef uint64_t Type;
};
template <>
struct WrappingNumber<float> {
  typedef float Type;
};

// Geometry, besides: kind, 0 sum, 1 maximum, 2 minimum, 3 product; keeps_infinities.
template <class Geometry, class Isa>
struct Reduce {
  static constexpr bool accepts() { return Reduction<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  template <class Element>
  static BURIN_ENTRY void run(const Element* input, const int32_t* axes, Element* output) {
    Reduction<Geometry>::run(input, axes, output, Step<Element>());
  }

 private:
  template <class Element>
  struct Step {
    typedef Element Sum;
    typedef typename WrappingNumber<Element>::Type Number;
    static Element start(Element x) { return first(x); }
    static Element add(Element sum, Element x) {
      if (Geometry::kind == 1) return x > sum ? x : sum;
      if (Geometry::kind == 2) return x < sum ? x : sum;
      const Number a = static_cast<Number>(sum);
      const Number b = static_cast<Number>(x);
      return static_cast<Element>(Geometry::kind == 0 ? a + b : a * b);
    }
    static Element finish(Element sum) { return sum; }

   private:
    template <class Integer>
    static Integer first(Integer x) {
      return x;
    }
    // The extremum of no numbers is the last one, and what is not a number leaves it.
    static float first(float x) {
      const float largest = Geometry::keeps_infinities ? HUGE_VALF : 3.402823466e+38f;
      if (Geometry::kind == 1) return x > -largest ? x : -largest;
      if (Geometry::kind == 2) return x < largest ? x : largest;
      return x;
    }
  };
};

// Sums of quantized numbers. Geometry, besides: round_once, activation_min, activation_max.
template <class Geometry, class Isa>
struct SumReduced {
  static constexpr bool accepts() { return Reduction<Geometry>::accepts(); }
  static constexpr int32_t scratch_bytes() { return 0; }

  // offset: the input's zero point, as often as elements are added.
  template <class Element>
  static BURIN_ENTRY void run(const Element* input, const int32_t* axes, Element* output, int32_t offset,
                              int32_t multiplier, int32_t shift, int32_t output_zero_point) {
    const Step<Element> step = {offset, multiplier, shift, output_zero_point};
    Reduction<Geometry>::run(input, axes, output, step);
  }

 private:
  template <class Element>
  struct Step {
    typedef int32_t Sum;
    int32_t offset;
    int32_t multiplier;
    int32_t shift;
    int32_t zero_point;
    static int32_t start(int32_t x) { return x; }
    static int32_t add(int32_t sum, int32_t x) { return sum + x; }
    Element finish(int32_t sum) const {
      const int32_t scaled = Isa::requantize(sum - offset, multiplier, shift, Geometry::round_once != 0);
      return static_cast<Element>(
          Isa::clamp(scaled, Geometry::activation_min - zero_point, Geometry::activation_max - zero_point) +
          zero_point);
    }
  };
};

}  // namespace burin_kernels
