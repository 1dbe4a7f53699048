// Which channels of a float graph can only be removed together.
//
// A channel is a slice of a tensor along its last dimension. Where an operator works channel by channel, its
// input's channel and its output's hang together: additions tie the channels of both operands, a depthwise
// layer ties each input channel to the outputs that it makes of it, a reshape ties what lies under each
// other. A layer that sums over channels ends a group: it can do with fewer inputs, and make fewer outputs.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/graph.hpp"

namespace burin {

struct Channel {
  TensorId tensor;
  int32_t channel = 0;
  bool operator==(const Channel&) const = default;
};

// Channels that stay or go together, in the order of tensors and channels.
using RemovableGroup = std::vector<Channel>;

// All groups that may be removed: none of their channels belongs to an input, an output or the state of the
// graph, or is read by an operator whose channels are not known to be independent, and all that makes them is
// a layer whose weights are constants. In the order of their first channels.
std::vector<RemovableGroup> removable_groups(const Graph& graph);

// True for convolution_2d over all channels and fully_connected, of float32 with constant weights and bias:
// layers that sum over their input's channels.
bool sums_over_channels(const NodeView& view);
// True for depthwise_convolution_2d of float32 with constant weights and bias.
bool is_depthwise_layer(const NodeView& view);

// The graph without these groups: smaller tensors, weights and biases. At least one channel of every tensor
// must stay.
Graph remove_channels(const Graph& graph, const std::vector<RemovableGroup>& groups);

}  // namespace burin
