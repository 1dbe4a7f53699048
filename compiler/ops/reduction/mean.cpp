// MEAN: the mean over some of the dimensions.

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "arithmetic/mean_form.hpp"
#include "ops/constraints.hpp"
#include "ops/numerics.hpp"
#include "ops/reduction/attributes.hpp"
#include "ops/reduction/mean.hpp"

namespace burin {

using namespace mean;

namespace {

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
    {"leaving out dimensions of one element, the axes form at most two runs of neighbors",
     [](const NodeView& v) { return layout_of(v).fits(); }},
    {"a mean is taken of at most 2^22 elements, of int16 2^14",
     [](const NodeView& v) {
       return reduced_elements(v) <= (has_dtype(v.input(0), DType::s16) ? int64_t{1} << 14 : most_elements);
     }},
    {"integer input and output are quantized per tensor",
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

}  // namespace

const Operator& mean_operator() {
  static const Mean instance;
  return instance;
}

}  // namespace burin
