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
  std::vector<std::string> variables =
      {};  // of its environment, in place of those that we have: "NAME=value"
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
// killed, with all that it has started; an interruption ends it too. Fails with E0205 if the program cannot
// be started at all; a program that fails is a result.
Result<ProcessResult> run_process(const ProcessRequest& request);

// Runs a program that must succeed. `purpose` names what fails if it does not: "compiling the generated
// file". Fails with E0206 and the program's own words. Where the request names a directory, which has to be
// an absolute path then, the program keeps its temporary files there.
Result<ProcessResult> run_tool(ProcessRequest request, const std::string& purpose);

}  // namespace burin
