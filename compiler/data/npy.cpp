#include "data/npy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "data/source.hpp"

namespace burin::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "\x93NUMPY";
constexpr uint64_t longest_header = 65536;
constexpr size_t alignment = 64;

// The header's text: a literal of Python, a dictionary of which only three keys may be there.
class HeaderText {
 public:
  explicit HeaderText(std::string_view text) : text_(text) {}

  struct Entries {
    std::string type;
    bool column_major = false;
    std::vector<uint64_t> shape;
  };

  std::optional<Entries> parse() {
    Entries entries;
    bool has_type = false;
    bool has_order = false;
    bool has_shape = false;
    if (!take('{')) return std::nullopt;
    while (!take('}')) {
      const std::optional<std::string> key = string();
      if (!key || !take(':')) return std::nullopt;
      if (*key == "descr" && !has_type) {
        const std::optional<std::string> type = type_text();
        if (!type) return std::nullopt;
        entries.type = *type;
        has_type = true;
      } else if (*key == "fortran_order" && !has_order) {
        if (take_word("True"))
          entries.column_major = true;
        else if (!take_word("False"))
          return std::nullopt;
        has_order = true;
      } else if (*key == "shape" && !has_shape) {
        if (!shape(entries.shape)) return std::nullopt;
        has_shape = true;
      } else {
        return std::nullopt;
      }
      if (!take(',') && !peek('}')) return std::nullopt;
    }
    skip_space();
    if (!text_.empty() || !has_type || !has_order || !has_shape) return std::nullopt;
    return entries;
  }

 private:
  void skip_space() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n' || text_[0] == '\t' || text_[0] == '\r'))
      text_.remove_prefix(1);
  }
  bool peek(char c) {
    skip_space();
    return text_.starts_with(c);
  }
  bool take(char c) {
    if (!peek(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take_word(std::string_view word) {
    skip_space();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }
  std::optional<std::string> string() {
    skip_space();
    if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) return std::nullopt;
    const size_t end = text_.find(text_[0], 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string result(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return result;
  }
  // A type of several fields is a list; it is taken whole, for a message.
  std::optional<std::string> type_text() {
    if (!peek('[')) return string();
    const size_t end = text_.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    std::string result(text_.substr(0, end + 1));
    text_.remove_prefix(end + 1);
    return result;
  }
  bool shape(std::vector<uint64_t>& dims) {
    if (!take('(')) return false;
    while (!take(')')) {
      skip_space();
      uint64_t dim = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), dim);
      if (error != std::errc() || dims.size() >= 32) return false;
      text_.remove_prefix(static_cast<size_t>(end - text_.data()));
      take('L');  // Python 2 wrote it
      dims.push_back(dim);
      if (!take(',') && !peek(')')) return false;
    }
    return true;
  }

  std::string_view text_;
};

// "<f4" and its like.
std::optional<ElementType> type_named(std::string_view text) {
  if (text.size() < 3) return std::nullopt;
  const std::string_view kind = text.substr(1);
  static constexpr std::pair<std::string_view, ElementType> kinds[] = {
      {"f4", ElementType::f32},    {"f8", ElementType::f64}, {"i1", ElementType::s8},
      {"u1", ElementType::u8},     {"i2", ElementType::s16}, {"u2", ElementType::u16},
      {"i4", ElementType::s32},    {"u4", ElementType::u32}, {"i8", ElementType::s64},
      {"b1", ElementType::boolean}};
  if (std::string_view("<>|=").find(text[0]) == std::string_view::npos) return std::nullopt;
  for (const auto& [name, type] : kinds)
    if (name == kind) return type;
  return std::nullopt;
}

std::string_view code_of(ElementType type) {
  static constexpr std::string_view codes[] = {"<f4", "<f8", "|i1", "|u1", "<i2",
                                               "<u2", "<i4", "<u4", "<i8", "|b1"};
  return codes[static_cast<size_t>(type)];
}

// Product of the dimensions times the element's bytes, where that fits.
std::optional<uint64_t> byte_count(const NpyHeader& header) {
  uint64_t bytes = byte_width(header.type);
  if (std::ranges::find(header.shape, uint64_t{0}) != header.shape.end()) return 0;
  for (const uint64_t dim : header.shape) {
    if (dim > (uint64_t{1} << 62) / bytes) return std::nullopt;
    bytes *= dim;
  }
  return bytes;
}

class NpySource final : public Source {
 public:
  NpySource(const fs::path& path, const NpyHeader& header, const Input& input)
      : Source(path, header.type, header.shape.at(0)), header_(header), elements_(input.elements()) {
    for (size_t axis = 1; axis < header.shape.size(); ++axis)
      if (header.shape[axis] != 1) dims_.push_back(header.shape[axis]);
  }

  Result<Done> read(uint64_t first, uint64_t count, std::span<std::byte> into) const override {
    const Result<Reader> reader = Reader::open(path());
    if (!reader) return reader.diagnostics();
    const size_t width = byte_width(type());
    BURIN_CHECK(into.size() == count * elements_ * width, "samples for another number of bytes");
    const Result<Done> done = header_.column_major
                                  ? read_columns(*reader, first, count, into)
                                  : reader->read(header_.data_offset + first * elements_ * width, into);
    if (done && header_.big_endian)
      for (size_t at = 0; at < into.size(); at += width) std::ranges::reverse(into.subspan(at, width));
    return done;
  }

 private:
  // Column-major: an element of all samples stands together, and the first of the other axes is the fastest.
  Result<Done> read_columns(const Reader& reader, uint64_t first, uint64_t count,
                            std::span<std::byte> into) const {
    const size_t width = byte_width(type());
    std::vector<std::byte> run(count * width);
    std::vector<uint64_t> at(dims_.size());
    for (uint64_t column = 0; column < elements_; ++column) {
      const Result<Done> done = reader.read(header_.data_offset + (column * samples() + first) * width, run);
      if (!done) return done;
      uint64_t place = 0;
      for (size_t axis = 0; axis < dims_.size(); ++axis) place = place * dims_[axis] + at[axis];
      for (uint64_t i = 0; i < count; ++i)
        std::copy_n(run.data() + i * width, width, into.data() + (i * elements_ + place) * width);
      for (size_t axis = 0; axis < dims_.size() && ++at[axis] == dims_[axis]; ++axis) at[axis] = 0;
    }
    return Done{};
  }

  NpyHeader header_;
  uint64_t elements_;           // of a sample
  std::vector<uint64_t> dims_;  // of a sample, without those of 1
};

}  // namespace

