// MEAN: the mean over some of the dimensions.
#include "kernels/mean_f32.hpp"
#include "kernels/mean_s8.hpp"
#include "kernels/mean_s8_dsp.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "arithmetic/mean_form.hpp"
#include "ops/constraints.hpp"
#include "ops/kernel.hpp"
#include "ops/numerics.hpp"
#include "ops/reduction/attributes.hpp"

namespace burin {
namespace {

const Shape& input_shape(const NodeView& view) {
  return view.input(0).type.shape;
}

bool is_reduced(const NodeView& view, size_t dimension) {
  const auto rank = static_cast<int32_t>(input_shape(view).rank());
  return std::ranges::any_of(view.attributes<MeanAttributes>().axes, [&](int32_t axis) {
    return (axis < 0 ? axis + rank : axis) == static_cast<int32_t>(dimension);
  });
}

// Elements of the input for one of the output.
int64_t reduced_elements(const NodeView& view) {
  int64_t count = 1;
  for (size_t i = 0; i < input_shape(view).rank(); ++i)
    if (is_reduced(view, i)) count *= input_shape(view)[static_cast<int>(i)];
  return count;
}

// The factor of the sum: input scale / output scale / elements, with the division done in the fixed-point
// multiplier as TensorFlow Lite's QuantizedMeanOrSum does, which rounds down and keeps 31 bits where it can.
FixedPointMultiplier factor_of(const NodeView& view) {
  const double ratio = static_cast<double>(view.input(0).quantization.scale()) /
                       static_cast<double>(view.output().quantization.scale());
  FixedPointMultiplier factor = fixed_point(ratio);
  const auto count = static_cast<uint64_t>(reduced_elements(view));
  const int32_t room = std::min(32, 31 + factor.shift);
  const int32_t shift = std::min(static_cast<int32_t>(std::bit_width(count)) - 1, room);
  factor.multiplier =
      static_cast<int32_t>((static_cast<int64_t>(factor.multiplier) << shift) / static_cast<int64_t>(count));
  factor.shift -= shift;
  return factor;
}

// The input as [kept][reduced][kept][reduced][kept]: dimensions of one element left out, neighbours of a kind
// joined.
struct Layout {
  std::vector<int32_t> lengths = {1};  // kept, reduced, kept, …

