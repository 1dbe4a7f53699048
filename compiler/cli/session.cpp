#include "cli/session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace burin {
namespace {

namespace fs = std::filesystem;

// Columns a UTF-8 text takes on a terminal; wide characters do not occur in what Burin prints.
size_t width(const std::string& text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789,.-") == std::string::npos;
}

Diagnostic write_failure(const std::string& path, const std::string& why) {
  return {.code = DiagnosticCode::E0203,
          .message = fmt::format("cannot write: {}", why),
          .place = {},
          .help = "check that the folder exists and may be written",
          .file = path};
}

}  // namespace

bool Session::colors() const {
  if (color != ColorMode::automatic) return color == ColorMode::always;
  return isatty(STDERR_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
}

bool Session::progress() const {
  return !quiet && isatty(STDERR_FILENO) == 1;
}

ExitCode report(const Session& session, const Diagnostics& diagnostics, const std::string& file) {
  const bool colors = session.colors();
  const auto paint = [&](const char* code, const std::string& text) {
    return colors ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  };
  auto exit = ExitCode::mismatch;
  std::vector<std::string> printed;
  for (const Diagnostic& diagnostic : diagnostics) {
    const DiagnosticDescription& description = describe(diagnostic.code);
    const std::string& name = diagnostic.file.empty() ? file : diagnostic.file;
    std::string text =
        fmt::format("{}{}: {}\n", name.empty() ? "" : printable(name, 4096) + ": ",
                    paint("1;31", fmt::format("error[{}]", description.name)), diagnostic.message);
    if (!diagnostic.place.empty()) text += fmt::format("   {} {}\n", paint("1;34", "-->"), diagnostic.place);
    if (!diagnostic.help.empty()) text += fmt::format("   {} {}\n", paint("1;32", "help:"), diagnostic.help);
    exit = std::min(exit, exit_code(diagnostic.code));
    if (std::ranges::find(printed, text) != printed.end()) continue;
    std::fputs(text.c_str(), stderr);
    printed.push_back(std::move(text));
  }
  if (printed.size() > 1) fmt::print(stderr, "{} errors\n", printed.size());
  return exit;
}

void say(const Session& session, const std::string& line) {
  if (!session.quiet) fmt::print(stderr, "{}\n", line);
}

Diagnostics write_files(const std::vector<OutputFile>& files) {
  std::vector<fs::path> written;
  const auto undo = [&] {
    std::error_code ignored;
    for (const fs::path& path : written) fs::remove(path, ignored);
  };
  // First everything beside its place, then all renames: a full disk or a missing folder changes nothing. A
  // device or a pipe stays what it is, and is written to.
  std::vector<size_t> renamed;
  for (size_t i = 0; i < files.size(); ++i) {
    const OutputFile& file = files[i];
    std::error_code error;
    std::error_code ignored;
    const fs::path path = file.path;
    if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
    if (fs::is_directory(path)) {
      undo();
      return {write_failure(file.path, "it is a folder")};
    }
    const bool in_place = fs::is_other(fs::status(path, ignored));
    const fs::path temporary = in_place ? path : fs::path(file.path + fmt::format(".burin-{}", getpid()));
    std::ofstream stream(temporary, std::ios::binary);
    if (stream && !in_place) {
      written.push_back(temporary);
      renamed.push_back(i);
    }
    stream << file.contents;
    stream.close();
    if (!stream) {
      undo();
      return {write_failure(file.path,
                            error ? error.message() : "no such folder, no permission, or the disk is full")};
    }
  }
  for (size_t i = 0; i < renamed.size(); ++i) {
    const std::string& path = files[renamed[i]].path;
    std::error_code error;
    fs::rename(written[i], path, error);
    if (error) {
      undo();
      return {write_failure(path, error.message())};
    }
  }
  return {};
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) {
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], width(row[i]));
    }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width(row[i]), ' ');
      line += is_number(row[i]) ? padding + row[i] : row[i] + padding;
      line += "  ";
    }
    while (line.ends_with(' ')) line.pop_back();
    text += line + "\n";
  }
  return text;
}

std::string grouped(int64_t number) {
  std::string text = std::to_string(number);
  const size_t first = text.front() == '-' ? 1 : 0;
  for (size_t at = text.size(); at > first + 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string counted(size_t number, std::string_view thing) {
  return fmt::format("{} {}{}", grouped(static_cast<int64_t>(number)), thing, number == 1 ? "" : "s");
}

}  // namespace burin
