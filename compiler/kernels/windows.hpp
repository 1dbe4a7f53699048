// Host side of kernels: window.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/window.hpp"

namespace burin {

// The enumerators that generic/window.hpp asks of a geometry. Both tensors are NHWC.
std::vector<std::pair<std::string, int32_t>> window_geometry(const Windows& windows, const Shape& input,
                                                             const Shape& output);

// For kernels that make pixel after pixel and read no more than its window for each: how far below the input
// the output must start. Nothing where that leaves no overlap, or where there are several images.
std::vector<KernelOverlap> window_overlaps(const Windows& windows, const Shape& input, const Shape& output);

}  // namespace burin
