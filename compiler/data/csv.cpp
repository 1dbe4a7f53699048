// Text: a sample a line, its numbers separated by commas, semicolons, tabs or spaces.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <string_view>

#include "data/source.hpp"

namespace burin::data {
namespace {

namespace fs = std::filesystem;

constexpr size_t block_bytes = 1 << 16;
constexpr size_t longest_number = 64;  // digits and separators that a number may take

bool is_separator(char c) {
  return c == ',' || c == ';' || c == '\t' || c == ' ' || c == '"';
}

// The next field of a line, without quotes; nothing at its end.
std::optional<std::string_view> take_field(std::string_view& line) {
  while (!line.empty() && is_separator(line[0])) line.remove_prefix(1);
  if (line.empty()) return std::nullopt;
  const size_t length = static_cast<size_t>(std::ranges::find_if(line, is_separator) - line.begin());
  const std::string_view field = line.substr(0, length);
  line.remove_prefix(length);
  return field;
}

std::optional<double> number_of(std::string_view field) {
  if (field.starts_with('+')) field.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return value;
}

bool is_data(std::string_view line) {
  const std::optional<std::string_view> first = take_field(line);
  return first && !first->starts_with("#");
}

// Calls `take(offset, line)` for every line of a file from a byte on, until it gives false. E0203, E0208
// where a line is longer than any sample can be.
template <class Take>
Result<Done> each_line(const fs::path& path, uint64_t from, size_t longest, const Take& take) {
  const Result<uint64_t> size = regular_file_size(path);
  if (!size) return size.diagnostics();
  const Result<Reader> reader = Reader::open(path);
  if (!reader) return reader.diagnostics();
  std::string kept;
  uint64_t offset = from;  // of the first byte that is kept
  for (uint64_t at = from; at < *size;) {
    const size_t some = std::min<uint64_t>(block_bytes, *size - at);
    const size_t before = kept.size();
    kept.resize(before + some);
    const Result<Done> done =
        reader->read(at, std::as_writable_bytes(std::span<char>(kept.data() + before, some)));
    if (!done) return done;
    at += some;
    size_t begin = 0;
    for (size_t end = kept.find('\n'); end != std::string::npos; end = kept.find('\n', begin)) {
      std::string_view line(kept.data() + begin, end - begin);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!take(offset + begin, line)) return Done{};
      begin = end + 1;
    }
    kept.erase(0, begin);
    offset += begin;
    if (kept.size() > longest)
      return unreadable(path, fmt::format("a line is longer than {} bytes", longest),
                        "a sample is a line of numbers");
  }
  if (!kept.empty()) take(offset, std::string_view(kept));
  return Done{};
}

class CsvSource final : public Source {
 public:
  CsvSource(const fs::path& path, const Input& input, std::vector<uint64_t> lines)
      : Source(path, ElementType::f64, lines.size()), elements_(input.elements()), lines_(std::move(lines)) {}

  Result<Done> read(uint64_t first, uint64_t count, std::span<std::byte> into) const override {
    BURIN_CHECK(into.size() == count * elements_ * sizeof(double), "samples for another number of bytes");
    if (count == 0) return Done{};
    size_t next = 0;
    bool broken = false;
    const Result<Done> done =
        each_line(path(), lines_[first], longest_line(elements_), [&](uint64_t, std::string_view line) {
          if (!is_data(line)) return true;
          for (size_t i = 0; i < elements_; ++i) {
            const std::optional<std::string_view> field = take_field(line);
            const std::optional<double> number = field ? number_of(*field) : std::nullopt;
            broken = broken || !number;
            const double value = number.value_or(0);
            std::memcpy(into.data() + next++ * sizeof(double), &value, sizeof(double));
          }
          return !broken && next < count * elements_;
        });
    if (!done) return done;
    if (broken || next != count * elements_)
      return unreadable(path(), "the file is no longer what it was", "leave it alone while it is read");
    return Done{};
  }

  static size_t longest_line(size_t elements) { return (elements + 16) * longest_number; }

 private:
  size_t elements_;
  std::vector<uint64_t> lines_;  // where each sample begins
};

}  // namespace

Result<SourcePointer> open_csv(const fs::path& path, const Input& input) {
  std::vector<uint64_t> lines;
  std::optional<Diagnostic> wrong;
  uint64_t number = 0;
  const Result<Done> done = each_line(
      path, 0, CsvSource::longest_line(input.elements()), [&](uint64_t offset, std::string_view line) {
        ++number;
        if (!is_data(line)) return true;
        size_t fields = 0;
        std::string_view rest = line;
        while (const std::optional<std::string_view> field = take_field(rest)) {
          ++fields;
          if (number_of(*field)) continue;
          if (lines.empty() && fields == 1) return true;  // the columns' names
          wrong = unreadable(path, fmt::format("line {}: \"{}\" is no number", number, printable(*field, 40)),
                             "a sample is a line of numbers, separated by commas");
          return false;
        }
        if (fields != input.elements()) {
          wrong =
              misfit(path, input,
                     fmt::format("line {} has {} numbers, and a sample {}", number, fields, input.elements()),
                     "a sample is a line with a number for every element of the input");
          return false;
        }
        lines.push_back(offset);
        return true;
      });
  if (!done) return done.diagnostics();
  if (wrong) return *wrong;
  if (lines.empty()) return misfit(path, input, "the file has no samples", "give at least one line");
  return SourcePointer(std::make_shared<CsvSource>(path, input, std::move(lines)));
}

}  // namespace burin::data
