// The dependency rule of docs/architecture.md, read off the include lines.
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

const fs::path source_folder = BURIN_SOURCE_DIR;

Folders operator+(Folders a, const Folders& b) {
  a.insert(b.begin(), b.end());
  return a;
}

// What each folder may include, besides itself. "kernel headers" are runtime-stub/isa and
// runtime-stub/kernels, whose facts the host shares.
std::map<std::string, Folders> rules() {
  const Folders base = {"support", "tensor"};
  const Folders forms = base + Folders{"ir", "program", "target"};
  const Folders operators = forms + Folders{"ops"};
  return {
      {"support", {}},
      {"tensor", {"support"}},
      {"ir", base},
      {"program", base},
      {"target", base},
      {"arithmetic", base},
      {"ops", forms + Folders{"arithmetic", "kernels", "isa"}},
      {"formats", operators + Folders{"eval"}},
      {"eval", operators},
      {"data", base + Folders{"ir"}},
      {"passes", operators + Folders{"arithmetic", "eval"}},
      {"quantize", operators + Folders{"eval", "passes"}},
      {"prune", operators + Folders{"passes", "quantize"}},
      {"lower", operators},
      {"execute", {"support", "target"}},
      {"codegen", base + Folders{"program", "target"}},
      {"cli", operators + Folders{"formats", "eval", "data", "passes", "quantize", "prune", "lower",
                                  "execute", "codegen"}},
      {"isa", {}},
      {"kernels", {"isa"}},
      {"platform", {}},
  };
}

// The folder of an included header, or nothing for one that the build makes or that lies beside.
std::string folder_of(const std::string& header) {
  const size_t slash = header.find('/');
  return slash == std::string::npos ? "" : header.substr(0, slash);
}

bool is_source(const fs::path& path) {
  static const Folders endings = {".cpp", ".hpp", ".c", ".h"};
  return endings.contains(path.extension().string());
}

}  // namespace

TEST_CASE("folders include only what the dependency rule allows", "[dependencies]") {
  const auto allowed = rules();
  std::set<std::string> seen;
  size_t files = 0;
  for (const char* root : {"compiler", "codegen", "runtime-stub"})
    for (const auto& entry : fs::recursive_directory_iterator(source_folder / root)) {
      if (!is_source(entry.path())) continue;
      ++files;
      const fs::path relative = entry.path().lexically_relative(source_folder / root);
      const std::string own = root == std::string("codegen") ? "codegen" : relative.begin()->string();
      seen.insert(own);
      INFO(root << "/" << relative.string());
      REQUIRE(allowed.contains(own));  // a new folder wants a rule
      std::ifstream lines(entry.path());
      static const std::regex include("\\s*#\\s*include\\s*\"([^\"]+)\".*");
      std::smatch match;
      for (std::string line; std::getline(lines, line);) {
        if (!std::regex_match(line, match, include)) continue;
        const std::string header = match[1];
        // Lists are data, and what the build generates belongs to the folder it is named after.
        if (header.ends_with(".def") || header.find("schema_") != std::string::npos) continue;
        CHECK_THAT(header, !Catch::Contains(".."));
        const std::string folder = folder_of(header);
        INFO("includes " << header);
        CHECK((folder.empty() || folder == own || allowed.at(own).contains(folder)));
      }
    }
  CHECK(files > 100);
  for (const auto& [folder, unused] : allowed) CHECK(seen.contains(folder));
}

TEST_CASE("kernel headers include only what a freestanding compiler has", "[dependencies]") {
  const Folders small = {"stdint.h", "stddef.h", "string.h", "math.h", "arm_acle.h", "arm_mve.h"};
  for (const char* folder : {"isa", "kernels"})
    for (const auto& entry : fs::recursive_directory_iterator(source_folder / "runtime-stub" / folder)) {
      INFO(entry.path().string());
      std::ifstream lines(entry.path());
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
