#include "cli/session.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace burin {
namespace {

// Columns a UTF-8 text takes on a terminal; wide characters do not occur in what Burin prints.
size_t width(const std::string& text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789,.-") == std::string::npos;
}

// Whether the terminal's line is what show_progress left there.
bool progress_stands = false;

// What cannot be said changes nothing of what was done.
void put(const std::string& text) {
  if (std::exchange(progress_stands, false)) (void)std::fputs("\r\x1b[K", stderr);
  (void)std::fwrite(text.data(), 1, text.size(), stderr);
}

// False for a pipe that nobody reads from any more.
bool is_read(int descriptor) {
  pollfd end{descriptor, POLLOUT, 0};
  return poll(&end, 1, 0) <= 0 || (end.revents & POLLERR) == 0;
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
    put(text);
    printed.push_back(std::move(text));
  }
  if (printed.size() > 1) put(fmt::format("{} errors\n", printed.size()));
  return exit;
}

void say(const Session& session, const std::string& text) {
  if (!session.quiet) put(text.ends_with('\n') ? text : text + "\n");
}

void put_result(const std::string& text) {
  put("");
  (void)std::fwrite(text.data(), 1, text.size(), stdout);
}

Diagnostics flush_results() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return {};
  // The stream remembers that it failed but not how, and keeps what it could not write.
  if (errno == EPIPE || !is_read(STDOUT_FILENO)) return {};
  return {{.code = DiagnosticCode::E0203, .message = "cannot write to standard output"}};
}

void show_progress(const Session& session, const std::string& line) {
  if (!session.progress()) return;
  put(line);
  progress_stands = true;
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
    text.insert(at, 1, ',');
  }
  return text;
}

std::string counted(size_t number, std::string_view thing) {
  return fmt::format("{} {}{}", grouped(static_cast<int64_t>(number)), thing, number == 1 ? "" : "s");
}

}  // namespace burin
