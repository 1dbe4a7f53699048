// Generated files in a folder, and compilers to try on them.
#pragma once

#include <string>
#include <vector>

#include "cli/generated.hpp"
#include "support/models.hpp"

namespace burin::test {

struct Emitted {
  Compilation compilation;
  WrittenModel written;

  const Program& program() const { return compilation.program; }
  const std::filesystem::path& folder() const { return written.folder.path(); }
  const std::filesystem::path& source() const { return written.model.source; }
  const std::filesystem::path& header() const { return written.model.header; }
};

struct EmitOptions {
  std::string name{};
  int32_t self_test = 0;
};

// Compiles a model as `burin compile` does. A model that does not compile fails the test.
Emitted emit(const std::string& model, const std::string& target, const EmitOptions& options = {});
Emitted emit(const ModelFile& model, const std::string& target, const EmitOptions& options = {});

// "first; second; …"
std::string messages(const Diagnostics& diagnostics);

using Words = std::vector<std::string>;
Words operator+(Words a, const Words& b);

// A compiler that runs, with the arguments that choose its target. Of the host's compilers those that are not
// installed are left out, with a word about it.
struct Compiler {
  std::string name;
  Words command;
};
std::vector<Compiler> host_compilers();
// Compilers for a Cortex-M core with that target's flags: GCC, and clang with newlib's headers. Without them
// the test is skipped.
std::vector<Compiler> arm_compilers(const std::string& target);

// The warnings that generated code is free of, beyond what is promised.
const Words& strict_warnings();

// Runs a command that must succeed and have nothing to say.
void require_silent(const Words& command, const std::filesystem::path& directory = {});
// Runs a command that must succeed; what it wrote to stdout.
std::string require_output(const Words& command, const std::filesystem::path& directory = {});

// A file below tests/.
std::string test_file(const std::string& path);

}  // namespace burin::test
