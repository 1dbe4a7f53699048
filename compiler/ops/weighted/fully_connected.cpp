// FULLY_CONNECTED: output = activation(input · weightsᵀ + bias).
//
// Operands: input [..., inputs] (any rank; its elements are taken as rows of `inputs`), weights [outputs,
// inputs], bias [outputs] or absent. The weights are constant, or computed like any operand.

#include "ops/weighted/fully_connected.hpp"
#include "ops/constraints.hpp"
#include "ops/weighted/attributes.hpp"
#include "ops/weighted/weighted.hpp"

namespace burin {

using namespace fully_connected;

namespace {

constexpr Constraint constraint_list[] = {
    {weighted_types_sentence, has_weighted_types},
    {"the weights are of rank 2 and not empty",
     [](const NodeView& v) {
       const Shape& shape = v.input(1).type.shape;
       return shape.rank() == 2 && shape.elements() > 0;
     }},
    {"weights that are not constant have the input's type, int8, uint8 or float32, one scale, and rows of at "
     "most "
     "2^15 elements",
     [](const NodeView& v) {
       return v.input(1).is_constant() || (has_dtype(v.input(1), v.input(0).type.dtype) &&
                                           is_real(v.input(1)) && input_length(v) <= 1 << 15);
     }},
    {"the input's elements divide into rows as long as the weights' rows",
     [](const NodeView& v) {
       const int64_t elements = v.input(0).type.shape.elements();
       return elements > 0 && elements % input_length(v) == 0;
     },
     DiagnosticCode::E0303},
    {"where the output keeps the input's rank, the input's last dimension is the length of the weights' rows",
     [](const NodeView& v) {
       const Shape& shape = v.input(0).type.shape;
       return !v.attributes<FullyConnectedAttributes>().keep_rank ||
              (shape.rank() > 0 && shape[-1] == input_length(v));
     },
     DiagnosticCode::E0303},
    {"integer input and output are quantized per tensor; integer weights per tensor, or per output with zero "
     "points 0, as they have to be in float32",
     [](const NodeView& v) { return has_weighted_quantization(v, 0); }},
    {"the bias is absent, or constant with one element an output",
     [](const NodeView& v) {
       return !v.has_input(2) || is_constant_vector_or_absent(v, 2, v.input(2).type.dtype, output_length(v));
     }},
    {wide_sums_sentence, [](const NodeView& v) { return has_wide_sums_in_bounds(v, multipliers); }},
};

// Calls compute(index, row, output) for every element of the output.
template <class Compute>
void for_each_output(const NodeView& view, Compute compute) {
  const auto outputs = static_cast<size_t>(output_length(view));
  for (size_t row = 0; row < static_cast<size_t>(batch_count(view)); ++row)
    for (size_t o = 0; o < outputs; ++o) compute(row * outputs + o, row, o);
}

void evaluate_integer(const Evaluation& evaluation) {
  const NodeView& view = evaluation.view;
  const std::vector<int32_t> input = centred_elements(view.input(0), evaluation.input(0));
  const std::vector<int32_t> weights = centred_elements(view.input(1), evaluation.input(1));
  const auto inputs = static_cast<size_t>(input_length(view));
  const int32_t output_zero = view.output().quantization.zero_point();
  const ClampRange range = activation_range(view.node.activation, view.output());
  const std::vector<FixedPointMultiplier> factors = multipliers(view);
  for_each_output(view, [&](size_t index, size_t row, size_t o) {
    int64_t sum = bias_of(evaluation, static_cast<int64_t>(o));
    for (size_t i = 0; i < inputs; ++i) sum += int64_t{input[row * inputs + i]} * weights[o * inputs + i];
    const int32_t scaled =
        wrapping_sum(requantized_sum(view, sum, factors[o], evaluation.rounding), output_zero);
    evaluation.output().set_integer(index, std::clamp(scaled, range.lowest, range.highest));
  });
}

void evaluate_f32(const Evaluation& evaluation) {
  const NodeView& view = evaluation.view;
  const auto input = evaluation.input(0).as<float>();
  const std::vector<float> weights = real_elements(view.input(1), evaluation.input(1));
  const auto inputs = static_cast<size_t>(input_length(view));
  const RealRange range = activation_range_f32(view.node);
  for_each_output(view, [&](size_t index, size_t row, size_t o) {
    float sum = 0;
    for (size_t i = 0; i < inputs; ++i) sum += input[row * inputs + i] * weights[o * inputs + i];
    const float biased = sum + real_bias_of(evaluation, static_cast<int64_t>(o));
    evaluation.output().as<float>()[index] = std::clamp(biased, range.lowest, range.highest);
  });
}

class FullyConnected final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::fully_connected,
                                         .tflite_name = "FULLY_CONNECTED",
                                         .summary = "Matrix product with weights, plus bias.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 3,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1,
                                         .activation = true};
    return facts;
  }

  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<FullyConnectedAttributes>(list, error);
  }

  std::span<const Constraint> constraints() const override { return constraint_list; }

  std::vector<TensorType> infer(const NodeView& view) const override {
    const DType dtype = view.output().type.dtype;
    if (!view.attributes<FullyConnectedAttributes>().keep_rank)
      return {{dtype, Shape{static_cast<int32_t>(batch_count(view)), output_length(view)}}};
    std::vector<int32_t> dims = view.input(0).type.shape.dims();
    dims.back() = output_length(view);
    return {{dtype, Shape(std::move(dims))}};
  }

  void evaluate(const Evaluation& evaluation) const override {
    if (has_dtype(evaluation.view.input(0), DType::f32)) return evaluate_f32(evaluation);
    evaluate_integer(evaluation);
  }

  int64_t macs(const NodeView& view) const override {
    return batch_count(view) * input_length(view) * output_length(view);
  }
};

}  // namespace

const Operator& fully_connected_operator() {
  static const FullyConnected instance;
  return instance;
}

}  // namespace burin
