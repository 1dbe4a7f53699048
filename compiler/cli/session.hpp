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

// A line or several to stderr unless quiet; the last one's break may be missing. Where stderr takes nothing,
// nothing is said.
void say(const Session& session, const std::string& text);

// What is being done, where that takes long and stderr is a terminal: whatever is said
// or printed next replaces it.
void show_progress(const Session& session, const std::string& line);

// What a verb is asked for, to stdout. Where stdout takes nothing, flush_results says so.
void put_result(const std::string& text);

// What was printed to stdout goes out. E0203 where it cannot; nothing where nobody reads on, as when a pager
// is left.
Diagnostics flush_results();

// A text table: columns padded to their widest cell, numbers to the right.
std::string table(const std::vector<std::vector<std::string>>& rows);

// 12,345,678
std::string grouped(int64_t number);

// "1 layer", "1,200 layers".
std::string counted(size_t number, std::string_view thing);

}  // namespace burin
