// A float graph as it will be in int8, without data: the operators, shapes and types are those that
// quantization gives, the scales are not. For estimates of what the quantized model will cost.
#pragma once

#include <vector>

#include "ir/graph.hpp"

namespace burin {

// `wide`: nodes of the prepared graph that compute in int16.
Graph nominal_quantization(const Graph& graph, const std::vector<size_t>& wide = {});

}  // namespace burin
