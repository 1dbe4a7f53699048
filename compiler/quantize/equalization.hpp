// Scales between channels, moved from where a tensor is made into the weights that read it: the float
// function stays, but all channels use the one int8 range that they have to share.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "ir/graph.hpp"

namespace burin {

// Tensors whose channels can only be scaled together, because layers without weights connect them. Element i
// of each of them belongs to channel i modulo `channels`.
struct ChannelGroup {
  int64_t channels = 0;
  std::vector<TensorId> tensors{};
  std::vector<size_t> producers{};  // nodes whose weights make the channels
  std::vector<size_t> readers{};    // nodes whose weights take them
  bool bounded = false;             // by a fused activation that ends at 6
};

// All groups whose channels may be scaled: every tensor made by layers with weights, read by such layers
// alone, and by what treats every channel alike (positive scales commute with it).
std::vector<ChannelGroup> channel_groups(const Graph& graph);

// What a channel's scale follows from.
enum class Equalization : uint8_t {
  none,
  square_root,
  three_quarters,
  full,
  smooth_half,
  smooth_three_quarters
};
std::string_view name_of(Equalization equalization);

// A factor for every channel, the largest channel's being 1 before weights count. `ranges`: largest
// magnitudes of every tensor's channels, by tensor; only those of the group's tensors are read.
std::vector<float> equalizing_factors(const Graph& graph, const ChannelGroup& group,
                                      Equalization equalization,
                                      const std::vector<std::vector<float>>& ranges);

// Multiplies the channels of the group's tensors by positive factors.
void scale_channels(Graph& graph, const ChannelGroup& group, const std::vector<float>& factors);

}  // namespace burin
