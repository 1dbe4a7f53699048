#include "kernels/generic/weighted/weighted.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>

#include "generic/requantization_s16.hpp"
#include "ops/constraints.hpp"

namespace burin {

RequantizationOfS16 requantization_of_s16(const NodeView& view,
                                          const std::vector<FixedPointMultiplier>& factors,
                                          Rounding rounding) {
  using Form = burin_kernels::RequantizationS16;
  const bool wide = has_wide_sums(view);
  const ClampRange range = activation_range(view.node.activation, view.output());
  std::vector<int32_t> numbers;
  for (size_t c = 0; c < factors.size(); ++c) {
    int64_t bias = 0;
    if (view.has_input(2))
      bias = has_dtype(view.input(2), DType::s64) ? view.input(2).constant->as<int64_t>()[c]
                                                  : view.input(2).constant->as<int32_t>()[c];
    numbers.push_back(static_cast<int32_t>(bias));
    numbers.push_back(static_cast<int32_t>(bias >> 32));
    numbers.push_back(wide ? reduced_multiplier(factors[c]) : factors[c].multiplier);
    numbers.push_back(wide ? 15 - factors[c].shift : factors[c].shift);
  }
  return {{.requantization = wide                           ? Form::wide
                             : rounding == Rounding::litert ? Form::once
                                                            : Form::twice,
           .activation_min = range.lowest,
           .activation_max = range.highest},
          {"requantization", ElementType::s32, Constant::of(numbers), 4}};
}

bool has_symmetric_s8_weights(const NodeView& view) {
  const Tensor& weights = view.input(1);
  return has_dtype(view.input(0), DType::s8) && has_dtype(weights, DType::s8) &&
         std::ranges::all_of(weights.quantization.zero_points, [](int32_t z) { return z == 0; });
}

WeightRows WeightRows::of(const Tensor& weights, int64_t channels) {
  WeightRows rows;
  rows.channels = channels;
  rows.length = weights.type.shape.elements() / channels;
  rows.zero_point = weights.quantization.per_tensor() ? weights.quantization.zero_point() : 0;
  if (has_dtype(weights, DType::u8)) {
    rows.zero_point -= 128;
    for (const uint8_t w : weights.constant->as<uint8_t>())
      rows.values.push_back(static_cast<int8_t>(w - 128));
  } else {
    const auto values = weights.constant->as<int8_t>();
    rows.values.assign(values.begin(), values.end());
  }
  return rows;
}

bool has_weights_in_fours(const LoweringContext& context) {
  return context.target.architecture != Architecture::armv6m;
}

std::span<const int32_t> biases_of(const NodeView& view) {
  if (!view.has_input(2)) return {};
  return view.input(2).constant->as<int32_t>();
}

std::optional<std::vector<int32_t>> folded_biases(const WeightRows& weights, std::span<const int32_t> bias,
                                                  int32_t input_zero_point) {
  std::vector<int32_t> result;
  for (int64_t c = 0; c < weights.channels; ++c) {
    const int64_t own = bias.empty() ? 0 : bias[static_cast<size_t>(c)];
    int64_t sum = 0;
    int64_t magnitude = 0;
    for (const int8_t w : weights.row(c)) {
      sum += w;
      magnitude += std::abs(w);
    }
    const int64_t folded = own - input_zero_point * sum;
    // Every partial sum of folded + w * x, x in int8, lies within this.
    if (std::abs(folded) + magnitude * 128 > std::numeric_limits<int32_t>::max()) return std::nullopt;
    result.push_back(static_cast<int32_t>(folded));
  }
  return result;
}

std::vector<KernelConstant> requantization_constants(const std::vector<FixedPointMultiplier>& multipliers) {
  std::vector<int32_t> values;
  std::vector<int8_t> shifts;
  for (const FixedPointMultiplier& m : multipliers) {
    values.push_back(m.multiplier);
    shifts.push_back(static_cast<int8_t>(m.shift));
  }
  return {{"multipliers", ElementType::s32, Constant::of(values), 4},
          {"shifts", ElementType::s8, Constant::of(shifts), 1}};
}

std::vector<ConstantRecord> records_of_blocks(int64_t outputs, int64_t length, int64_t groups) {
  std::vector<ConstantRecord> records;
  const int64_t in_group = outputs / groups;
  for (int64_t first = 0; first < outputs; first += in_group)
    for (const ConstantRecord& block :
         records_of_outputs(4 * static_cast<size_t>(length), in_group, 4, first))
      records.push_back({static_cast<size_t>(first * length) + block.first, block.title});
  return records;
}

std::vector<ConstantRecord> records_of_numbers(std::span<const int32_t> numbers, int64_t outputs) {
  return records_of_outputs(4 * numbers.size() / static_cast<size_t>(outputs), outputs, 4);
}

}  // namespace burin
