// The files that travel inside the tool: everything below runtime-stub/ and targets/, as they stood when the
// tool was built. Paths are relative to the source tree ("targets/cortex-m4.json"), with forward slashes.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace burin {

struct EmbeddedFile {
  std::string_view path;
  std::string_view contents;
};

// All of them, sorted by path. The table and the texts live as long as the program.
std::span<const EmbeddedFile> embedded_files();

// The text of one file, or nothing if no file has that path.
std::optional<std::string_view> embedded_file(std::string_view path);

// The files whose path starts with `prefix`, sorted by path.
std::vector<EmbeddedFile> embedded_files_under(std::string_view prefix);

}  // namespace burin
