#include "data/image.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace burin::data {

std::optional<ImageLayout> image_layout(const Input& input) {
  std::vector<uint32_t> dims(input.type.shape.dims().begin(), input.type.shape.dims().end());
  if (dims.size() == 4 && dims[0] == 1) dims.erase(dims.begin());
  const auto are_channels = [](uint32_t dim) { return dim == 1 || dim == 3 || dim == 4; };
  if (dims.size() == 2) return ImageLayout{dims[0], dims[1], 1, false};
  if (dims.size() != 3) return std::nullopt;
  if (are_channels(dims[2])) return ImageLayout{dims[0], dims[1], dims[2], false};
  if (are_channels(dims[0])) return ImageLayout{dims[1], dims[2], dims[0], dims[0] > 1};
  return std::nullopt;
}

std::optional<Diagnostic> check_size(const std::filesystem::path& path, const Input& input,
                                     const ImageLayout& layout, uint64_t width, uint64_t height) {
  if (width == layout.width && height == layout.height) return std::nullopt;
  return misfit(path, input,
                fmt::format("the image is {} x {} pixels, and the input {} x {}", width, height, layout.width,
                            layout.height),
                "scale or cut the images as the model's training did");
}

void make_planar(const ImageLayout& layout, size_t width, std::span<std::byte> pixels) {
  if (!layout.planar) return;
  const std::vector<std::byte> from(pixels.begin(), pixels.end());
  const size_t count = size_t{layout.height} * layout.width;
  for (size_t pixel = 0; pixel < count; ++pixel)
    for (size_t channel = 0; channel < layout.channels; ++channel)
      std::copy_n(from.begin() + static_cast<std::ptrdiff_t>((pixel * layout.channels + channel) * width),
                  width, pixels.begin() + static_cast<std::ptrdiff_t>((channel * count + pixel) * width));
}

}  // namespace burin::data
