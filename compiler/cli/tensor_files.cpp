#include "cli/tensor_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>

#include "data/npy.hpp"
#include "support/files.hpp"

namespace burin {
namespace {

static_assert(std::endian::native == std::endian::little, "files and memory have one order of bytes");

constexpr std::string_view magic = "\x93NUMPY";

bool is_npy(const std::string& path) {
  return path.ends_with(".npy");
}

Diagnostic unfit(const std::string& path, std::string message, std::string help, std::string place = {}) {
  return {.code = DiagnosticCode::E0204,
          .message = std::move(message),
          .place = std::move(place),
          .help = std::move(help),
          .file = path == stream_name ? "standard input" : path};
}

Result<std::string> read_stream() {
  std::string contents;
  char block[1 << 16];
  for (;;) {
    const ssize_t count = read(STDIN_FILENO, block, sizeof block);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      return Diagnostic{.code = DiagnosticCode::E0203,
                        .message = "cannot be read: " + std::generic_category().message(errno),
                        .file = "standard input"};
    if (count == 0) return contents;
    contents.append(block, static_cast<size_t>(count));
  }
}

// NumPy's name of an element type, as in "<f4"; "|" where the order of bytes means nothing.
std::string_view descr_of(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return "<f4";
    case DType::s8:
      return "|i1";
    case DType::u8:
      return "|u1";
    case DType::s16:
      return "<i2";
    case DType::s32:
      return "<i4";
    case DType::s64:
      return "<i8";
    case DType::boolean:
      return "|b1";
  }
  internal_error("an element type without a name in NumPy", __FILE__, __LINE__);
}

// A .npy file: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
struct Array {
  std::string descr;
  std::string_view elements;
};

// The value of a key in the header, which is the text of a Python dictionary; up to a comma outside of
// parentheses.
std::optional<std::string_view> value_of(std::string_view header, std::string_view key) {
  for (const char quote : {'\'', '"'}) {
    const std::string quoted = fmt::format("{0}{1}{0}", quote, key);
    const size_t at = header.find(quoted);
    if (at == std::string_view::npos) continue;
    std::string_view rest = header.substr(at + quoted.size());
    const size_t begin = rest.find_first_not_of(": ");
    if (begin == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(begin);
    const size_t end = rest.starts_with('(') ? rest.find(')') : rest.find_first_of(",}");
    if (end == std::string_view::npos) return std::nullopt;
    return rest.substr(0, end);
  }
  return std::nullopt;
}

Result<Array> parse_npy(const std::string& path, std::string_view file) {
  const auto bad = [&](const char* what) {
    return unfit(path, fmt::format("is no .npy file that can be used: {}", what),
                 "save it with numpy.save, in C order, as a plain array of numbers");
  };
  if (!file.starts_with(magic) || file.size() < 10) return bad("it does not begin like one");
  const auto byte = [&](size_t at) { return static_cast<size_t>(static_cast<unsigned char>(file[at])); };
  const size_t version = byte(6);
  if (version < 1 || version > 3) return bad("its version is not 1, 2 or 3");
  const size_t start = version == 1 ? 10 : 12;
  if (file.size() < start) return bad("it ends in its header");
  size_t length = byte(8) | byte(9) << 8;
  if (version > 1) length |= byte(10) << 16 | byte(11) << 24;
  if (length > file.size() - start) return bad("it ends in its header");
  const std::string_view header = file.substr(start, length);
  const auto descr = value_of(header, "descr");
  const auto order = value_of(header, "fortran_order");
  const auto shape = value_of(header, "shape");
  if (!descr || !order || !shape || descr->size() < 4 || !shape->starts_with('('))
    return bad("its header does not say what it holds");
  // "'<f4'"
  Array array{.descr = std::string(descr->substr(1, descr->find_last_of("'\"") - 1)),
              .elements = file.substr(start + length)};
  uint64_t elements = 1;
  size_t dimensions = 0;
  for (size_t at = 1; at < shape->size();) {
    const size_t digit = shape->find_first_of("0123456789", at);
    if (digit == std::string_view::npos) break;
    uint64_t dimension = 0;
    const auto [end, failed] =
        std::from_chars(shape->data() + digit, shape->data() + shape->size(), dimension);
    if (failed != std::errc() || __builtin_mul_overflow(elements, dimension, &elements))
      return bad("its shape is no shape");
    at = static_cast<size_t>(end - shape->data());
    if (dimension > 1) ++dimensions;
  }
  if (order->starts_with("True") && dimensions > 1) return bad("its elements are in Fortran order");
  uint64_t width = 0;
  const std::string digits = array.descr.size() > 2 ? array.descr.substr(2) : "";
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), width);
  if (parsed.ec != std::errc() || width == 0 || width > 16) return bad("its elements are no numbers");
  if (array.elements.size() % width != 0 || array.elements.size() / width != elements)
    return bad("its length is not what its shape says");
  if (array.descr[0] == '>' && width > 1) return bad("its numbers are big-endian");
  return array;
}

}  // namespace

