// TRANSPOSE_CONV: the convolution whose weights are read the other way: every input pixel adds its products
// to a window of outputs.
//
// Operands: input [batches, height, width, channels], weights [outputs, window height, window width,
// channels] and bias [outputs] or absent. The operand that holds the output's shape is dropped.
#include "kernels/transpose_convolution_s8.hpp"

#include "ops/constraints.hpp"
#include "ops/elementwise.hpp"
#include "ops/weighted/attributes.hpp"
#include "ops/weighted/product_form.hpp"
#include "ops/weighted/weighted.hpp"
#include "ops/window.hpp"

namespace burin {
namespace {

const Shape& input_shape(const NodeView& view) {
  return view.input(0).type.shape;
}
const Shape& weights_shape(const NodeView& view) {
  return view.input(1).type.shape;
}
const Shape& output_shape(const NodeView& view) {
  return view.output().type.shape;
}
bool is_float(const NodeView& view) {
  return has_dtype(view.output(), DType::f32);
}
bool is_s16(const NodeView& view) {
  return has_dtype(view.output(), DType::s16);
}
int64_t products_of_one(const NodeView& view) {
  return weights_shape(view).elements(1, 4);
}

std::vector<FixedPointMultiplier> multipliers(const NodeView& view) {
  return output_multipliers(view.input(0), view.input(1), view.output(), output_shape(view)[3], false);
}

constexpr Constraint constraint_list[] = {
    {"input, weights and output are all int8 or all float32, or the weights alone are int8 and the others "
     "int16",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       return has_dtype(v.input(0), dtype) &&
              has_dtype(v.input(1), dtype == DType::s16 ? DType::s8 : dtype) &&
              (dtype == DType::s8 || dtype == DType::s16 || dtype == DType::f32);
     }},
    {"input and output are of rank 4, of as many batches, and not empty",
     [](const NodeView& v) {
       return input_shape(v).rank() == 4 && output_shape(v).rank() == 4 && input_shape(v).elements() > 0 &&
              output_shape(v).elements() > 0 && input_shape(v)[0] == output_shape(v)[0];
     }},
    {"the weights are constant, of rank 4 and not empty",
     [](const NodeView& v) {
       return v.input(1).is_constant() && weights_shape(v).rank() == 4 && weights_shape(v).elements() > 0;
     }},
    {"the weights' channels are the input's, and their outputs the output's channels",
     [](const NodeView& v) {
       return weights_shape(v)[3] == input_shape(v)[3] && weights_shape(v)[0] == output_shape(v)[3];
     },
     DiagnosticCode::E0303},
    {"strides are 1 to 65535, paddings 0 to 65535, and an output has at most 2^15 products",
     [](const NodeView& v) {
       const auto& a = v.attributes<TransposeConvAttributes>();
       const auto within = [](int32_t x, int32_t lowest) { return x >= lowest && x <= 65535; };
       return within(a.stride_height, 1) && within(a.stride_width, 1) && within(a.pad_top, 0) &&
              within(a.pad_left, 0) && products_of_one(v) <= 1 << 15;
     }},
    {"integer input and output are quantised per tensor, the weights per tensor or per output with zero "
     "points 0",
     [](const NodeView& v) {
       if (is_float(v)) return true;
       const Quantization& w = v.input(1).quantization;
       return is_quantized_per_tensor(v.input(0)) && is_quantized_per_tensor(v.output()) && w.present() &&
              (w.per_tensor() || w.axis == 0) &&
              std::ranges::all_of(w.zero_points, [](int32_t z) { return z == 0; });
     }},
    {"the bias is absent, or constant with one element an output: of float32 float32, of int16 int64, else "
     "int32",
     [](const NodeView& v) {
       const DType dtype = is_float(v) ? DType::f32 : is_s16(v) ? DType::s64 : DType::s32;
       return is_constant_vector_or_absent(v, 2, dtype, output_shape(v)[3]);
     }},
    {wide_sums_sentence, [](const NodeView& v) { return has_wide_sums_in_bounds(v, multipliers); }},
};

// Calls compute(output, channel, each) where each(visit) calls visit(input element, weight element).
template <class Compute>
void for_each_sum(const NodeView& view, Compute compute) {
  const auto& a = view.attributes<TransposeConvAttributes>();
  const Shape& in = input_shape(view);
  const Shape& out = output_shape(view);
  const Shape& weights = weights_shape(view);
  size_t next = 0;
  for (int64_t batch = 0; batch < out[0]; ++batch)
    for (int64_t y = 0; y < out[1]; ++y)
      for (int64_t x = 0; x < out[2]; ++x)
        for (int64_t o = 0; o < out[3]; ++o)
          compute(next++, static_cast<size_t>(o), [&](auto visit) {
            for (int64_t ky = 0; ky < weights[1]; ++ky) {
              const int64_t row = y + a.pad_top - ky;
              if (row < 0 || row % a.stride_height != 0 || row / a.stride_height >= in[1]) continue;
              for (int64_t kx = 0; kx < weights[2]; ++kx) {
                const int64_t column = x + a.pad_left - kx;
                if (column < 0 || column % a.stride_width != 0 || column / a.stride_width >= in[2]) continue;
                const int64_t pixel =
                    (batch * in[1] + row / a.stride_height) * in[2] + column / a.stride_width;
                const int64_t tap = (o * weights[1] + ky) * weights[2] + kx;
                for (int64_t c = 0; c < in[3]; ++c)
                  visit(static_cast<size_t>(pixel * in[3] + c), static_cast<size_t>(tap * in[3] + c));
              }
            }
          });
}

class TransposeConv final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::transpose_conv,
                                         .tflite_name = "TRANSPOSE_CONV",
                                         .summary = "Convolution that spreads pixels over windows.",
                                         .minimum_inputs = 2,
                                         .maximum_inputs = 3,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1,
                                         .activation = true};
    return facts;
  }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<TransposeConvAttributes>(list, error);
  }

  std::span<const Constraint> constraints() const override { return constraint_list; }
  std::vector<TensorType> infer(const NodeView& view) const override { return {view.output().type}; }

  int64_t macs(const NodeView& view) const override {
    return input_shape(view).elements() * weights_shape(view).elements(0, 3);
  }

  void evaluate(const Evaluation& evaluation) const override {
    const NodeView& view = evaluation.view;
    if (is_float(view)) {
      const RealRange range = activation_range_f32(view.node);
      for_each_sum(view, [&](size_t output, size_t channel, const auto& each) {
        float sum = 0;
        each([&](size_t x, size_t w) {
          sum += evaluation.input(0).as<float>()[x] * evaluation.input(1).as<float>()[w];
        });
        if (evaluation.has_input(2)) sum += evaluation.input(2).as<float>()[channel];
        evaluation.output().as<float>()[output] = std::clamp(sum, range.lowest, range.highest);
      });
      return;
    }
    const std::vector<FixedPointMultiplier> factors = multipliers(view);
    const ClampRange range = activation_range(view.node.activation, view.output());
    for_each_sum(view, [&](size_t output, size_t channel, const auto& each) {
      int64_t sum = bias_of(evaluation, static_cast<int64_t>(channel));
      each([&](size_t x, size_t w) {
        sum += (evaluation.input(0).integer(x) - view.input(0).quantization.zero_point()) *
               evaluation.input(1).integer(w);
      });
      const int64_t scaled = requantized_sum(view, sum, factors[channel], evaluation.rounding);
      evaluation.output().set_integer(
          output,
          std::clamp<int64_t>(scaled + view.output().quantization.zero_point(), range.lowest, range.highest));
    });
  }
};

