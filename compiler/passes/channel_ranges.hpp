// Which values the channels of each tensor can take, whatever the model's inputs are.
#pragma once

#include <vector>

#include "ir/graph.hpp"
#include "passes/weighted_layer.hpp"

namespace burin {

// Channels are slices along the last dimension; a scalar has one.
inline int64_t channel_count(const Tensor& tensor) {
  return tensor.type.shape.rank() == 0 ? 1 : tensor.type.shape[-1];
}

// By tensor: a range a channel, in the tensor's own integers. Empty for element types other than int8 and
// uint8. Ranges are never too narrow; where an operator is not known to be monotone they are the type's whole
// range.
std::vector<std::vector<ValueRange>> channel_ranges(const Graph& graph, Rounding rounding);

}  // namespace burin