Result<std::vector<uint8_t>> read_tensor_file(const std::string& path, const Tensor& tensor,
                                              const std::string& port) {
  const Result<std::string> file = path == stream_name ? read_stream() : read_file(path);
  if (!file) return file.diagnostics();
  const std::string place = fmt::format("{} \"{}\": {}[{}]", port, printable(tensor.name, 80),
                                        long_name_of(tensor.type.dtype), to_string(tensor.type.shape));
  std::string_view elements = *file;
  if (is_npy(path)) {
    const Result<Array> array = parse_npy(path, *file);
    if (!array) return array.diagnostics();
    const std::string_view wanted = descr_of(tensor.type.dtype);
    if (std::string_view(array->descr).substr(1) != wanted.substr(1))
      return unfit(
          path, fmt::format("holds elements of type {}, not {}", printable(array->descr, 20), wanted),
          fmt::format("convert it: numpy.save(path, array.astype(numpy.{})), after quantizing where the "
                      "tensor is quantized",
                      long_name_of(tensor.type.dtype)),
          place);
    elements = array->elements;
  }
  const auto size = static_cast<uint64_t>(tensor.type.bytes());
  if (size == 0 || elements.empty() || elements.size() % size != 0)
    return unfit(path,
                 fmt::format("{} bytes are not a whole number of samples of {} bytes", elements.size(), size),
                 "the file holds elements of the tensor's type, little-endian, samples back to back", place);
  return std::vector<uint8_t>(elements.begin(), elements.end());
}

std::string tensor_file_text(const std::string& path, const Tensor& tensor,
                             const std::vector<uint8_t>& elements) {
  std::string text(elements.begin(), elements.end());
  if (!is_npy(path)) return text;
  const auto size = static_cast<uint64_t>(tensor.type.bytes());
  std::vector<uint64_t> shape = {size == 0 ? 0 : elements.size() / size};
  const std::vector<int32_t>& dims = tensor.type.shape.dims();
  for (size_t i = !dims.empty() && dims[0] == 1 ? 1 : 0; i < dims.size(); ++i)
    shape.push_back(static_cast<uint64_t>(dims[i]));
  return data::npy_header(data::element_type(tensor.type.dtype), shape) + text;
}

Result<std::vector<int64_t>> read_integers(const std::string& path) {
  const Result<std::string> file = read_file(path);
  if (!file) return file.diagnostics();
  std::string_view elements = *file;
  std::string type = "u1";
  if (is_npy(path)) {
    const Result<Array> array = parse_npy(path, *file);
    if (!array) return array.diagnostics();
    elements = array->elements;
    type = array->descr.substr(1);
  }
  size_t width = 0;
  if (type.size() == 2 && (type[0] == 'i' || type[0] == 'u' || type == "b1"))
    width = static_cast<size_t>(type[1] - '0');
  if (width != 1 && width != 2 && width != 4 && width != 8)
    return unfit(path, fmt::format("holds elements of type {}, not integers", printable(type, 20)),
                 "give the number of the right class for each sample");
  std::vector<int64_t> integers;
  for (size_t at = 0; at + width <= elements.size(); at += width) {
    uint64_t bits = 0;
    std::memcpy(&bits, elements.data() + at, width);
    const auto unused = static_cast<unsigned>(64 - 8 * width);
    integers.push_back(type[0] == 'i' ? static_cast<int64_t>(bits << unused) >> unused
                                      : static_cast<int64_t>(bits));
  }
  return integers;
}

}  // namespace burin
