// Raw elements, samples back to back: what `burin run` reads and writes.
#include <fmt/format.h>

#include "data/source.hpp"

namespace burin::data {
namespace {

namespace fs = std::filesystem;

class RawSource final : public Source {
 public:
  RawSource(const fs::path& path, const Input& input, uint64_t samples)
      : Source(path, element_type(input.type.dtype), samples),
        bytes_(static_cast<uint64_t>(input.type.bytes())) {}

  Result<Done> read(uint64_t first, uint64_t, std::span<std::byte> into) const override {
    const Result<Reader> reader = Reader::open(path());
    if (!reader) return reader.diagnostics();
    return reader->read(first * bytes_, into);
  }

 private:
  uint64_t bytes_;  // of a sample
};

}  // namespace

Result<SourcePointer> open_raw(const fs::path& path, const Input& input) {
  const Result<uint64_t> size = regular_file_size(path);
  if (!size) return size.diagnostics();
  const auto bytes = static_cast<uint64_t>(input.type.bytes());
  if (*size == 0 || *size % bytes != 0)
    return misfit(path, input,
                  fmt::format("{} bytes are not a whole number of samples of {} bytes", *size, bytes),
                  "the file holds raw little-endian elements, samples back to back");
  return SourcePointer(std::make_shared<RawSource>(path, input, *size / bytes));
}

}  // namespace burin::data
