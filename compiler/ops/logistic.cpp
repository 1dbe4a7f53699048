// LOGISTIC: 1 / (1 + exp(-x)).
#include <cmath>

#include "ops/fixed_point.hpp"
#include "ops/numerics.hpp"
#include "ops/sampling.hpp"
#include "ops/unary.hpp"

namespace burin {
namespace {

constexpr int input_bits = 4;  // integer bits of the argument

constexpr Constraint constraint_list[] = {
    {"input and output are both int8 or float32, integers quantised per tensor",
     [](const NodeView& v) { return is_unary_type(v) && !has_dtype(v.input(0), DType::u8); }},
    {"an int8 output has scale 1/256 and zero point -128",
     [](const NodeView& v) {
       if (has_dtype(v.output(), DType::f32)) return true;
       const Quantization& q = v.output().quantization;
       return q.scale() == 1.0f / 256 && q.zero_point() == -128;
     }},
    {"an int8 input's scale is below 8",
     [](const NodeView& v) {
       return has_dtype(v.input(0), DType::f32) || v.input(0).quantization.scale() < 8;
     }},
};

class Logistic final : public UnaryOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::logistic,
                                         .tflite_name = "LOGISTIC",
                                         .summary = "The logistic function, 0 to 1.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

  Graph sample(Random& random) const override {
    const DType dtype = random.chance(0.7) ? DType::s8 : DType::f32;
    Graph graph = sample_unary(random, Op::logistic, dtype, dtype, Attributes::of(NoAttributes{}));
    if (dtype == DType::s8) graph.at(graph.outputs[0]).quantization = {{1.0f / 256}, {-128}, 0};
    return graph;
  }

 protected:
  IntegerFunction integer_function(const NodeView& view, Rounding rounding) const override {
    const Quantization& q = view.input(0).quantization;
    const FixedPointMultiplier factor =
        fixed_point(std::ldexp(static_cast<double>(q.scale()), 31 - input_bits));
    const int32_t radius = input_radius(input_bits, factor.shift);
    return [=, zero_point = q.zero_point()](int64_t stored) -> int64_t {
      const auto x = static_cast<int32_t>(stored) - zero_point;
      if (x <= -radius) return -128;
      if (x >= radius) return 127;
      const int32_t argument = multiply_by_fixed_point(x, factor, rounding);
      return divide_by_power_of_two(burin::logistic(argument, input_bits), 31 - 8) - 128;
    };
  }
  RealFunction real_function(const NodeView&) const override {
    return [](float x) { return 1 / (1 + std::exp(-x)); };
  }
};

}  // namespace

const Operator& logistic_operator() {
  static const Logistic instance;
  return instance;
}

const Kernel& logistic_f32_kernel() {
  static const UnaryF32Kernel instance(
      {"LogisticF32", Op::logistic, KernelSet::generic, "kernels/sigmoid_f32.hpp",
       "One call of the C library an element."},
      [](const NodeView&) { return std::vector<float>(); }, 120, 120);
  return instance;
}

const Kernel& logistic_lookup_kernel() {
  static const LookupKernel instance(Op::logistic);
  return instance;
}

}  // namespace burin
