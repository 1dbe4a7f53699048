#include "support/command.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <regex>
#include <sstream>

#include "support/files.hpp"

namespace burin::test {

CommandResult burin(const std::vector<std::string>& words, const std::vector<std::string>& variables,
                    const std::filesystem::path& directory) {
  std::vector<std::string> command;
  if (!variables.empty()) {
    command.push_back("/usr/bin/env");
    command.insert(command.end(), variables.begin(), variables.end());
  }
  command.push_back(BURIN_TOOL);
  command.insert(command.end(), words.begin(), words.end());
  const Result<ProcessResult> result = run_process({.words = command, .directory = directory});
  REQUIRE(result.ok());
  REQUIRE(!result->timed_out);
  return {result->status, result->output, result->errors};
}

void check_failure(const CommandResult& result, int status, const std::string& code) {
  INFO("stdout: " << result.output << "\nstderr: " << result.errors);
  CHECK(result.status == status);
  CHECK(result.output.empty());
  CHECK_THAT(result.errors, Catch::Contains("error[" + code + "]: "));
  CHECK_THAT(result.errors, !Catch::Contains("\x1b"));
  // Each line is an error, its place, its remedy, a quotation, or the count.
  std::istringstream lines(result.errors);
  static const std::regex form("(.*: )?error\\[E0\\d{3}\\]: .+|   --> .+|   help: .+|    .*|\\d+ errors.*");
  for (std::string line; std::getline(lines, line);) {
    INFO("line: " << line);
    CHECK(std::regex_match(line, form));
  }
}

std::vector<std::pair<std::string, std::string>> snapshot(const std::filesystem::path& folder) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.emplace_back(entry.path().string(), *read_file(entry.path()));
  std::ranges::sort(files);
  return files;
}

std::string sine() {
  return std::string(BURIN_SOURCE_DIR) + "/models/sine/sine.tflite";
}
std::string digits() {
  return std::string(BURIN_SOURCE_DIR) + "/models/digits/digits.tflite";
}
std::string odd(const std::string& name) {
  return std::string(BURIN_SOURCE_DIR) + "/tests/models/" + name + ".tflite";
}

}  // namespace burin::test
