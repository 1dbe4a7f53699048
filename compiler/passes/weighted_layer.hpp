// CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED in int8 seen alike: every output channel is a requantized
// sum of weights times input channels, over the taps of a window.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "arithmetic/requantization.hpp"
#include "ir/graph.hpp"

namespace burin {

struct ValueRange {
  int32_t lowest = 0;
  int32_t highest = 0;

  bool is_constant() const { return lowest == highest; }
  bool operator==(const ValueRange&) const = default;
};

struct WeightedLayer {
  bool depthwise = false;  // an output channel reads one input channel: output / (outputs / inputs)
  int64_t outputs = 0;
  int64_t inputs = 0;  // channels of the input tensor. FULLY_CONNECTED over pixels has a tap a pixel
  int64_t taps = 0;
  int32_t input_zero_point = 0;
  std::span<const int8_t> weights;  // [outputs, taps, inputs], depthwise [taps, outputs]
  std::span<const int32_t> bias;    // empty if absent
  // Which taps meet the input rather than padding, once for each different set among the output positions.
  std::vector<std::vector<bool>> reaches;

  // Depthwise: of the one input channel that `output` reads.
  int8_t weight(int64_t output, int64_t tap, int64_t input) const {
    return weights[static_cast<size_t>(depthwise ? tap * outputs + output
                                                 : (output * taps + tap) * inputs + input)];
  }
  int64_t multiplicity() const { return outputs / inputs; }  // depthwise
  int64_t bias_of(int64_t output) const { return bias.empty() ? 0 : bias[static_cast<size_t>(output)]; }
  // True if any tap of `output` on the input channel is not zero.
  bool reads(int64_t output, int64_t input) const;
  // What an input channel that always holds `value` adds to the accumulator of `output`; nothing where that
  // differs between output positions, as padding can make it.
  std::optional<int64_t> contribution(int64_t output, int64_t input, int32_t value) const;
  // The accumulators that `output` can reach, at any position, for inputs within the ranges.
  AccumulatorRange accumulators(int64_t output, std::span<const ValueRange> input_ranges) const;
};

// Nothing for other operators and types, for grouped convolutions, for FULLY_CONNECTED whose rows are no
// whole number of the input's channels, and for layers that are too large to look at. The layer refers to the
// graph's constants.
std::optional<WeightedLayer> weighted_layer(const NodeView& view);

// The outputs of the node's channels for one accumulator each, bias included, by the operator's own
// evaluation.
std::vector<int32_t> requantized(const NodeView& view, std::span<const int32_t> accumulators,
                                 Rounding rounding);

// The values of the output's channels for inputs within the ranges.
std::vector<ValueRange> output_ranges(const NodeView& view, const WeightedLayer& layer,
                                      std::span<const ValueRange> input_ranges, Rounding rounding);

}  // namespace burin
