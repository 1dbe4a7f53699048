// Runs the tool as a user does.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "execute/process.hpp"

namespace burin::test {

struct CommandResult {
  int status = 0;
  std::string output;  // stdout
  std::string errors;  // stderr
};

// `variables` are "NAME=value"; a value may be empty.
CommandResult burin(const std::vector<std::string>& words, const std::vector<std::string>& variables = {},
                    const std::filesystem::path& directory = {});

// Exit code 2 or another failure: nothing on stdout, and every diagnostic in the promised form on stderr.
void check_failure(const CommandResult& result, int status, const std::string& code);

// All files below a folder with their contents.
std::vector<std::pair<std::string, std::string>> snapshot(const std::filesystem::path& folder);

std::string sine();                        // models/sine/sine.tflite
std::string digits();                      // models/digits/digits.tflite
std::string odd(const std::string& name);  // tests/models/NAME.tflite

}  // namespace burin::test
