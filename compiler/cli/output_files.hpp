// Writing what a verb makes: all of it or nothing, and never over a file that is somebody else's.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.hpp"

namespace burin {

struct OutputFile {
  std::string path;
  std::string contents;
  // Why a file that holds `text` must not be replaced, as the end of "it …"; empty where it may be. Without a
  // function every file may be: the user has named it. Empty files may be replaced in any case.
  std::function<std::string(std::string_view text)> objection = {};
};

// Output files that are complete but do not stand in their places yet. They lie beside them under other
// names, and go away with this object or with an interruption.
class StagedFiles {
 public:
  // Writes the files. Folders that are missing are made; what exists is replaced later, a device or a pipe is
  // written to later. Fails with E0201 where two files have one place, however that is spelled, but different
  // contents, or where a file has the place of one of `inputs`, the files that were read; with E0203 where
  // the file system refuses, and with E0203 where an objection is raised. Then nothing is left behind.
  static Result<StagedFiles> stage(const std::vector<OutputFile>& files,
                                   const std::vector<std::string>& inputs);
  ~StagedFiles();
  StagedFiles(StagedFiles&& other) noexcept;
  StagedFiles& operator=(StagedFiles&&) = delete;

  // Puts all files into their places. Where that fails, with E0203, those that had been replaced are put
  // back.
  Diagnostics commit();

 private:
  struct Staged {
    std::string name;                 // as the user spells it
    std::filesystem::path place;      // where it goes
    std::filesystem::path temporary;  // where it lies; empty for a device
    std::string contents;             // for a device only
  };

  StagedFiles() = default;
  Diagnostics add(const OutputFile& file, const std::filesystem::path& place);
  Diagnostics make_folder(const std::string& name, const std::filesystem::path& folder);
  void undo();

  std::vector<Staged> files_;
  std::vector<std::filesystem::path> folders_;  // that were made for them, outer ones first
};

// Stages and commits.
Diagnostics write_files(const std::vector<OutputFile>& files, const std::vector<std::string>& inputs);

}  // namespace burin
