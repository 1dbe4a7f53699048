#include "cli/output_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "support/files.hpp"
#include "support/interruption.hpp"

namespace burin {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) {
  return std::generic_category().message(error);
}

Diagnostic cannot_write(const std::string& name, const std::string& why) {
  return {.code = DiagnosticCode::E0203,
          .message = fmt::format("cannot be written: {}", why),
          .place = {},
          .help = "name a place in a folder that exists or can be made, and that you may write to",
          .file = name};
}

// Where a path leads, the same for all its spellings: links are followed as far as anything exists.
fs::path place_of(const std::string& path, std::error_code& failed) {
  const fs::path absolute = fs::absolute(path, failed);
  if (failed) return {};
  return fs::weakly_canonical(absolute, failed);
}

bool are_same(const fs::path& a, const fs::path& b) {
  std::error_code failed;  // where one of them does not exist
  return a == b || fs::equivalent(a, b, failed);
}

bool is_below(const fs::path& path, const fs::path& folder) {
  const auto [rest, ignored] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return rest == folder.end();
}

// A descriptor's bytes, all of them. 0, or what went wrong.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    text.remove_prefix(static_cast<size_t>(count));
  }
  return 0;
}

int write_and_close(int descriptor, std::string_view text) {
  const int failed = write_all(descriptor, text);
  const int closing = close(descriptor) == 0 ? 0 : errno;
  return failed != 0 ? failed : closing;
}

Diagnostics check_places(const std::vector<OutputFile>& files, const std::vector<fs::path>& places,
                         const std::vector<std::string>& inputs) {
  Diagnostics findings;
  for (const std::string& input : inputs) {
    std::error_code failed;
    const fs::path read = place_of(input, failed);
    for (size_t i = 0; i < files.size() && !failed; ++i)
      if (are_same(places[i], read))
        findings.push_back({.code = DiagnosticCode::E0201,
                            .message = fmt::format("{} would be overwritten: it is read and written",
                                                   printable(input, 4096)),
                            .help = "give the output another place",
                            .file = files[i].path});
  }
  for (size_t i = 0; i < files.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      if (are_same(places[i], places[j]) && files[i].contents != files[j].contents)
        findings.push_back({.code = DiagnosticCode::E0201,
                            .message = fmt::format("two outputs have one place: this one and {}",
                                                   printable(files[j].path, 4096)),
                            .help = "give each output a place of its own",
                            .file = files[i].path});
      else if (places[i] != places[j] && (is_below(places[i], places[j]) || is_below(places[j], places[i])))
        findings.push_back(
            {.code = DiagnosticCode::E0201,
             .message = fmt::format("of this output and {} one would be a file and a folder at once",
                                    printable(files[j].path, 4096)),
             .help = "give each output a place of its own",
             .file = files[i].path});
    }
  return findings;
}

}  // namespace

StagedFiles::StagedFiles(StagedFiles&& other) noexcept
    : files_(std::exchange(other.files_, {})), folders_(std::exchange(other.folders_, {})) {}

StagedFiles::~StagedFiles() {
  undo();
}

Result<StagedFiles> StagedFiles::stage(const std::vector<OutputFile>& files,
                                       const std::vector<std::string>& inputs) {
  StagedFiles staged;
  std::vector<OutputFile> wanted;
  std::vector<fs::path> places;
  for (const OutputFile& file : files) {
    std::error_code failed;
    const fs::path place = place_of(file.path, failed);
    if (failed) return cannot_write(file.path, failed.message());
    if (fs::is_other(fs::status(place, failed))) {
      staged.files_.push_back(
          {.name = file.path, .place = place, .temporary = {}, .contents = file.contents});
      continue;
    }
    wanted.push_back(file);
    places.push_back(place);
  }
  Diagnostics findings = check_places(wanted, places, inputs);
  if (!findings.empty()) return findings;
  for (size_t i = 0; i < wanted.size(); ++i) {
    // The same contents at the same place once more.
    if (std::find(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(i), places[i]) !=
        places.begin() + static_cast<std::ptrdiff_t>(i))
      continue;
    for (Diagnostic& finding : staged.add(wanted[i], places[i])) findings.push_back(std::move(finding));
  }
  if (!findings.empty()) return findings;
  return staged;
}

Diagnostics StagedFiles::make_folder(const std::string& name, const fs::path& folder) {
  std::vector<fs::path> missing;
  std::error_code failed;
  for (fs::path at = folder; !at.empty() && !fs::exists(fs::status(at, failed)); at = at.parent_path()) {
    if (failed && failed != std::errc::no_such_file_or_directory) break;
    missing.push_back(at);
    if (at == at.parent_path()) break;
  }
  for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
    if (fs::create_directory(*at, failed)) folders_.push_back(*at);
    if (failed) return {cannot_write(name, failed.message())};
  }
  return {};
}

