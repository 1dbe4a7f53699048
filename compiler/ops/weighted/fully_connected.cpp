// FULLY_CONNECTED: output = activation(input · weightsᵀ + bias).
//
// Operands: input [..., inputs] (any rank; its elements are taken as rows of `inputs`), weights [outputs,
// inputs], bias [outputs] or absent. The weights are constant, or computed like any operand.
#include "kernels/fully_connected_quantized.hpp"

#include "kernels/fully_connected_computed.hpp"
#include "kernels/fully_connected_s8_dual.hpp"
#include "ops/constraints.hpp"
#include "ops/elementwise.hpp"
#include "ops/weighted/attributes.hpp"
#include "ops/weighted/dual.hpp"
#include "ops/weighted/f32_blocks.hpp"
#include "ops/weighted/product_form.hpp"
#include "ops/weighted/weighted.hpp"

namespace burin {
namespace {

int32_t input_length(const NodeView& view) {
  return view.input(1).type.shape[1];
}
int32_t output_length(const NodeView& view) {
  return view.input(1).type.shape[0];
}
int64_t batch_count(const NodeView& view) {
  return view.input(0).type.shape.elements() / input_length(view);
}
std::vector<FixedPointMultiplier> multipliers(const NodeView& view) {
  const bool per_tensor = view.input(1).quantization.per_tensor();
  return output_multipliers(view.input(0), view.input(1), view.output(), output_length(view), per_tensor);
}

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
    {"integer input and output are quantised per tensor; integer weights per tensor, or per output with zero "
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

constexpr const char* constant_weights_only = "it packs weights that are constant";

// What both kernels for computed weights have in common; the bias is constant.
KernelCall computed_weights_call(const NodeView& view, ElementType bias_type, Constant no_bias) {
  KernelCall call;
  call.geometry = {{"batches", static_cast<int32_t>(batch_count(view))},
                   {"inputs", input_length(view)},
                   {"outputs", output_length(view)}};
  call.arguments = {operand_argument(view, 0, "input", call)};
  call.arguments.push_back(operand_argument(view, 1, "weights", call));
  call.arguments.push_back(ConstantArgument{call.constants.size()});
  call.constants.push_back(
      {"bias", bias_type, view.has_input(2) ? *view.input(2).constant : std::move(no_bias), 4});
  call.code_bytes = 160;
  return call;
}

class FullyConnectedComputedF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"FullyConnectedComputedF32", Op::fully_connected, KernelSet::generic,
                                       "kernels/fully_connected_computed.hpp",
                                       "Weights that are not constant, one product at a time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!has_dtype(view.input(1), DType::f32)) return Refusal{"it computes float32"};
    if (view.input(1).is_constant()) return Refusal{"it is for weights that are not constant"};
    KernelCall call = computed_weights_call(
        view, ElementType::f32, Constant::of(std::vector<float>(static_cast<size_t>(output_length(view)))));
    const RealRange range = activation_range_f32(view.node);
    call.arguments.insert(call.arguments.end(), {OutputArgument{0}, range.lowest, range.highest});
    const int64_t products = batch_count(view) * input_length(view) * output_length(view);
    call.work = {.instructions = 30 * batch_count(view) * output_length(view) + 3 * products,
                 .float_products = products};
    return call;
  }
};

class FullyConnectedComputedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"FullyConnectedComputed", Op::fully_connected, KernelSet::generic,
                                       "kernels/fully_connected_computed.hpp",
                                       "8-bit weights that are not constant, one product at a time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (byte_width(view.input(0).type.dtype) != 1) return Refusal{"it computes 8-bit integers"};
    if (view.input(1).is_constant()) return Refusal{"it is for weights that are not constant"};
    KernelCall call = computed_weights_call(
        view, ElementType::s32, Constant::of(std::vector<int32_t>(static_cast<size_t>(output_length(view)))));
    call.geometry.emplace_back("round_once", context.rounding == Rounding::litert ? 1 : 0);
    const FixedPointMultiplier factor = multipliers(view).front();
    const ClampRange range = activation_range(view.node.activation, view.output());
    const std::vector<int32_t> quantization = {view.input(0).quantization.zero_point(),
                                               view.input(1).quantization.zero_point(),
                                               view.output().quantization.zero_point(),
                                               factor.multiplier,
                                               factor.shift,
                                               range.lowest,
                                               range.highest};
    call.arguments.push_back(ConstantArgument{call.constants.size()});
    call.constants.push_back({"quantization", ElementType::s32, Constant::of(quantization), 4});
    call.arguments.push_back(OutputArgument{0});
    const int64_t outputs = batch_count(view) * output_length(view);
    call.work = {.instructions = 30 * outputs + 7 * outputs * input_length(view),
                 .products = outputs * input_length(view),
                 .requantizations = outputs};
    return call;
  }
};

