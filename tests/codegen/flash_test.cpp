// --flash-limit is a promise: what a compiler makes of a file that kept to a limit fits into it.
#include <algorithm>
#include <catch2/catch.hpp>

#include "execute/elf.hpp"
#include "execute/toolchain.hpp"
#include "support/combine.hpp"
#include "support/emitted.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

// The flash that GCC makes of the generated file.
int64_t measured_flash(const Compilation& compilation, const std::string& level) {
  const Result<WrittenModel> written = write_generated(compilation);
  REQUIRE(written.ok());
  const std::filesystem::path object = written->folder.path() / "model.o";
  Words command = *find_tool(Tool::arm_cxx);
  command = command + compilation.target.compiler_flags +
            Words{"-std=gnu++11", "-fno-exceptions", "-fno-rtti", level, "-c", written->model.source.string(),
                  "-o",           object.string()};
  require_silent(command);
  const Result<ElfFile> file = parse_elf(*read_file(object), "model.o");
  REQUIRE(file.ok());
  return static_cast<int64_t>(image_size(*file).flash_bytes());
}

using Compile = std::function<Result<Compilation>(const CompileOptions&)>;

// Limits that compile: the least, and one that leaves more of the choice.
std::vector<int64_t> limits_of(const Compile& compile_with, CompileOptions options) {
  const auto fits = [&](int64_t limit) {
    options.flash_limit = limit;
    return compile_with(options).ok();
  };
  int64_t high = 1024;
  while (!fits(high)) high *= 2;
  int64_t low = high / 2;
  while (high - low > 16) {
    const int64_t middle = (low + high) / 2;
    (fits(middle) ? high : low) = middle;
  }
  return {high, high + high / 8};
}

void check_limits(const Compile& compile_with, CompileOptions options, const std::string& name) {
  for (const int64_t limit : limits_of(compile_with, options)) {
    options.flash_limit = limit;
    const Result<Compilation> compilation = compile_with(options);
    REQUIRE(compilation.ok());
    for (const char* level : {"-O1", "-O2", "-Os"}) {
      INFO(name << " for " << compilation->target.name << ", --flash-limit " << limit << ", " << level
                << ", self-test of " << options.self_test << ": constants "
                << compilation->program.weight_bytes() << ", code estimated "
                << compilation->program.code_bytes_estimate());
      CHECK(measured_flash(*compilation, level) <= limit);
    }
  }
}

}  // namespace

TEST_CASE("trained models fit into every flash limit that they are compiled with", "[codegen][flash]") {
  require_arm_compiler();
  for (const char* target_name : {"cortex-m4", "cortex-m0plus", "cortex-m3"})
    for (const ModelFile& model : trained_models())
      for (const Objective objective : {Objective::speed, Objective::size}) {
        CompileOptions options;
        options.model = model.path.string();
        options.target = target_name;
        options.objective = objective;
        // Samples take flash as well.
        options.self_test = objective == Objective::size ? 3 : 0;
        const Result<Target> target = load_target(target_name);
        const Result<PreparedModel> prepared = prepare(options);
        REQUIRE(target.ok());
        REQUIRE(prepared.ok());
        check_limits([&](const CompileOptions& with) { return compile(*prepared, *target, with); }, options,
                     model.name);
      }
}

TEST_CASE("a small model for each kernel fits into every flash limit that it is compiled with",
          "[codegen][flash]") {
  require_arm_compiler();
  for (const char* target_name : {"cortex-m33", "cortex-m0plus"}) {
    const Result<Target> target = load_target(target_name);
    REQUIRE(target.ok());
    // All of them side by side, so that few builds measure all kernels.
    std::vector<Graph> graphs;
    for (const ModelFile& model : odd_models())
      graphs.push_back(emit(model, target_name).compilation.optimized);
    const Graph all = combine(graphs);
    CompileOptions options;
    options.name = "odd";
    check_limits([&](const CompileOptions& with) { return generate_code(all, all, *target, with, ""); },
                 options, "odd models");
  }
}

TEST_CASE("public models fit into the least flash limit that they are compiled with",
          "[codegen][flash][corpus]") {
  require_arm_compiler();
  require_corpus();
  for (const ModelFile& model : corpus_models()) {
    // Those whose code is a large part of the flash.
    if (std::filesystem::file_size(model.path) > 60'000) continue;
    CompileOptions options;
    options.model = model.path.string();
    options.target = "cortex-m4";
    const Result<Target> target = load_target(options.target);
    const Result<PreparedModel> prepared = prepare(options);
    if (!prepared) continue;
    const auto compile_with = [&](const CompileOptions& with) { return compile(*prepared, *target, with); };
    options.flash_limit = limits_of(compile_with, options).front();
    const Result<Compilation> compilation = compile_with(options);
    REQUIRE(compilation.ok());
    INFO(model.name << ", --flash-limit " << *options.flash_limit << ": constants "
                    << compilation->program.weight_bytes() << ", code estimated "
                    << compilation->program.code_bytes_estimate());
    for (const char* level : {"-O2", "-Os"})
      CHECK(measured_flash(*compilation, level) <= *options.flash_limit);
  }
}

TEST_CASE("samples of a self-test count as flash", "[codegen][flash]") {
  CompileOptions options;
  options.model = trained_models().front().path.string();
  options.target = "cortex-m4";
  const Result<Target> target = load_target(options.target);
  const Result<PreparedModel> prepared = prepare(options);
  REQUIRE(prepared.ok());
  const auto compile_with = [&](const CompileOptions& with) { return compile(*prepared, *target, with); };
  options.flash_limit = limits_of(compile_with, options).front();
  CHECK(compile_with(options).ok());
  options.self_test = 1;
  const Result<Compilation> refused = compile_with(options);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.diagnostics().front().code == DiagnosticCode::E0502);
}

}  // namespace burin::test
