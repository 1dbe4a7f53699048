#include "data/locate.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <system_error>

#include "data/npz.hpp"
#include "support/identifier.hpp"
#include "support/near_names.hpp"

namespace burin::data {
namespace {

namespace fs = std::filesystem;
using Sources = std::vector<SourcePointer>;

struct Format {
  std::string_view ending;
  Result<SourcePointer> (*open)(const fs::path& path, const Input& input);
};

constexpr std::array formats = {Format{".npy", open_npy},    Format{".npz", open_npz},
                                Format{".bin", open_raw},    Format{".csv", open_csv},
                                Format{".png", open_png},    Format{".pgm", open_netpbm},
                                Format{".ppm", open_netpbm}, Format{".wav", open_wav}};

std::string known_endings() {
  std::vector<std::string_view> endings;
  for (const Format& format : formats) endings.push_back(format.ending);
  return fmt::format("{}", fmt::join(endings, ", "));
}

const Format* format_of(const fs::path& path) {
  std::string ending = path.extension().string();
  std::ranges::transform(ending, ending.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const auto found = std::ranges::find(formats, ending, &Format::ending);
  return found == formats.end() ? nullptr : &*found;
}

Result<SourcePointer> open_file(const fs::path& path, const Input& input) {
  const Format* format = format_of(path);
  if (format == nullptr)
    return unreadable(path, "the file's ending is none that sample data have",
                      "Burin reads " + known_endings() + ", and folders of such files");
  return format->open(path, input);
}

// The files of a folder that are samples by their ending, sorted by name.
Result<std::vector<fs::path>> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
    if (format_of(entry->path()) != nullptr) files.push_back(entry->path());
  if (failed)
    return Diagnostic{.code = DiagnosticCode::E0203,
                      .message = "the folder cannot be read: " + failed.message(),
                      .place = {},
                      .help = "check the path, and that you may read the folder",
                      .file = printable(folder.string())};
  if (files.empty())
    return unreadable(folder, "the folder has no sample data", "Burin reads files named " + known_endings());
  std::ranges::sort(files);
  return files;
}

Result<Sources> open_files(const std::vector<fs::path>& files, const Input& input) {
  Sources sources;
  Diagnostics findings;
  for (const fs::path& file : files) {
    const Result<SourcePointer> source = open_file(file, input);
    if (source)
      sources.push_back(*source);
    else
      findings.insert(findings.end(), source.diagnostics().begin(), source.diagnostics().end());
    if (findings.size() >= 10) break;  // the same fault, most likely
  }
  if (!findings.empty()) return findings;
  return sources;
}

// The sources of one input behind one path.
Result<Sources> open_path(const fs::path& path, const Input& input) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) return open_files({path}, input);
  const Result<std::vector<fs::path>> files = files_of(path);
  if (!files) return files.diagnostics();
  return open_files(*files, input);
}

// A folder that holds the files of several inputs, told apart by their names. Nothing where it does not.
std::optional<std::vector<fs::path>> files_by_input(const std::vector<fs::path>& files,
                                                    const std::vector<Input>& inputs) {
  for (const bool by_number : {true, false}) {
    std::vector<fs::path> found;
    for (size_t i = 0; i < inputs.size(); ++i) {
      const auto file = std::ranges::find_if(files, [&](const fs::path& path) {
        const std::string stem = path.stem().string();
        return by_number ? stem == fmt::format("in{}", i) : is_named_after(stem, inputs[i]);
      });
      if (file != files.end()) found.push_back(*file);
    }
    if (found.size() == inputs.size()) return found;
  }
  return std::nullopt;
}

Result<std::vector<Sources>> open_folder(const fs::path& folder, const std::vector<Input>& inputs) {
  const Result<std::vector<fs::path>> files = files_of(folder);
  if (!files) return files.diagnostics();
  std::vector<Sources> all;
  const auto add = [&](const std::vector<fs::path>& of_input, const Input& input) -> Diagnostics {
    const Result<Sources> sources = open_files(of_input, input);
    if (!sources) return sources.diagnostics();
    all.push_back(*sources);
    return {};
  };
  if (const auto named = files_by_input(*files, inputs)) {
    for (size_t i = 0; i < inputs.size(); ++i)
      if (const Diagnostics failed = add({(*named)[i]}, inputs[i]); !failed.empty()) return failed;
    return all;
  }
  if (inputs.size() != 1)
    return unreadable(folder, fmt::format("the folder has no file for each of the {} inputs", inputs.size()),
                      "name the files in0.npy, in1.npy, … or after the inputs, or give NAME=FILE");
  if (const Diagnostics failed = add(*files, inputs[0]); !failed.empty()) return failed;
  return all;
}

