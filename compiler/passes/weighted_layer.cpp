#include "passes/weighted_layer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "ops/operator.hpp"
#include "ops/weighted/attributes.hpp"
#include "passes/lone_node.hpp"

namespace burin {
namespace {

// Taps of one axis times its output positions, and sets of taps. Real layers stay far below; those of hostile
// models could take hours.
constexpr int64_t most_positions = int64_t{1} << 20;
constexpr size_t most_reaches = 256;

// The different sets of taps of one axis that meet the input; not all of them where there are too many.
std::vector<std::vector<bool>> reaches_of(const WindowAxis& axis) {
  std::vector<std::vector<bool>> result;
  for (int32_t y = 0; y < axis.output(); ++y) {
    std::vector<bool> reach;
    for (int32_t k = 0; k < axis.window; ++k) reach.push_back(axis.contains(axis.position(y, k)));
    if (std::ranges::find(result, reach) == result.end()) result.push_back(std::move(reach));
    if (result.size() > most_reaches) break;
  }
  return result;
}

// Empty if there are too many.
std::vector<std::vector<bool>> reaches_of(const Windows& windows) {
  std::vector<std::vector<bool>> result;
  const std::vector<std::vector<bool>> above = reaches_of(windows.height);
  const std::vector<std::vector<bool>> beside = reaches_of(windows.width);
  if (above.size() * beside.size() > most_reaches) return {};
  for (const std::vector<bool>& rows : above) {
    for (const std::vector<bool>& columns : beside) {
      std::vector<bool> reach;
      for (const bool row : rows)
        for (const bool column : columns) reach.push_back(row && column);
      result.push_back(std::move(reach));
    }
  }
  return result;
}

bool fits_s32(int64_t value) {
  return value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max();
}

// Whether requantization is monotone up to this accumulator: it is unless the left shift overflows. The shift
// is at most the factor's logarithm plus one; a further bit is left for the rounding of the factor itself.
bool is_monotone(const NodeView& view, int64_t output, AccumulatorRange range) {
  const double factor = static_cast<double>(view.input(0).quantization.scale()) *
                        static_cast<double>(view.input(1).quantization.scale(static_cast<size_t>(output))) /
                        static_cast<double>(view.output().quantization.scale());
  const auto largest = static_cast<double>(std::max(std::abs(range.lowest), std::abs(range.highest)));
  return largest * std::max(1.0, 4 * factor) < 0x1p31;
}

}  // namespace

bool WeightedLayer::reads(int64_t output, int64_t input) const {
  for (int64_t tap = 0; tap < taps; ++tap)
    if (weight(output, tap, input) != 0) return true;
  return false;
}

std::optional<int64_t> WeightedLayer::contribution(int64_t output, int64_t input, int32_t value) const {
  std::optional<int64_t> result;
  for (const std::vector<bool>& reach : reaches) {
    int64_t sum = 0;
    for (int64_t tap = 0; tap < taps; ++tap)
      if (reach[static_cast<size_t>(tap)]) sum += weight(output, tap, input) * (value - input_zero_point);
    if (result && *result != sum) return std::nullopt;
    result = sum;
  }
  return result;
}

AccumulatorRange WeightedLayer::accumulators(int64_t output, std::span<const ValueRange> input_ranges) const {
  std::vector<AccumulatorRange> sums(static_cast<size_t>(taps));
  const int64_t first = depthwise ? output / multiplicity() : 0;
  const int64_t last = depthwise ? first : inputs - 1;
  for (int64_t tap = 0; tap < taps; ++tap) {
    AccumulatorRange& sum = sums[static_cast<size_t>(tap)];
    for (int64_t input = first; input <= last; ++input) {
      const ValueRange& range = input_ranges[static_cast<size_t>(input)];
      const int64_t w = weight(output, tap, input);
      const int64_t at_lowest = w * (range.lowest - input_zero_point);
      const int64_t at_highest = w * (range.highest - input_zero_point);
      sum.lowest += std::min(at_lowest, at_highest);
      sum.highest += std::max(at_lowest, at_highest);
    }
  }
  AccumulatorRange result{std::numeric_limits<int64_t>::max(), std::numeric_limits<int64_t>::min()};
  for (const std::vector<bool>& reach : reaches) {
    AccumulatorRange here{bias_of(output), bias_of(output)};
    for (size_t tap = 0; tap < sums.size(); ++tap) {
      if (!reach[tap]) continue;
      here.lowest += sums[tap].lowest;
      here.highest += sums[tap].highest;
    }
    result.lowest = std::min(result.lowest, here.lowest);
    result.highest = std::max(result.highest, here.highest);
  }
  return result;
}

std::optional<WeightedLayer> weighted_layer(const NodeView& view) {
  const bool convolution = view.node.op == Op::convolution_2d;
  const bool depthwise = view.node.op == Op::depthwise_convolution_2d;
  const bool fully_connected = view.node.op == Op::fully_connected;
  if (!convolution && !depthwise && !fully_connected) return std::nullopt;
  const Tensor& input = view.input(0);
  const Tensor& weights = view.input(1);
  if (input.type.dtype != DType::s8 || weights.type.dtype != DType::s8 ||
      view.output().type.dtype != DType::s8 || !weights.is_constant() || input.type.shape.rank() == 0)
    return std::nullopt;
  if (std::ranges::any_of(weights.quantization.zero_points, [](int32_t z) { return z != 0; }))
    return std::nullopt;
  if (view.has_input(2) && (view.input(2).type.dtype != DType::s32 || !view.input(2).is_constant()))
    return std::nullopt;

  const Shape& shape = weights.type.shape;
  WeightedLayer layer;
  layer.depthwise = depthwise;
  layer.inputs = input.type.shape[-1];
  layer.outputs = depthwise ? shape[3] : shape[0];
  layer.taps = shape.elements() / layer.outputs / (depthwise ? 1 : layer.inputs);
  layer.input_zero_point = input.quantization.zero_point();
  layer.weights = weights.constant->as<int8_t>();
  if (view.has_input(2)) layer.bias = view.input(2).constant->as<int32_t>();
  if (fully_connected) {
    if (shape[1] % layer.inputs != 0) return std::nullopt;
    layer.reaches = {std::vector<bool>(static_cast<size_t>(layer.taps), true)};
  } else {
    if (convolution && shape[3] != layer.inputs) return std::nullopt;
    const Windows windows = view.attributes<WindowAttributes>().windows(input.type.shape, shape[1], shape[2]);
    for (const WindowAxis& axis : {windows.height, windows.width})
      if (int64_t{axis.output()} * axis.window > most_positions) return std::nullopt;
    layer.reaches = reaches_of(windows);
  }
  if (layer.reaches.empty()) return std::nullopt;
  return layer;
}

std::vector<int32_t> requantized(const NodeView& view, std::span<const int32_t> accumulators,
                                 Rounding rounding) {
  // The same operator on one pixel of one channel, with weights of zero and the accumulators for biases.
  LoneNode lone(view.graph, view.node);
  const auto outputs = static_cast<int32_t>(accumulators.size());
  const bool fully_connected = view.node.op == Op::fully_connected;
  const bool depthwise = view.node.op == Op::depthwise_convolution_2d;
  lone.node().attributes =
      fully_connected ? Attributes::of(FullyConnectedAttributes{}) : Attributes::of(WindowAttributes{});
  lone.set_input(0, fully_connected ? Shape{1, 1} : Shape{1, 1, 1, 1}, std::vector<int32_t>{0});
  lone.set_input(1,
                 fully_connected ? Shape{outputs, 1}
                 : depthwise     ? Shape{1, 1, 1, outputs}
                                 : Shape{outputs, 1, 1, 1},
                 std::vector<int32_t>(accumulators.size(), 0));
  if (!lone.has_input(2)) lone.add_input(2, {.name = "accumulators", .type = {DType::s32, {outputs}}});
  lone.set_input(2, {outputs}, accumulators);
  lone.output().type.shape = fully_connected ? Shape{1, outputs} : Shape{1, 1, 1, outputs};
  const Value value = lone.evaluate(rounding);
  std::vector<int32_t> result;
  for (size_t i = 0; i < accumulators.size(); ++i) result.push_back(static_cast<int32_t>(value.integer(i)));
  return result;
}

std::vector<ValueRange> output_ranges(const NodeView& view, const WeightedLayer& layer,
                                      std::span<const ValueRange> input_ranges, Rounding rounding) {
  const IntegerRange type = integer_range(view.output().type.dtype);
  std::vector<int32_t> lowest(static_cast<size_t>(layer.outputs));
  std::vector<int32_t> highest = lowest;
  std::vector<bool> known(lowest.size());
  for (size_t o = 0; o < lowest.size(); ++o) {
    const AccumulatorRange range = layer.accumulators(static_cast<int64_t>(o), input_ranges);
    known[o] = fits_s32(range.lowest) && fits_s32(range.highest) &&
               (range.lowest == range.highest || is_monotone(view, static_cast<int64_t>(o), range));
    if (!known[o]) continue;
    lowest[o] = static_cast<int32_t>(range.lowest);
    highest[o] = static_cast<int32_t>(range.highest);
  }
  lowest = requantized(view, lowest, rounding);
  highest = requantized(view, highest, rounding);
  std::vector<ValueRange> result;
  for (size_t o = 0; o < lowest.size(); ++o)
    result.push_back(known[o]
                         ? ValueRange{lowest[o], highest[o]}
                         : ValueRange{static_cast<int32_t>(type.lowest), static_cast<int32_t>(type.highest)});
  return result;
}

}  // namespace burin
