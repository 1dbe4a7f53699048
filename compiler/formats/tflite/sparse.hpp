// Constants that the format stores without their zeros: pruned weights.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "formats/tflite/file.hpp"
#include "tensor/shape.hpp"

namespace burin::tflite {

// All elements of a constant of that shape, each `width` bytes, row-major, zero where nothing is stored.
// Absent where the description contradicts itself, the shape or the number of bytes stored; `budget` bounds
// the work.
std::optional<std::vector<std::byte>> densified(const schema::SparsityParameters& sparsity,
                                                const Shape& shape, std::span<const std::byte> stored,
                                                size_t width, Budget& budget);

}  // namespace burin::tflite
