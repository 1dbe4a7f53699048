// SVDF: filters over the inputs of the last invocations, each of which is a feature filter of one input times
// a filter over time (a singular value decomposition).
//
// Operands: input [batches, inputs]; feature weights [filters, inputs]; time weights [filters, memory]; bias
// [units] or absent; the state, a variable of batches * filters * memory elements. Output: [batches, units],
// filters = units * rank.

#include <cmath>
#include <limits>

#include "ops/constraints.hpp"
#include "ops/numerics.hpp"
#include "ops/recurrent/attributes.hpp"
#include "ops/recurrent/svdf.hpp"
#include "ops/weighted/weighted.hpp"

namespace burin {

using namespace svdf;

namespace {

bool is_positive_factor(float factor) {
  return std::isfinite(factor) && factor > 0 && factor < 0x1p30f;
}

constexpr Constraint constraint_list[] = {
    {"there is a state", [](const NodeView& v) { return v.has_input(state_operand); }, DiagnosticCode::E0303},
    {"all operands are float32; or input, feature weights and output are int8, time weights and state both "
     "int8 "
     "or both int16, and the bias int32",
     [](const NodeView& v) {
       const DType state = v.input(state_operand).type.dtype;
       const auto are = [&](DType activation, DType bias) {
         return has_dtype(v.input(0), activation) && has_dtype(v.input(feature_operand), activation) &&
                has_dtype(v.output(), activation) && has_dtype(v.input(time_operand), state) &&
                (!v.has_input(bias_operand) || has_dtype(v.input(bias_operand), bias));
       };
       if (is_float(v)) return state == DType::f32 && are(DType::f32, DType::f32);
       return (state == DType::s8 || state == DType::s16) && are(DType::s8, DType::s32);
     }},
    {"input and weights have rank 2 and are not empty",
     [](const NodeView& v) {
       for (const size_t operand : {size_t{0}, feature_operand, time_operand}) {
         const Shape& shape = v.input(operand).type.shape;
         if (shape.rank() != 2 || shape.elements() == 0) return false;
       }
       return true;
     }},
    {"the rank is positive and divides the filters, and the weights fit the input and each other",
     [](const NodeView& v) {
       const Shape& feature = v.input(feature_operand).type.shape;
       const int32_t rank = v.attributes<SvdfAttributes>().rank;
       return rank > 0 && feature[0] % rank == 0 && feature[1] == v.input(0).type.shape[1] &&
              v.input(time_operand).type.shape[0] == feature[0];
     },
     DiagnosticCode::E0303},
    {"the weights are constant, and the bias is absent or constant with one element a unit",
     [](const NodeView& v) {
       return v.input(feature_operand).is_constant() && v.input(time_operand).is_constant() &&
              (!v.has_input(bias_operand) ||
               is_constant_vector_or_absent(v, bias_operand, v.input(bias_operand).type.dtype,
                                            sizes_of(v).units));
     }},
    {"the state is a variable of batches * filters * memory elements",
     [](const NodeView& v) {
       const Sizes sizes = sizes_of(v);
       const Tensor& state = v.input(state_operand);
       return state.variable &&
              state.type.shape.elements() == int64_t{sizes.batches} * sizes.filters * sizes.memory;
     }},
    {"integer operands and output are quantized per tensor, the weights with zero points 0",
     [](const NodeView& v) {
       if (is_float(v)) return true;
       for (const size_t operand : {feature_operand, time_operand})
         if (!is_quantized_per_tensor(v.input(operand)) || v.input(operand).quantization.zero_point() != 0)
           return false;
       return is_quantized_per_tensor(v.input(0)) && is_quantized_per_tensor(v.input(state_operand)) &&
              is_quantized_per_tensor(v.output());
     }},
    {"the scales' quotients are within range",
     [](const NodeView& v) {
       if (is_float(v)) return true;
       const auto scale = [&](size_t operand) { return v.input(operand).quantization.scale(); };
       return is_positive_factor(scale(0) * scale(feature_operand) / scale(state_operand)) &&
              is_positive_factor(scale(state_operand) * scale(time_operand) /
                                 v.output().quantization.scale());
     }},
    {"an int8 SVDF has no activation of its own: saturation is one",
     [](const NodeView& v) { return is_float(v) || v.node.activation == Activation::none; }},
};

// This operator's own activations: without one infinities stay, and of what is not a number RELU makes 0.
float activated(float x, Activation activation) {
  if (activation == Activation::none) return x;
  const RealRange range = activation_range_f32(activation);
  if (activation != Activation::relu && x > range.highest) return range.highest;
  return x > range.lowest ? x : range.lowest;
}

void evaluate_f32(const Evaluation& evaluation) {
  const Sizes sizes = sizes_of(evaluation.view);
  const auto input = evaluation.input(0).as<float>();
  const auto feature = evaluation.input(feature_operand).as<float>();
  const auto time = evaluation.input(time_operand).as<float>();
  const auto state = evaluation.state[state_operand]->as<float>();
  const auto inputs = static_cast<size_t>(sizes.inputs);
  const auto memory = static_cast<size_t>(sizes.memory);
  const auto filters = static_cast<size_t>(sizes.filters);
  const auto rank = static_cast<size_t>(sizes.rank);
  const auto units = static_cast<size_t>(sizes.units);
  for (size_t batch = 0; batch < static_cast<size_t>(sizes.batches); ++batch) {
    for (size_t filter = 0; filter < filters; ++filter) {
      const auto own = state.subspan((batch * filters + filter) * memory, memory);
      std::shift_left(own.begin(), own.end(), 1);
      own.back() = 0;
      for (size_t i = 0; i < inputs; ++i)
        own.back() += input[batch * inputs + i] * feature[filter * inputs + i];
    }
    for (size_t unit = 0; unit < units; ++unit) {
      float sum = evaluation.has_input(bias_operand) ? evaluation.input(bias_operand).as<float>()[unit] : 0;
      for (size_t filter = unit * rank; filter < (unit + 1) * rank; ++filter) {
        float product = 0;
        for (size_t i = 0; i < memory; ++i)
          product += time[filter * memory + i] * state[(batch * filters + filter) * memory + i];
        sum += product;
      }
      evaluation.output().as<float>()[batch * units + unit] = activated(sum, evaluation.view.node.activation);
    }
  }
}

template <class State>
void evaluate_integer(const Evaluation& evaluation) {
  const NodeView& view = evaluation.view;
  const Sizes sizes = sizes_of(view);
  const Factors factors = factors_of(view);
  const int32_t input_zero = view.input(0).quantization.zero_point();
  const int32_t state_zero = view.input(state_operand).quantization.zero_point();
  const int32_t output_zero = view.output().quantization.zero_point();
  const auto input = evaluation.input(0).as<int8_t>();
  const auto feature = evaluation.input(feature_operand).as<int8_t>();
  const auto time = evaluation.input(time_operand).as<State>();
  const auto state = evaluation.state[state_operand]->as<State>();
  const auto inputs = static_cast<size_t>(sizes.inputs);
  const auto memory = static_cast<size_t>(sizes.memory);
  const auto filters = static_cast<size_t>(sizes.filters);
  const auto rank = static_cast<size_t>(sizes.rank);
  const auto units = static_cast<size_t>(sizes.units);
  for (size_t batch = 0; batch < static_cast<size_t>(sizes.batches); ++batch) {
    for (size_t filter = 0; filter < filters; ++filter) {
      int32_t sum = 0;
      for (size_t i = 0; i < inputs; ++i)
        sum += (input[batch * inputs + i] - input_zero) * feature[filter * inputs + i];
      const int32_t scaled = multiply_by_fixed_point(sum, factors.feature, evaluation.rounding);
      const auto own = state.subspan((batch * filters + filter) * memory, memory);
      std::shift_left(own.begin(), own.end(), 1);
      own.back() =
          static_cast<State>(state_zero + std::clamp<int32_t>(scaled, std::numeric_limits<State>::min(),
                                                              std::numeric_limits<State>::max()));
    }
    for (size_t unit = 0; unit < units; ++unit) {
      int64_t sum =
          evaluation.has_input(bias_operand) ? evaluation.input(bias_operand).as<int32_t>()[unit] : 0;
      for (size_t i = unit * rank * memory; i < (unit + 1) * rank * memory; ++i)
        sum += int64_t{time[i]} * (state[batch * filters * memory + i] - state_zero);
      // The reference sums in 32 bits.
      const int32_t scaled = wrapping_sum(
          multiply_by_fixed_point(static_cast<int32_t>(sum), factors.time, evaluation.rounding), output_zero);
      evaluation.output().as<int8_t>()[batch * units + unit] =
          static_cast<int8_t>(std::clamp(scaled, INT8_MIN, INT8_MAX));
    }
  }
}

class Svdf final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::svdf,
                                         .tflite_name = "SVDF",
                                         .summary = "Feature filters of the input times filters over time.",
                                         .minimum_inputs = 3,
                                         .maximum_inputs = 5,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1,
                                         .activation = true,
                                         .changes_state = true};
    return facts;
  }

  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<SvdfAttributes>(list, error);
  }

  std::span<const Constraint> constraints() const override { return constraint_list; }

  std::vector<TensorType> infer(const NodeView& view) const override {
    const Sizes sizes = sizes_of(view);
    return {{view.input(0).type.dtype, Shape{sizes.batches, sizes.units}}};
  }

  void evaluate(const Evaluation& evaluation) const override {
    switch (evaluation.view.input(state_operand).type.dtype) {
      case DType::f32:
        return evaluate_f32(evaluation);
      case DType::s16:
        return evaluate_integer<int16_t>(evaluation);
      default:
        return evaluate_integer<int8_t>(evaluation);
    }
  }

  int64_t macs(const NodeView& view) const override {
    const Sizes sizes = sizes_of(view);
    return int64_t{sizes.batches} * sizes.filters * (sizes.inputs + sizes.memory);
  }
};

}  // namespace

const Operator& svdf_operator() {
  static const Svdf instance;
  return instance;
}

}  // namespace burin