std::vector<std::pair<std::string, int32_t>> geometry_of(const NodeView& view) {
  const auto& a = view.attributes<TransposeConvAttributes>();
  const Shape& in = input_shape(view);
  const Shape& out = output_shape(view);
  return {{"batches", in[0]},
          {"input_height", in[1]},
          {"input_width", in[2]},
          {"input_channels", in[3]},
          {"output_height", out[1]},
          {"output_width", out[2]},
          {"output_channels", out[3]},
          {"window_height", weights_shape(view)[1]},
          {"window_width", weights_shape(view)[2]},
          {"stride_height", a.stride_height},
          {"stride_width", a.stride_width},
          {"pad_top", a.pad_top},
          {"pad_left", a.pad_left}};
}

class TransposeConvolutionF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"TransposeConvolutionF32", Op::transpose_conv, KernelSet::generic,
                                       "kernels/transpose_convolution_f32.hpp",
                                       "Gathers each output's products."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!is_float(view)) return Refusal{"it computes float32"};
    const RealRange range = activation_range_f32(view.node);
    const std::vector<float> no_bias(static_cast<size_t>(output_shape(view)[3]));
    KernelCall call;
    call.geometry = geometry_of(view);
    const KernelArgument input = operand_argument(view, 0, "input", call);
    const size_t first = call.constants.size();
    call.constants.push_back({"weights", ElementType::f32, *view.input(1).constant, 4});
    call.constants.push_back(
        {"bias", ElementType::f32, view.has_input(2) ? *view.input(2).constant : Constant::of(no_bias), 4});
    call.arguments = {
        input,        ConstantArgument{first}, ConstantArgument{first + 1}, OutputArgument{0}, range.lowest,
        range.highest};
    const int64_t products = operator_of(view.node).macs(view);
    const int64_t loops = 60 * output_shape(view).elements() * weights_shape(view)[1];
    call.work = {.instructions = loops + 6 * products, .float_products = products};
    call.code_bytes = 420;
    return call;
  }
};

