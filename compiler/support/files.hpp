// Whole files, and folders that go away by themselves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "support/result.hpp"

namespace burin {

// The bytes of a file. E0203 if it cannot be read or is longer than `limit`; the diagnostic's file is the
// path.
Result<std::string> read_file(const std::filesystem::path& path, uint64_t limit = uint64_t{1} << 31);

// Replaces a file's contents. E0203 if it cannot be written.
Result<Done> write_file(const std::filesystem::path& path, std::string_view contents);

// A new folder below TMPDIR, by its absolute path, that goes away, with all it contains, together with this
// object or with an interruption.
class TemporaryDirectory {
 public:
  // Fails with E0203.
  static Result<TemporaryDirectory> create();
  ~TemporaryDirectory();
  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace burin
