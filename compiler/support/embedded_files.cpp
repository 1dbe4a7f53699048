#include "support/embedded_files.hpp"

namespace burin {

std::optional<std::string_view> embedded_file(std::string_view path) {
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.path == path) return file.contents;
  }
  return std::nullopt;
}

std::vector<EmbeddedFile> embedded_files_under(std::string_view prefix) {
  std::vector<EmbeddedFile> found;
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.path.starts_with(prefix)) found.push_back(file);
  }
  return found;
}

}  // namespace burin
