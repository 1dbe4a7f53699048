#include "data/source.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace burin::data {
namespace {

namespace fs = std::filesystem;

Diagnostic cannot_be_read(const fs::path& path, const std::string& why) {
  return {.code = DiagnosticCode::E0203,
          .message = "cannot be read: " + why,
          .place = {},
          .help = "check the path, and that you may read the file",
          .file = printable(path.string())};
}

std::string reason(int error) {
  return std::generic_category().message(error);
}

}  // namespace

Diagnostic unreadable(const fs::path& path, std::string message, std::string help) {
  return {.code = DiagnosticCode::E0203,
          .message = std::move(message),
          .place = {},
          .help = std::move(help),
          .file = printable(path.string())};
}

Diagnostic misfit(const fs::path& path, const Input& input, std::string message, std::string help) {
  return {.code = DiagnosticCode::E0204,
          .message = std::move(message),
          .place = describe_place(input),
          .help = std::move(help),
          .file = printable(path.string())};
}

std::string describe_place(const Input& input) {
  return fmt::format("input \"{}\": {}", printable(input.name, 80), describe_type(input.type));
}

Result<uint64_t> regular_file_size(const fs::path& path) {
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (!fs::exists(status)) return cannot_be_read(path, reason(ENOENT));
  if (!fs::is_regular_file(status)) return cannot_be_read(path, "it is no regular file");
  const uint64_t size = fs::file_size(path, failed);
  if (failed) return cannot_be_read(path, failed.message());
  return size;
}

Result<Reader> Reader::open(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return cannot_be_read(path, reason(errno));
  return Reader(path, descriptor);
}

Reader::~Reader() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Reader::Reader(Reader&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

Result<Done> Reader::read(uint64_t offset, std::span<std::byte> into) const {
  while (!into.empty()) {
    const ssize_t got = ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_be_read(path_, reason(errno));
    if (got == 0) return cannot_be_read(path_, "it is shorter than it was");
    offset += static_cast<uint64_t>(got);
    into = into.subspan(static_cast<size_t>(got));
  }
  return Done{};
}

}  // namespace burin::data
