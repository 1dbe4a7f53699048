#include "execute/toolchain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <system_error>

namespace burin {
namespace {

struct ToolFacts {
  const char* what;
  const char* variable;
  std::vector<std::string> names;
  const char* package;
};

ToolFacts facts_of(Tool tool) {
  switch (tool) {
    case Tool::host_cxx:
      return {"C++ compiler for this machine", "CXX", {"c++", "g++", "clang++"}, "g++"};
    case Tool::host_cc:
      return {"C compiler for this machine", "CC", {"cc", "gcc", "clang"}, "gcc"};
    case Tool::arm_cxx:
      return {"C++ compiler for Arm Cortex-M",
              "BURIN_ARM_CXX",
              {"arm-none-eabi-g++"},
              "gcc-arm-none-eabi libnewlib-arm-none-eabi"};
    case Tool::qemu:
      return {"emulator of Arm boards", "BURIN_QEMU", {"qemu-system-arm"}, "qemu-system-arm"};
  }
  internal_error("a tool without facts", __FILE__, __LINE__);
}

// The program's path, or nothing. A name with a slash is taken as it is.
std::string find_program(const std::string& name) {
  const auto runs = [](const std::string& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
  };
  const auto absolute = [](const std::string& path) {
    std::error_code failed;
    const std::string result = std::filesystem::absolute(path, failed).string();
    return failed ? path : result;
  };
  if (name.find('/') != std::string::npos) return runs(name) ? absolute(name) : "";
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string candidate = (std::filesystem::path(folder.empty() ? "." : folder) / name).string();
    if (runs(candidate)) return absolute(candidate);
  }
  return "";
}

}  // namespace

Result<std::vector<std::string>> find_tool(Tool tool) {
  ToolFacts facts = facts_of(tool);
  const char* const set = std::getenv(facts.variable);
  std::istringstream words(set ? set : "");
  std::vector<std::string> command;
  for (std::string word; words >> word;) command.push_back(word);
  const bool chosen = !command.empty();
  if (chosen) {
    facts.names = {command[0]};
  } else {
    command.resize(1);
  }
  for (const std::string& name : facts.names) {
    command[0] = find_program(name);
    if (!command[0].empty()) return command;
  }
  return Diagnostic{
      .code = DiagnosticCode::E0205,
      .message = fmt::format("no {}: {} {} not found", facts.what, fmt::join(facts.names, ", "),
                             chosen ? fmt::format("(from {})", facts.variable) : std::string("on PATH")),
      .place = {},
      .help = chosen ? fmt::format("set {} to a program that exists, or unset it", facts.variable)
                     : fmt::format("apt-get install {}, or set {}", facts.package, facts.variable),
      .file = {}};
}

}  // namespace burin