WeightRows weight_rows(const NodeView& view) {
  return WeightRows::of(view.input(1), output_length(view));
}

class FullyConnectedQuantizedKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"FullyConnectedQuantized",
                                       Op::fully_connected,
                                       KernelSet::generic,
                                       "kernels/fully_connected_quantized.hpp",
                                       "int8 or uint8, four outputs at a time.",
                                       "kernels/four_products_dsp.hpp"};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!view.input(1).is_constant()) return Refusal{constant_weights_only};
    if (byte_width(view.input(0).type.dtype) != 1) return Refusal{"it computes 8-bit integers"};
    const WeightRows rows = weight_rows(view);
    const ClampRange range = activation_range(view.node.activation, view.output());
    const auto requantization = requantize_in_32_bits(rows, biases_of(view), view.input(0), view.output(),
                                                      multipliers(view), range, context.rounding);
    if (!requantization) return Refusal{sums_leave_32_bits};
    const bool in_fours = has_weights_in_fours(context);
    KernelCall call;
    call.geometry = {{"batches", static_cast<int32_t>(batch_count(view))},
                     {"inputs", input_length(view)},
                     {"outputs", output_length(view)},
                     {"input_zero_point", view.input(0).quantization.zero_point()},
                     {"weights_zero_point", rows.zero_point},
                     {"output_zero_point", view.output().quantization.zero_point()},
                     {"activation_min", range.lowest},
                     {"activation_max", range.highest},
                     {"in_fours", in_fours}};
    call.geometry.insert(call.geometry.end(), requantization->geometry.begin(),
                         requantization->geometry.end());
    const auto packed = burin_kernels::FourProductsPacker::pack(
        rows.values, static_cast<size_t>(rows.channels), 1, static_cast<size_t>(rows.length), in_fours);
    call.constants = {{"weights", ElementType::s8, Constant::of(packed), 4},
                      {"requantization", ElementType::s32, Constant::of(requantization->numbers), 4}};
    call.arguments = {InputArgument{0}, ConstantArgument{0}, ConstantArgument{1}, OutputArgument{0}};
    // A last block of fewer outputs takes as long as one of four.
    const int64_t blocks = batch_count(view) * ((output_length(view) + 3) / 4);
    call.work = {.instructions = 210 * blocks,
                 .products = 4 * blocks * input_length(view),
                 .requantizations = 4 * blocks};
    // ... and has its inputs one by one.
    if (output_length(view) % 4 != 0) call.work.instructions += 15 * batch_count(view) * input_length(view);
    call.code_bytes = 70;
    call.shared_code_bytes = 500;
    call.requantization = requantization->note;
    return call;
  }
};

