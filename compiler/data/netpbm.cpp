// PGM and PPM images in their binary forms, a sample each: http://netpbm.sourceforge.net/doc/pgm.html
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "data/image.hpp"

namespace burin::data {
namespace {

namespace fs = std::filesystem;

constexpr size_t longest_header = 4096;  // with its comments

struct Header {
  uint32_t channels = 1;
  uint64_t width = 0;
  uint64_t height = 0;
  uint64_t highest = 0;      // value of a channel
  uint64_t data_offset = 0;  // in bytes
};

std::optional<Header> parse(std::string_view text) {
  const size_t whole = text.size();
  Header header;
  if (text.starts_with("P6"))
    header.channels = 3;
  else if (!text.starts_with("P5"))
    return std::nullopt;
  text.remove_prefix(2);
  for (uint64_t* number : {&header.width, &header.height, &header.highest}) {
    while (!text.empty() && std::string_view(" \t\r\n#").find(text[0]) != std::string_view::npos)
      text.remove_prefix(text[0] == '#' ? std::min(text.find('\n'), text.size()) : 1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
  }
  if (text.empty() || header.highest == 0 || header.highest > 65535) return std::nullopt;
  header.data_offset = whole - text.size() + 1;  // one space ends the header
  return header;
}

class NetpbmSource final : public Source {
 public:
  NetpbmSource(const fs::path& path, const ImageLayout& layout, const Header& header)
      : Source(path, header.highest > 255 ? ElementType::u16 : ElementType::u8, 1),
        layout_(layout),
        header_(header) {}

  Result<Done> read(uint64_t, uint64_t count, std::span<std::byte> into) const override {
    if (count == 0) return Done{};
    const Result<Reader> reader = Reader::open(path());
    if (!reader) return reader.diagnostics();
    const Result<Done> done = reader->read(header_.data_offset, into);
    if (!done) return done;
    const size_t width = byte_width(type());
    if (width == 2)  // the format's are big-endian
      for (size_t at = 0; at < into.size(); at += 2) std::swap(into[at], into[at + 1]);
    make_planar(layout_, width, into);
    return Done{};
  }

 private:
  ImageLayout layout_;
  Header header_;
};

}  // namespace

Result<SourcePointer> open_netpbm(const fs::path& path, const Input& input) {
  const std::optional<ImageLayout> layout = image_layout(input);
  if (!layout) return misfit(path, input, "the input is no image", "images are [height, width, channels]");
  const Result<uint64_t> size = regular_file_size(path);
  if (!size) return size.diagnostics();
  const Result<Reader> reader = Reader::open(path);
  if (!reader) return reader.diagnostics();
  std::string text(std::min<uint64_t>(*size, longest_header), '\0');
  const Result<Done> done = reader->read(0, std::as_writable_bytes(std::span<char>(text)));
  if (!done) return done.diagnostics();
  const std::optional<Header> header = parse(text);
  if (!header)
    return unreadable(path, "this is no binary PGM or PPM image", "write it as P5 (gray) or P6 (color)");
  if (const auto wrong = check_size(path, input, *layout, header->width, header->height)) return *wrong;
  if (header->channels != layout->channels)
    return misfit(
        path, input,
        fmt::format("the image has {} channels, and the input {}", header->channels, layout->channels),
        "PGM images have 1 channel, PPM images 3");
  const uint64_t bytes = layout->elements() * (header->highest > 255 ? 2 : 1);
  if (*size - header->data_offset != bytes)
    return unreadable(
        path,
        fmt::format("the image wants {} bytes, and {} follow its header", bytes, *size - header->data_offset),
        "write the image again");
  return SourcePointer(std::make_shared<NetpbmSource>(path, *layout, *header));
}

}  // namespace burin::data