Diagnostics StagedFiles::add(const OutputFile& file, const fs::path& place) {
  std::error_code failed;
  const fs::file_status status = fs::status(place, failed);
  if (fs::is_directory(status) || !place.has_filename()) return {cannot_write(file.path, "it is a folder")};
  if (fs::exists(status)) {
    if (access(place.c_str(), W_OK) != 0) return {cannot_write(file.path, reason(errno))};
    if (file.objection) {
      const Result<std::string> text = read_file(place);
      if (!text) return {cannot_write(file.path, "what is there cannot be read, and may be somebody else's")};
      const std::string objection = text->empty() ? "" : file.objection(*text);
      if (!objection.empty())
        return {{.code = DiagnosticCode::E0203,
                 .message = fmt::format("would be overwritten, but it {}", objection),
                 .help = "choose another folder or another name, or move that file away",
                 .file = file.path}};
    }
  } else if (failed && failed != std::errc::no_such_file_or_directory) {
    return {cannot_write(file.path, failed.message())};
  }
  const Uninterrupted uninterrupted;
  if (Diagnostics findings = make_folder(file.path, place.parent_path()); !findings.empty()) return findings;
  // A name of its own: that of the file may be as long as names can be.
  const fs::path temporary = place.parent_path() / fmt::format(".burin-{}-{}", getpid(), files_.size());
  const int descriptor = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) return {cannot_write(file.path, reason(errno))};
  remember_path(temporary);
  files_.push_back({.name = file.path, .place = place, .temporary = temporary, .contents = {}});
  if (const int error = write_and_close(descriptor, file.contents); error != 0)
    return {cannot_write(file.path, reason(error))};
  // A name that is too long is found out now, with nothing changed yet.
  struct stat ignored {};
  if (lstat(place.c_str(), &ignored) != 0 && errno != ENOENT) return {cannot_write(file.path, reason(errno))};
  return {};
}

Diagnostics StagedFiles::commit() {
  // Devices first: what they have taken cannot be taken back, but neither is it a file that was changed. A
  // pipe may keep us waiting for its reader, and a user who has no patience may interrupt that.
  for (const Staged& file : files_) {
    if (!file.temporary.empty()) continue;
    const int descriptor = open(file.place.c_str(), O_WRONLY | O_CLOEXEC);
    const int error = descriptor < 0 ? errno : write_and_close(descriptor, file.contents);
    if (error != 0) return {cannot_write(file.name, reason(error))};
  }
  const Uninterrupted uninterrupted;
  std::vector<std::pair<fs::path, fs::path>> undone;  // a place, and the name that its old file has meanwhile
  Diagnostics findings;
  std::error_code ignored;
  for (Staged& file : files_) {
    if (file.temporary.empty()) continue;
    std::error_code failed;
    fs::path old;
    if (fs::exists(fs::status(file.place, ignored))) {
      old = file.temporary.string() + "-old";
      fs::create_hard_link(file.place, old, failed);
      if (failed) fs::copy_file(file.place, old, failed);
    }
    if (!failed) fs::rename(file.temporary, file.place, failed);
    if (failed) {
      findings.push_back(cannot_write(file.name, failed.message()));
      fs::remove(old, ignored);
      break;
    }
    forget_path(file.temporary);
    file.temporary.clear();
    undone.emplace_back(file.place, old);
  }
  for (const auto& [place, old] : undone) {
    if (findings.empty())
      fs::remove(old, ignored);
    else if (old.empty())
      fs::remove(place, ignored);
    else
      fs::rename(old, place, ignored);
  }
  if (findings.empty()) {
    files_.clear();
    folders_.clear();
  }
  return findings;
}

void StagedFiles::undo() {
  const Uninterrupted uninterrupted;
  std::error_code ignored;
  for (const Staged& file : files_) {
    if (file.temporary.empty()) continue;
    fs::remove(file.temporary, ignored);
    forget_path(file.temporary);
  }
  // Innermost first, and only while they are empty.
  for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) fs::remove(*folder, ignored);
  files_.clear();
  folders_.clear();
}

Diagnostics write_files(const std::vector<OutputFile>& files, const std::vector<std::string>& inputs) {
  Result<StagedFiles> staged = StagedFiles::stage(files, inputs);
  return staged ? staged->commit() : staged.diagnostics();
}

}  // namespace burin