// The input that a source names before its first "=", and the path behind. -1 where there is no such name.
std::pair<int, fs::path> split_name(const std::string& source, const std::vector<Input>& inputs) {
  for (size_t at = source.find('='); at != std::string::npos; at = source.find('=', at + 1))
    for (size_t i = 0; i < inputs.size(); ++i)
      if (source.substr(0, at) == inputs[i].name) return {static_cast<int>(i), source.substr(at + 1)};
  for (size_t i = 0; i < inputs.size(); ++i)
    if (const size_t at = source.find('=');
        at != std::string::npos && is_named_after(source.substr(0, at), inputs[i]))
      return {static_cast<int>(i), source.substr(at + 1)};
  return {-1, source};
}

Diagnostic usage(std::string message, std::string help) {
  return {.code = DiagnosticCode::E0204,
          .message = std::move(message),
          .place = {},
          .help = std::move(help),
          .file = {}};
}

Result<std::vector<Sources>> open_named(const std::vector<std::string>& sources,
                                        const std::vector<Input>& inputs) {
  std::vector<Sources> all(inputs.size());
  Diagnostics findings;
  std::vector<std::string> names;
  for (const Input& input : inputs) names.push_back(printable(input.name, 80));
  for (const std::string& source : sources) {
    const auto [input, path] = split_name(source, inputs);
    if (input < 0) {
      const std::string wanted = printable(source.substr(0, source.find('=')), 80);
      findings.push_back(
          usage(fmt::format("the model has no input \"{}\"", wanted),
                did_you_mean(wanted, names) + fmt::format("its inputs are {}", fmt::join(names, ", "))));
      continue;
    }
    const auto at = static_cast<size_t>(input);
    const Result<Sources> opened = open_path(path, inputs[at]);
    if (opened)
      all[at].insert(all[at].end(), opened->begin(), opened->end());
    else
      findings.insert(findings.end(), opened.diagnostics().begin(), opened.diagnostics().end());
  }
  if (!findings.empty()) return findings;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (all[i].empty())
      findings.push_back(usage(fmt::format("there are no samples for input \"{}\"", names[i]),
                               "give NAME=FILE for every input"));
  if (!findings.empty()) return findings;
  return all;
}

}  // namespace

bool is_named_after(const std::string& name, const Input& input) {
  return name == input.name || identifier(name, "input") == identifier(input.name, "input");
}

Result<std::vector<Sources>> locate(const std::vector<Input>& inputs,
                                    const std::vector<std::string>& sources) {
  std::error_code ignored;
  const bool named = std::ranges::any_of(
      sources, [&](const std::string& source) { return split_name(source, inputs).first >= 0; });
  if (named) return open_named(sources, inputs);
  if (sources.size() == 1 && fs::is_directory(sources[0], ignored)) return open_folder(sources[0], inputs);
  // An archive that holds the arrays of all inputs.
  const auto is_archive = [](const std::string& path) {
    const Format* format = format_of(path);
    return format != nullptr && format->open == open_npz;
  };
  if (sources.size() == 1 && inputs.size() > 1 && is_archive(sources[0])) {
    std::vector<Sources> all;
    Diagnostics findings;
    for (const Input& input : inputs) {
      const Result<Sources> opened = open_files({sources[0]}, input);
      if (opened)
        all.push_back(*opened);
      else
        findings.insert(findings.end(), opened.diagnostics().begin(), opened.diagnostics().end());
    }
    if (!findings.empty()) return findings;
    return all;
  }
  if (sources.size() != inputs.size()) {
    const bool mistaken = std::ranges::any_of(sources, [&](const std::string& source) {
      return source.find('=') != std::string::npos && !fs::exists(source, ignored);
    });
    if (mistaken) return open_named(sources, inputs);  // which says what is wrong with the names
    return usage(fmt::format("the model has {} input{}, but samples are given for {}", inputs.size(),
                             inputs.size() == 1 ? "" : "s", sources.size()),
                 "give one file for each, in the order that `burin inspect` prints, or NAME=FILE");
  }
  std::vector<Sources> all;
  Diagnostics findings;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (sources[i].find('=') != std::string::npos && !fs::exists(sources[i], ignored))
      return open_named(sources, inputs);
    const Result<Sources> opened = open_path(sources[i], inputs[i]);
    if (opened)
      all.push_back(*opened);
    else
      findings.insert(findings.end(), opened.diagnostics().begin(), opened.diagnostics().end());
  }
  if (!findings.empty()) return findings;
  return all;
}

}  // namespace burin::data