  bool fits() const { return lengths.size() <= 5; }
  int32_t operator[](size_t i) const { return i < lengths.size() ? lengths[i] : 1; }
};

Layout layout_of(const NodeView& view) {
  Layout layout;
  for (size_t i = 0; i < input_shape(view).rank(); ++i) {
    const int32_t length = input_shape(view)[static_cast<int>(i)];
    if (length == 1) continue;
    const bool last_is_reduced = layout.lengths.size() % 2 == 0;
    if (is_reduced(view, i) == last_is_reduced)
      layout.lengths.back() *= length;
    else
      layout.lengths.push_back(length);
  }
  return layout;
}

constexpr int64_t most_elements = int64_t{1} << 22;

constexpr Constraint constraint_list[] = {
    {"input and output are both int8, int16 or float32",
     [](const NodeView& v) {
       const DType dtype = v.input(0).type.dtype;
       return v.output().type.dtype == dtype &&
              (dtype == DType::s8 || dtype == DType::s16 || dtype == DType::f32);
     }},
    {"the input is not empty", [](const NodeView& v) { return input_shape(v).elements() > 0; }},
    {"the axes are constant and lie within the input's rank",
     [](const NodeView& v) {
       const auto rank = static_cast<int32_t>(input_shape(v).rank());
       return std::ranges::all_of(v.attributes<MeanAttributes>().axes,
                                  [&](int32_t axis) { return axis >= -rank && axis < rank; });
     }},
    {"leaving out dimensions of one element, the axes form at most two runs of neighbours",
     [](const NodeView& v) { return layout_of(v).fits(); }},
    {"a mean is taken of at most 2^22 elements, of int16 2^14",
     [](const NodeView& v) {
       return reduced_elements(v) <= (has_dtype(v.input(0), DType::s16) ? int64_t{1} << 14 : most_elements);
     }},
    {"integer input and output are quantised per tensor",
     [](const NodeView& v) { return is_real(v.input(0)) && is_real(v.output()); }},
};

// Calls add(element of the input, element of the output) for every element of the input.
template <class Add>
void for_each_element(const NodeView& view, Add add) {
  const Shape& shape = input_shape(view);
  std::vector<int32_t> index(shape.rank());
  for (size_t element = 0; element < static_cast<size_t>(shape.elements()); ++element) {
    size_t target = 0;
    for (size_t i = 0; i < index.size(); ++i)
      if (!is_reduced(view, i))
        target = target * static_cast<size_t>(shape[static_cast<int>(i)]) + static_cast<size_t>(index[i]);
    add(element, target);
    for (size_t i = index.size(); i-- > 0;) {
      if (++index[i] < shape[static_cast<int>(i)]) break;
      index[i] = 0;
    }
  }
}

template <class Integer>
void evaluate_integer(const Evaluation& evaluation) {
  const NodeView& view = evaluation.view;
  const auto input = evaluation.input(0).as<Integer>();
  const auto output = evaluation.output().as<Integer>();
  std::vector<int32_t> sums(output.size());
  for_each_element(view, [&](size_t element, size_t target) { sums[target] += input[element]; });
  const auto zeros = static_cast<int32_t>(view.input(0).quantization.zero_point() * reduced_elements(view));
  const int32_t output_zero = view.output().quantization.zero_point();
  const FixedPointMultiplier factor = factor_of(view);
  for (size_t i = 0; i < sums.size(); ++i) {
    const int32_t scaled = multiply_by_fixed_point(sums[i] - zeros, factor, evaluation.rounding);
    using Limits = std::numeric_limits<Integer>;
    output[i] = static_cast<Integer>(
        std::clamp<int32_t>(wrapping_sum(scaled, output_zero), Limits::min(), Limits::max()));
  }
}

void evaluate_f32(const Evaluation& evaluation) {
  const auto input = evaluation.input(0).as<float>();
  const auto output = evaluation.output().as<float>();
  for_each_element(evaluation.view, [&](size_t element, size_t target) { output[target] += input[element]; });
  for (float& value : output) value /= static_cast<float>(reduced_elements(evaluation.view));
}

class Mean final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::mean,
                                         .tflite_name = "MEAN",
                                         .summary = "Mean over some of the dimensions.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }

  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<MeanAttributes>(list, error);
  }

  std::span<const Constraint> constraints() const override { return constraint_list; }
  OperatorTraits traits() const override { return {.monotone = true}; }
  bool is_channelwise(const NodeView& view) const override {
    const auto last = static_cast<int32_t>(view.input(0).type.shape.rank()) - 1;
    const std::vector<int32_t>& axes = view.attributes<MeanAttributes>().axes;
    return !axes.empty() && std::ranges::none_of(axes, [&](int32_t a) { return a == last || a == -1; });
  }

  std::vector<TensorType> infer(const NodeView& view) const override {
    std::vector<int32_t> dims;
    for (size_t i = 0; i < input_shape(view).rank(); ++i) {
      if (!is_reduced(view, i))
        dims.push_back(input_shape(view)[static_cast<int>(i)]);
      else if (view.attributes<MeanAttributes>().keep_dims)
        dims.push_back(1);
    }
    return {{view.output().type.dtype, Shape(std::move(dims))}};
  }

  void evaluate(const Evaluation& evaluation) const override {
    if (has_dtype(evaluation.view.input(0), DType::f32)) return evaluate_f32(evaluation);
    if (has_dtype(evaluation.view.input(0), DType::s16)) return evaluate_integer<int16_t>(evaluation);
    evaluate_integer<int8_t>(evaluation);
  }
};

KernelCall call_without_arguments(const NodeView& view, const LoweringContext& context) {
  const Layout layout = layout_of(view);
  const FixedPointMultiplier factor = factor_of(view);
  KernelCall call;
  call.geometry = {{"kept_0", layout[0]},
                   {"reduced_0", layout[1]},
                   {"kept_1", layout[2]},
                   {"reduced_1", layout[3]},
                   {"kept_2", layout[4]},
                   {"multiplier", factor.multiplier},
                   {"shift", factor.shift},
                   {"input_zero_point", view.input(0).quantization.zero_point()},
                   {"output_zero_point", view.output().quantization.zero_point()},
                   {"lowest", static_cast<int32_t>(integer_range(view.output().type.dtype).lowest)},
                   {"highest", static_cast<int32_t>(integer_range(view.output().type.dtype).highest)},
                   {"round_once", context.rounding == Rounding::litert ? 1 : 0}};
  return call;
}

