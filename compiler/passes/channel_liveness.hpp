// Which channels of which tensors have to be computed.
//
// Channels hang together: where an operator works channel by channel, its input's channel and its output's
// are kept or removed together. Such a group is needed where any of its members is read by something that
// cannot do without it. A layer that sums over channels can do without one that it weighs by zero, or that is
// constant and adds the same to its accumulator everywhere; and for an output of its own that is constant it
// needs nothing.
#pragma once

#include <vector>

#include "ir/graph.hpp"
#include "passes/weighted_layer.hpp"

namespace burin {

// By tensor and channel, in the sense of channel_count(): true for those to keep. Every tensor keeps at least
// one channel; tensors that the graph's interface or an operator without known channels touches keep all.
// `ranges` are the graph's channel_ranges().
std::vector<std::vector<bool>> needed_channels(const Graph& graph,
                                               const std::vector<std::vector<ValueRange>>& ranges);

// True if the channel always holds one value.
inline bool is_constant(const std::vector<ValueRange>& ranges, int64_t channel) {
  return !ranges.empty() && ranges[static_cast<size_t>(channel)].is_constant();
}

// What the constants among the input's channels, those that may be removed, add to the accumulator of
// `output`, by channel; nothing where one cannot be removed because the output needs it. With these, no sum
// of the bias and any of them leaves int32.
std::vector<std::optional<int64_t>> removable_contributions(const WeightedLayer& layer, int64_t output,
                                                            const std::vector<ValueRange>& input_ranges);

}  // namespace burin
