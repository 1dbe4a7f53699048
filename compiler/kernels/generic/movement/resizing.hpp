// Host side of kernels: resizing.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/movement/resizing.hpp"

namespace burin {

// batches, channels, and the four sides.
std::vector<std::pair<std::string, int32_t>> resize_geometry(const NodeView& view);

}  // namespace burin
