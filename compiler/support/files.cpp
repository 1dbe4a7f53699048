#include "support/files.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

#include "support/interruption.hpp"

namespace burin {
namespace {

namespace fs = std::filesystem;

Diagnostic file_error(const fs::path& path, std::string message, std::string help) {
  return {.code = DiagnosticCode::E0203,
          .message = std::move(message),
          .place = {},
          .help = std::move(help),
          .file = printable(path.string())};
}

std::string reason(int error) {
  return std::generic_category().message(error);
}

}  // namespace

Result<std::string> read_file(const fs::path& path, uint64_t limit) {
  const char* const help = "check the path, and that you may read the file";
  // A folder can be opened like a file, and a device may never end.
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (!fs::exists(status))
    return file_error(path, "cannot be read: " + (failed ? failed.message() : reason(ENOENT)), help);
  if (fs::is_directory(status)) return file_error(path, "cannot be read: it is a folder", help);
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return file_error(path, "cannot be read: " + reason(errno), help);
  std::string contents;
  char block[1 << 16];
  while (stream.read(block, sizeof block) || stream.gcount() > 0) {
    contents.append(block, static_cast<size_t>(stream.gcount()));
    if (contents.size() > limit) {
      return file_error(path, fmt::format("longer than {} bytes", limit),
                        "this is not the file that is wanted here");
    }
  }
  if (stream.bad()) return file_error(path, "cannot be read to its end", help);
  return contents;
}

Result<Done> write_file(const fs::path& path, std::string_view contents) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  if (stream) stream.write(contents.data(), static_cast<std::streamsize>(contents.size())).flush();
  if (!stream) {
    return file_error(path, "cannot be written: " + reason(errno),
                      "check that the folder exists, is yours and has space left");
  }
  return Done{};
}

Result<TemporaryDirectory> TemporaryDirectory::create() {
  std::error_code failed;
  fs::path parent = fs::temp_directory_path(failed);
  if (!failed) parent = fs::absolute(parent, failed);
  const Uninterrupted uninterrupted;
  std::string name = (parent / "burin-XXXXXX").string();
  if (failed || mkdtemp(name.data()) == nullptr) {
    return file_error(failed ? fs::path("TMPDIR") : parent,
                      "no temporary folder can be made here: " + (failed ? failed.message() : reason(errno)),
                      "set TMPDIR to a folder of yours with space left");
  }
  remember_path(name);
  return TemporaryDirectory(name);
}

TemporaryDirectory::~TemporaryDirectory() {
  if (path_.empty()) return;
  const Uninterrupted uninterrupted;
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  forget_path(path_);
}

TemporaryDirectory::TemporaryDirectory(TemporaryDirectory&& other) noexcept
    : path_(std::exchange(other.path_, fs::path())) {}

TemporaryDirectory& TemporaryDirectory::operator=(TemporaryDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

}  // namespace burin
