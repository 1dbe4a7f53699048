// Models to test with: the project's own, the small odd ones, and where it is there a corpus of public ones.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace burin {

// A folder of folders that each hold a model.tflite, named by BURIN_CORPUS; else ../shared/corpus beside the
// sources. It need not exist.
inline std::filesystem::path corpus_folder() {
  const char* named = std::getenv("BURIN_CORPUS");
  return named ? named : std::filesystem::path(BURIN_SOURCE_DIR).parent_path() / "shared/corpus";
}

// All models below a folder, sorted; none where it does not exist.
inline std::vector<std::filesystem::path> models_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error))
    if (entry.path().extension() == ".tflite") found.push_back(entry.path());
  std::ranges::sort(found);
  return found;
}

inline std::vector<std::filesystem::path> all_models() {
  std::vector<std::filesystem::path> found;
  const std::filesystem::path source = BURIN_SOURCE_DIR;
  for (const std::filesystem::path& folder : {source / "tests/models", source / "models", corpus_folder()})
    for (const std::filesystem::path& model : models_below(folder)) found.push_back(model);
  return found;
}

}  // namespace burin
