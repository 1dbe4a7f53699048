// TRANSPOSE_CONV: the convolution whose weights are read the other way: every input pixel adds its products
// to a window of outputs.
//
// Operands: input [batches, height, width, channels], weights [outputs, window height, window width,
// channels] and bias [outputs] or absent. The operand that holds the output's shape is dropped.

#include "ops/weighted/transpose_conv.hpp"
#include "ops/constraints.hpp"
#include "ops/weighted/attributes.hpp"
#include "ops/weighted/weighted.hpp"
#include "ops/window.hpp"

namespace burin {

using namespace transpose_conv;

namespace {

int64_t products_of_one(const NodeView& view) {
  return weights_shape(view).elements(1, 4);
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
    {"integer input and output are quantized per tensor, the weights per tensor or per output with zero "
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

}  // namespace

const Operator& transpose_conv_operator() {
  static const TransposeConv instance;
  return instance;
}

}  // namespace burin