class FullyConnectedS8DualKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"FullyConnectedS8Dual", Op::fully_connected, KernelSet::arm_dsp,
                                       "kernels/fully_connected_s8_dual.hpp",
                                       "An input widened to int16 times weights packed two to a halfword."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!view.input(1).is_constant()) return Refusal{constant_weights_only};
    if (!has_symmetric_s8_weights(view)) return Refusal{symmetric_s8_only};
    const bool once = context.rounding == Rounding::litert;
    const WeightRows rows = weight_rows(view);
    const ClampRange range = activation_range(view.node.activation, view.output());
    const burin_kernels::FullyConnectedSpec spec{static_cast<int32_t>(batch_count(view)),
                                                 input_length(view),
                                                 output_length(view),
                                                 view.input(0).quantization.zero_point(),
                                                 view.output().quantization.zero_point(),
                                                 range.lowest,
                                                 range.highest};
    const std::span<const int32_t> own_bias = biases_of(view);
    if (!folded_biases(rows, own_bias, spec.input_zero_point)) return Refusal{sums_leave_32_bits};
    std::vector<burin_kernels::ChannelRequantization> channels;
    for (const FixedPointMultiplier& m : multipliers(view)) channels.push_back({m.multiplier, m.shift, {}});
    const auto stream =
        burin_kernels::FullyConnectedDualPacker::pack(spec, rows.values, own_bias, channels, once);
    if (!stream) return Refusal{"some output's sums or multiplier exceed what it computes exactly"};
    KernelCall call;
    call.geometry = {{"batches", spec.batches},
                     {"inputs", spec.inputs},
                     {"outputs", spec.outputs},
                     {"input_zero_point", spec.input_zero_point},
                     {"output_zero_point", spec.output_zero_point},
                     {"activation_min", spec.activation_min},
                     {"activation_max", spec.activation_max},
                     {"round_once", once}};
    call.constants = {{"stream", ElementType::u32, Constant::of(*stream), 4}};
    call.arguments = {InputArgument{0}, ConstantArgument{0}, OutputArgument{0}, ScratchArgument{}};
    call.scratch_bytes = burin_kernels::FullyConnectedDual::scratch_bytes(spec);
    // All of an input is widened before the first of its outputs is written.
    if (spec.batches == 1) call.overlaps = {{.input = 0, .distance = 0}};
    call.work.packed = burin_kernels::FullyConnectedDualPacker::estimate_cycles(spec);
    call.requantization = requantization_note(
        0, spec.outputs,
        once || spec.output_zero_point == -128 ? "exact 4-instruction form" : "exact 5-instruction form");
    call.code_bytes = burin_kernels::FullyConnectedDualPacker::code_bytes;
    call.shared_code_bytes = burin_kernels::FullyConnectedDualPacker::shared_code_bytes;
    return call;
  }
};

// A convolution of one pixel a row.
BlockLayer block_layer(const NodeView& view) {
  const auto rows = static_cast<int32_t>(batch_count(view));
  return {.windows = {.height = {.input = rows}, .width = {}},
          .input = {1, rows, 1, input_length(view)},
          .output = {1, rows, 1, output_length(view)},
          .weight_channels = input_length(view),
          .depthwise = false};
}

class FullyConnectedS16Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Convolution2dS16", Op::fully_connected, KernelSet::generic,
                                       "kernels/convolution_2d_s16.hpp",
                                       "int16, as a convolution of one pixel a row."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!view.input(1).is_constant()) return Refusal{constant_weights_only};
    if (!has_dtype(view.input(0), DType::s16)) return Refusal{"it computes int16"};
    const BlockLayer layer = block_layer(view);
    RequantizationOfS16 requantization = requantization_of_s16(view, multipliers(view), context.rounding);
    KernelCall call;
    call.geometry = window_geometry(layer.windows, layer.input, layer.output);
    call.geometry.emplace_back("weight_channels", layer.weight_channels);
    call.geometry.insert(call.geometry.end(), requantization.geometry.begin(), requantization.geometry.end());
    call.constants = {{"weights", ElementType::s8, *view.input(1).constant, 4},
                      std::move(requantization.numbers)};
    call.arguments = {InputArgument{0},  ConstantArgument{0}, ConstantArgument{1},
                      OutputArgument{0}, int32_t{0},          layer.output[1]};
    call.work = {.instructions = 80 * layer.output.elements() + 8 * layer.products()};
    call.code_bytes = 300;
    return call;
  }
};

class FullyConnectedF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Convolution2dF32", Op::fully_connected, KernelSet::generic,
                                       "kernels/convolution_2d_f32.hpp",
                                       "float32, also with int8 weights, four outputs at a time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!view.input(1).is_constant()) return Refusal{constant_weights_only};
    return f32_blocks_call(view, block_layer(view));
  }
};

}  // namespace

const Operator& fully_connected_operator() {
  static const FullyConnected instance;
  return instance;
}

const Kernel& fully_connected_computed_kernel() {
  static const FullyConnectedComputedKernel instance;
  return instance;
}

const Kernel& fully_connected_computed_f32_kernel() {
  static const FullyConnectedComputedF32Kernel instance;
  return instance;
}

const Kernel& fully_connected_quantized_kernel() {
  static const FullyConnectedQuantizedKernel instance;
  return instance;
}

const Kernel& fully_connected_s8_dual_kernel() {
  static const FullyConnectedS8DualKernel instance;
  return instance;
}

const Kernel& fully_connected_s16_kernel() {
  static const FullyConnectedS16Kernel instance;
  return instance;
}

const Kernel& fully_connected_f32_kernel() {
  static const FullyConnectedF32Kernel instance;
  return instance;
}

}  // namespace burin
