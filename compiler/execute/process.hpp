// Running other programs. No shell is involved: arguments reach a program as they are.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "support/result.hpp"

namespace burin {

struct ProcessRequest {
  std::vector<std::string> words;  // program and arguments; a program without a slash is looked up on PATH
  std::filesystem::path directory = {};  // where it runs; empty: where we are
  std::chrono::milliseconds timeout = std::chrono::minutes(5);
};

struct ProcessResult {
  int status = 0;  // exit status, or 128 + the signal that ended it
  bool timed_out = false;
  std::string output;  // what it wrote to stdout; what exceeds 8 MiB is dropped
  std::string errors;  // the same of stderr

  bool ok() const { return status == 0 && !timed_out; }
};

// Runs a program to its end, its stdin empty, and collects what it writes. When the time is over it is
// killed. Fails with E0205 if the program cannot be started at all; a program that fails is a result.
Result<ProcessResult> run_process(const ProcessRequest& request);

// Runs a program that must succeed. `purpose` names what fails if it does not: "compiling the generated
// file". Fails with E0206 and the program's own words.
Result<ProcessResult> run_tool(const ProcessRequest& request, const std::string& purpose);

}  // namespace burin