uint64_t NpyHeader::elements() const {
  return *byte_count(*this) / byte_width(type);
}

Result<NpyHeader> read_npy_header(const fs::path& path) {
  const auto damaged = [&](const std::string& message) {
    return unreadable(path, message, "write the array again with numpy.save");
  };
  const Result<uint64_t> size = regular_file_size(path);
  if (!size) return size.diagnostics();
  const Result<Reader> reader = Reader::open(path);
  if (!reader) return reader.diagnostics();
  std::byte start[12] = {};
  const Result<Done> begun = reader->read(0, std::span(start).first(std::min<uint64_t>(*size, 12)));
  if (!begun) return begun.diagnostics();
  const auto byte = [&](size_t i) { return std::to_integer<uint32_t>(start[i]); };
  if (*size < 12 || !std::ranges::equal(std::as_bytes(std::span<const char>(magic)), std::span(start, 6)))
    return damaged("this is no .npy file");
  const bool short_length = byte(6) == 1;
  if (byte(6) < 1 || byte(6) > 3) return damaged(fmt::format(".npy version {} is not known", byte(6)));
  const uint64_t begin = short_length ? 10 : 12;
  const uint64_t length =
      short_length ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  if (length > longest_header || length > *size - begin)
    return damaged(fmt::format("the header is to be {} bytes long, and the file is {}", length, *size));
  std::string text(length, '\0');
  const Result<Done> done = reader->read(begin, std::as_writable_bytes(std::span<char>(text)));
  if (!done) return done.diagnostics();
  const std::optional<HeaderText::Entries> entries = HeaderText(text).parse();
  if (!entries)
    return damaged(fmt::format("the header does not follow the format: {}", printable(text, 120)));
  const std::optional<ElementType> type = type_named(entries->type);
  if (!type)
    return unreadable(path, fmt::format("elements of type {} cannot be read", printable(entries->type, 60)),
                      "Burin reads float32 and float64, int8 to int64, uint8 to uint32 and bool; "
                      "array.astype(numpy.float32) converts");
  NpyHeader header{.type = *type,
                   .big_endian = entries->type[0] == '>',
                   .column_major = entries->column_major,
                   .shape = entries->shape,
                   .data_offset = begin + length};
  const std::optional<uint64_t> bytes = byte_count(header);
  const uint64_t present = *size - header.data_offset;
  if (!bytes || *bytes != present)
    return damaged(fmt::format("{}[{}] wants {} bytes, and {} follow the header", name_of(header.type),
                               fmt::join(header.shape, ","), bytes ? fmt::format("{}", *bytes) : "too many",
                               present));
  return header;
}

std::string npy_header(ElementType type, const std::vector<uint64_t>& shape) {
  std::string dims;
  for (const uint64_t dim : shape) dims += fmt::format("{}, ", dim);
  if (shape.size() > 1) dims.resize(dims.size() - 2);
  if (shape.size() == 1) dims.pop_back();
  std::string text =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", code_of(type), dims);
  const size_t begin = magic.size() + 4;
  text.append(alignment - (begin + text.size() + 1) % alignment, ' ');
  text += '\n';
  std::string header(magic);
  header += {'\x01', '\0', static_cast<char>(text.size() & 0xFF), static_cast<char>(text.size() >> 8)};
  return header + text;
}

Result<SourcePointer> open_npy(const fs::path& path, const Input& input) {
  const Result<NpyHeader> header = read_npy_header(path);
  if (!header) return header.diagnostics();
  const auto without_ones = [](auto dims) {
    std::erase_if(dims, [](auto dim) { return dim == 1; });
    return std::vector<uint64_t>(dims.begin(), dims.end());
  };
  const std::vector<uint64_t>& shape = header->shape;
  const std::vector<uint64_t> wanted = without_ones(input.type.shape.dims());
  const auto rest = [&](size_t from) {
    return without_ones(
        std::vector<uint64_t>(shape.begin() + static_cast<std::ptrdiff_t>(from), shape.end()));
  };
  if (shape.empty() || rest(1) != wanted) {
    const bool lacks_axis = !shape.empty() && rest(0) == wanted;
    return misfit(path, input,
                  fmt::format("the array is {}[{}], which is not samples of that shape",
                              name_of(header->type), fmt::join(shape, ",")),
                  lacks_axis ? "the first axis counts samples: array[numpy.newaxis] makes it one sample"
                             : "the first axis counts samples, and the others are the input's shape, with or "
                               "without its batch of 1");
  }
  if (shape[0] == 0) return misfit(path, input, "the array has no samples", "give at least one");
  return SourcePointer(std::make_shared<NpySource>(path, *header, input));
}

}  // namespace burin::data
