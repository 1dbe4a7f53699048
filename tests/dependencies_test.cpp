// What the headers that ship in generated files may include. tests/docs_test.cpp has the rule of the host.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace burin {
namespace {

namespace fs = std::filesystem;
using Folders = std::set<std::string>;

const fs::path stub = fs::path(BURIN_SOURCE_DIR) / "runtime-stub";

}  // namespace

TEST_CASE("kernel sets include each other only on their way to what is generic", "[dependencies]") {
  const std::map<std::string, Folders> rules = {
      {"generic", {"generic"}}, {"arm_dsp", {"arm_dsp", "generic"}}, {"platform", {""}}};
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(stub)) {
    if (fs::is_empty(entry.path())) continue;  // what git leaves of a folder that moved
    const std::string set = entry.path().filename().string();
    REQUIRE(rules.contains(set));  // a new folder wants a rule
    for (const auto& file : fs::recursive_directory_iterator(entry.path())) {
      ++files;
      INFO(file.path().string());
      std::ifstream lines(file.path());
      static const std::regex include("\\s*#\\s*include\\s*\"(?:([^\"/]+)/)?[^\"]+\".*");
      std::smatch match;
      for (std::string line; std::getline(lines, line);) {
        if (!std::regex_match(line, match, include)) continue;
        INFO(line);
        CHECK(rules.at(set).contains(match[1]));
      }
    }
  }
  CHECK(files > 80);
}

TEST_CASE("kernel headers include only what a freestanding compiler has", "[dependencies]") {
  const Folders small = {"stdint.h", "stddef.h", "string.h", "math.h", "arm_acle.h", "arm_mve.h"};
  std::vector<fs::path> headers;
  for (const char* folder : {"generic", "arm_dsp"})
    for (const auto& entry : fs::recursive_directory_iterator(stub / folder)) headers.push_back(entry.path());
  for (const fs::path& header : headers) {
    INFO(header.string());
    std::ifstream lines(header);
    static const std::regex include("#include <([^>]+)>.*");
    bool host_only = false;
    std::smatch match;
    for (std::string line; std::getline(lines, line);) {
      if (line == "#ifdef BURIN_HOST") host_only = true;
      if (line == "#endif  // BURIN_HOST") host_only = false;
      if (!host_only && std::regex_match(line, match, include)) CHECK(small.contains(match[1]));
    }
    CHECK(!host_only);  // an end that is spelled otherwise would drop the rest of the file
  }
}

}  // namespace burin