class MeanS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"MeanS8", Op::mean, KernelSet::generic, "kernels/mean_s8.hpp",
                                       "int8 or int16, one element of the output after the other."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (has_dtype(view.input(0), DType::f32)) return Refusal{"it computes integers"};
    KernelCall call = call_without_arguments(view, context);
    call.arguments = {InputArgument{0}, OutputArgument{0}};
    call.requantization = "exact reference form";
    call.code_bytes = 200;
    const int64_t elements = view.output().type.shape.elements();
    call.work = {.instructions = 6 * input_shape(view).elements() + 20 * elements,
                 .requantizations = elements};
    return call;
  }
};

class MeanF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"MeanF32", Op::mean, KernelSet::generic, "kernels/mean_f32.hpp",
                                       "One element of the output after the other."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!has_dtype(view.input(0), DType::f32)) return Refusal{"it computes float32"};
    const Layout layout = layout_of(view);
    KernelCall call;
    call.geometry = {{"kept_0", layout[0]},
                     {"reduced_0", layout[1]},
                     {"kept_1", layout[2]},
                     {"reduced_1", layout[3]},
                     {"kept_2", layout[4]}};
    call.arguments = {InputArgument{0}, OutputArgument{0}};
    call.code_bytes = 160;
    const int64_t elements = view.output().type.shape.elements();
    call.work = {.instructions = 5 * input_shape(view).elements() + 40 * elements,
                 .float_products = input_shape(view).elements()};
    return call;
  }
};

class MeanS8DspKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{
        "MeanS8Dsp", Op::mean, KernelSet::arm_dsp, "kernels/mean_s8_dsp.hpp",
        "Sums of four channels at a time, requantised by a proved multiplication."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!has_dtype(view.input(0), DType::s8)) return Refusal{"it computes int8"};
    const Layout layout = layout_of(view);
    // Neighbouring axes before the channels: what stands behind the one run of reduced axes is what the
    // kernel calls kept_2.
    const int64_t taps = layout[1];
    if (layout[3] != 1 || layout[4] != 1 || layout[2] < 4)
      return Refusal{"the axes are not neighbours with at least four elements behind them"};
    if (taps > most_taps_of_mean_form) return Refusal{"it sums at most 256 elements"};
    const FixedPointMultiplier factor = factor_of(view);
    // The sum less the zero points, requantized; the division is part of the factor.
    const auto count = static_cast<int32_t>(taps);
    const std::optional<MeanForm> form =
        find_mean_form(count, std::ldexp(factor.multiplier, factor.shift - 31), [&](int32_t sum) {
          const int32_t scaled = multiply_by_fixed_point(
              sum - count * view.input(0).quantization.zero_point(), factor, context.rounding);
          return std::clamp(scaled + view.output().quantization.zero_point(), -128, 127);
        });
    if (!form) return Refusal{"no multiplication was proved to give the mean"};
    KernelCall call = call_without_arguments(view, context);
    for (auto& [name, value] : call.geometry) {
      if (name == "kept_1") value = 1;
      if (name == "kept_2") value = layout[2];
    }
    call.constants = {{"form", ElementType::u32, Constant::of(words_of({*form})), 4}};
    call.arguments = {InputArgument{0}, ConstantArgument{0}, OutputArgument{0}};
    call.requantization = "one multiplication and one shift, proved for every sum";
    call.code_bytes = 200;
    call.work.packed = 2 * input_shape(view).elements() + 12 * view.output().type.shape.elements();
    return call;
  }
};

}  // namespace

const Operator& mean_operator() {
  static const Mean instance;
  return instance;
}

const Kernel& mean_f32_kernel() {
  static const MeanF32Kernel instance;
  return instance;
}

const Kernel& mean_s8_kernel() {
  static const MeanS8Kernel instance;
  return instance;
}

const Kernel& mean_s8_dsp_kernel() {
  static const MeanS8DspKernel instance;
  return instance;
}

}  // namespace burin
