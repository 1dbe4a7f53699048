// What every verb shares: how to talk to the user.
#pragma once

#include <string>
#include <vector>

#include "support/diagnostic.hpp"

namespace burin {

enum class ColorMode { automatic, always, never };

struct Session {
  bool quiet = false;
  bool verbose = false;
  ColorMode color = ColorMode::automatic;

  bool colors() const;    // on stderr
  bool progress() const;  // only where stderr is a terminal
};

// Prints every diagnostic to stderr, deduplicated, in the order given, and returns the exit code: the lowest
// of theirs.
ExitCode report(const Session& session, const Diagnostics& diagnostics, const std::string& file = {});

// A line to stderr unless quiet.
void say(const Session& session, const std::string& line);

// Writes files so that either all are complete or none is changed. Files that exist are replaced; a device or
// a pipe is written to.
struct OutputFile {
  std::string path;
  std::string contents;
};
Diagnostics write_files(const std::vector<OutputFile>& files);

// A text table: columns padded to their widest cell, numbers to the right.
std::string table(const std::vector<std::vector<std::string>>& rows);

// 12,345,678
std::string grouped(int64_t number);

// "1 layer", "1,200 layers".
std::string counted(size_t number, std::string_view thing);

}  // namespace burin