class TransposeConvolutionS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"TransposeConvolutionS8",
                                       Op::transpose_conv,
                                       KernelSet::generic,
                                       "kernels/transpose_convolution_s8.hpp",
                                       "Gathers the products of four outputs at a time.",
                                       "kernels/four_products_dsp.hpp"};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!has_dtype(view.input(0), DType::s8)) return Refusal{"it computes int8"};
    const Shape& out = output_shape(view);
    const WeightRows rows = WeightRows::of(view.input(1), out[3]);
    const ClampRange range = activation_range(view.node.activation, view.output());
    const auto requantization = requantize_in_32_bits(rows, biases_of(view), view.input(0), view.output(),
                                                      multipliers(view), range, context.rounding);
    if (!requantization) return Refusal{sums_leave_32_bits};
    const bool in_fours = has_weights_in_fours(context);
    KernelCall call;
    call.geometry = geometry_of(view);
    call.geometry.insert(call.geometry.end(), {{"input_zero_point", view.input(0).quantization.zero_point()},
                                               {"output_zero_point", view.output().quantization.zero_point()},
                                               {"activation_min", range.lowest},
                                               {"activation_max", range.highest},
                                               {"in_fours", in_fours}});
    call.geometry.insert(call.geometry.end(), requantization->geometry.begin(),
                         requantization->geometry.end());
    const auto packed =
        burin_kernels::FourProductsPacker::pack(rows.values, static_cast<size_t>(rows.channels), 1,
                                                static_cast<size_t>(input_shape(view)[3]), in_fours);
    const KernelArgument input = operand_argument(view, 0, "input", call);
    const size_t first = call.constants.size();
    call.constants.push_back({"weights", ElementType::s8, Constant::of(packed), 4});
    call.constants.push_back({"requantization", ElementType::s32, Constant::of(requantization->numbers), 4});
    call.arguments = {input, ConstantArgument{first}, ConstantArgument{first + 1}, OutputArgument{0}};
    call.requantization = requantization->note;
    // A last block of fewer outputs takes as long as one of four.
    const int64_t blocks = (out[3] + 3) / 4;
    const int64_t taps = operator_of(view.node).macs(view) / (input_shape(view)[3] * out[3]);
    call.work = {
        .instructions = 300 * (out.elements() / out[3]) + taps * (60 + 66 * blocks) + 29 * out.elements(),
        .products = taps * 4 * blocks * input_shape(view)[3],
        .requantizations = out.elements()};
    // ... and has its inputs one by one.
    if (out[3] % 4 != 0) call.work.instructions += 15 * taps * input_shape(view)[3];
    call.code_bytes = 90;
    call.shared_code_bytes = 900;
    return call;
  }
};

class TransposeConvolutionS16Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"TransposeConvolutionS16", Op::transpose_conv, KernelSet::generic,
                                       "kernels/transpose_convolution_s16.hpp",
                                       "int16. Gathers each output's products."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!is_s16(view)) return Refusal{"it computes int16"};
    RequantizationOfS16 requantization = requantization_of_s16(view, multipliers(view), context.rounding);
    KernelCall call;
    call.geometry = geometry_of(view);
    call.geometry.insert(call.geometry.end(), requantization.geometry.begin(), requantization.geometry.end());
    const KernelArgument input = operand_argument(view, 0, "input", call);
    const size_t first = call.constants.size();
    call.constants.push_back({"weights", ElementType::s8, *view.input(1).constant, 4});
    call.constants.push_back(std::move(requantization.numbers));
    call.arguments = {input, ConstantArgument{first}, ConstantArgument{first + 1}, OutputArgument{0}};
    call.work = {.instructions = 60 * output_shape(view).elements() * weights_shape(view)[1] +
                                 8 * operator_of(view.node).macs(view)};
    call.code_bytes = 450;
    return call;
  }
};

}  // namespace

const Operator& transpose_conv_operator() {
  static const TransposeConv instance;
  return instance;
}

const Kernel& transpose_conv_f32_kernel() {
  static const TransposeConvolutionF32Kernel instance;
  return instance;
}

const Kernel& transpose_conv_s16_kernel() {
  static const TransposeConvolutionS16Kernel instance;
  return instance;
}

const Kernel& transpose_conv_s8_kernel() {
  static const TransposeConvolutionS8Kernel instance;
  return instance;
}

}  // namespace burin
