// How an image lies in an input.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "data/source.hpp"

namespace burin::data {

struct ImageLayout {
  uint32_t height = 0;
  uint32_t width = 0;
  uint32_t channels = 1;  // 1 grey, 3 red, green, blue, 4 with opacity
  bool planar = false;    // one channel after the other, rather than pixel by pixel

  size_t elements() const { return size_t{height} * width * channels; }
};

// [height, width], [height, width, channels] or [channels, height, width], behind a batch of 1. Nothing where
// the input is no image.
std::optional<ImageLayout> image_layout(const Input& input);

// E0204 where an image of that size is not the input's.
std::optional<Diagnostic> check_size(const std::filesystem::path& path, const Input& input,
                                     const ImageLayout& layout, uint64_t width, uint64_t height);

// Pixel by pixel to channel by channel, in place, of elements of that many bytes.
void make_planar(const ImageLayout& layout, size_t width, std::span<std::byte> pixels);

}  // namespace burin::data
