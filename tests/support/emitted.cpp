#include "support/emitted.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "execute/process.hpp"
#include "execute/toolchain.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

bool runs(const Words& command) {
  const Result<ProcessResult> result = run_process({.words = command + Words{"--version"}});
  return result && result->ok();
}

}  // namespace

std::string messages(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics)
    text +=
        fmt::format("{}{}: {}", text.empty() ? "" : "; ", describe(diagnostic.code).name, diagnostic.message);
  return text;
}

Words operator+(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Emitted emit(const std::string& model, const std::string& target, const EmitOptions& how) {
  CompileOptions options;
  options.model = model;
  options.target = target;
  options.name = how.name;
  options.self_test = how.self_test;
  Result<Compilation> compilation = compile(options);
  INFO(model << " for " << target << ": " << messages(compilation.diagnostics()));
  REQUIRE(compilation.ok());
  Result<WrittenModel> written = write_generated(*compilation);
  REQUIRE(written.ok());
  return Emitted{*std::move(compilation), *std::move(written)};
}

Emitted emit(const ModelFile& model, const std::string& target, const EmitOptions& options) {
  return emit(model.path.string(), target, options);
}

std::vector<Compiler> host_compilers() {
  std::vector<Compiler> compilers;
  for (const char* name : {"g++", "clang++"}) {
    if (runs({name}))
      compilers.push_back({name, {name}});
    else
      WARN(name << " is not installed: nothing is compiled with it");
  }
  REQUIRE(!compilers.empty());
  return compilers;
}

std::vector<Compiler> arm_compilers(const std::string& target) {
  require_arm_compiler();
  const Words gcc = *find_tool(Tool::arm_cxx);
  const Result<Target> facts = load_target(target);
  REQUIRE(facts.ok());
  std::vector<Compiler> compilers = {{"arm-none-eabi-g++", gcc + facts->compiler_flags}};
  if (runs({"clang++"})) {
    std::string headers = require_output(gcc + Words{"-print-file-name=libc.a"});
    headers = (std::filesystem::path(headers).parent_path() / "../include").lexically_normal().string();
    compilers.push_back({"clang++ for Arm", Words{"clang++", "--target=arm-none-eabi", "-isystem", headers} +
                                                facts->compiler_flags});
  }
  return compilers;
}

const Words& strict_warnings() {
  static const Words warnings = {"-Wall",      "-Wextra",           "-Wconversion",       "-Wshadow",
                                 "-Wpedantic", "-Wsign-conversion", "-Wdouble-promotion", "-Wcast-align"};
  return warnings;
}

void require_silent(const Words& command, const std::filesystem::path& directory) {
  const Result<ProcessResult> result = run_process({.words = command, .directory = directory});
  REQUIRE(result.ok());
  INFO(fmt::format("{}\n{}{}", fmt::join(command, " "), result->output, result->errors));
  REQUIRE(result->ok());
  REQUIRE(result->output + result->errors == "");
}

std::string require_output(const Words& command, const std::filesystem::path& directory) {
  const Result<ProcessResult> result = run_process({.words = command, .directory = directory});
  REQUIRE(result.ok());
  INFO(fmt::format("{}\n{}{}", fmt::join(command, " "), result->output, result->errors));
  REQUIRE(result->ok());
  return result->output;
}

std::string test_file(const std::string& path) {
  return (std::filesystem::path(BURIN_SOURCE_DIR) / "tests" / path).string();
}

}  // namespace burin::test
