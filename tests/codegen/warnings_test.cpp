// Generated files compile without a word from any compiler, in every standard that is promised.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <set>

#include "execute/process.hpp"
#include "support/emitted.hpp"
#include "support/identifier.hpp"
#include "support/kernel_samples.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

const Words firmware_flags = {"-fno-exceptions", "-fno-rtti", "-ffreestanding"};
// Hundreds of layers side by side: GCC has a word to say about the length of ID_run, which has every port.
const Words samples_flags = firmware_flags + Words{"-DSAMPLES_NO_SINGLETON"};
constexpr const char* standards[] = {"-std=c++11", "-std=c++14", "-std=c++17", "-std=c++20"};

// Some warnings only come out of the optimizer, so one standard is compiled in full. It alternates.
void check_standards(const Compiler& compiler, const Emitted& emitted) {
  size_t full = emitted.program().name.size() % std::size(standards);
  for (size_t i = 0; i < std::size(standards); ++i) {
    const Words how = i == full ? Words{"-O2", "-c", "-o", "/dev/null"} : Words{"-fsyntax-only"};
    require_silent(compiler.command + strict_warnings() + firmware_flags + Words{standards[i]} + how +
                   Words{emitted.source().string()});
  }
}

void check_once(const Compiler& compiler, const Emitted& emitted, const char* standard, const char* level) {
  require_silent(compiler.command + strict_warnings() + firmware_flags +
                 Words{standard, level, "-c", "-o", "/dev/null", emitted.source().string()});
}

}  // namespace

TEST_CASE("own models compile without warnings in C++11 to C++20 on the host", "[codegen]") {
  for (const ModelFile& model : own_models()) {
    const Emitted emitted = emit(model, "generic");
    for (const Compiler& compiler : host_compilers()) check_standards(compiler, emitted);
  }
}

// The table: every kernel with every combination of element types.
TEST_CASE("every kernel compiles without warnings for all its types on the host",
          "[codegen][kernel_warnings]") {
  for (const Compilation& samples : kernel_samples(*load_target("generic"), SamplesOf::every_type)) {
    const Result<WrittenModel> written = write_generated(samples);
    REQUIRE(written.ok());
    for (const Compiler& compiler : host_compilers())
      for (const char* standard : standards)
        require_silent(compiler.command + strict_warnings() + samples_flags +
                       Words{standard, "-fsyntax-only", written->model.source.string()});
  }
}

TEST_CASE("every kernel compiles without warnings for all its types on Arm", "[codegen][kernel_warnings]") {
  for (const Compilation& samples : kernel_samples(*load_target("cortex-m4"), SamplesOf::every_type)) {
    const Result<WrittenModel> written = write_generated(samples);
    REQUIRE(written.ok());
    const char* standard = "-std=c++11";
    for (const Compiler& compiler : arm_compilers("cortex-m4")) {
      require_silent(compiler.command + strict_warnings() + samples_flags +
                     Words{standard, "-fsyntax-only", written->model.source.string()});
      standard = "-std=c++20";
    }
  }
}

TEST_CASE("own models with a self-test compile without warnings", "[codegen]") {
  for (const ModelFile& model : own_models()) {
    const Emitted emitted = emit(model, "generic", {.self_test = 2});
    for (const Compiler& compiler : host_compilers()) check_once(compiler, emitted, "-std=c++11", "-O1");
  }
}

TEST_CASE("own models compile without warnings for a Cortex-M4", "[codegen]") {
  const std::vector<Compiler> compilers = arm_compilers("cortex-m4");
  for (const ModelFile& model : own_models()) {
    const Emitted emitted = emit(model, "cortex-m4");
    for (const Compiler& compiler : compilers) {
      check_once(compiler, emitted, "-std=c++11", "-O2");
      check_once(compiler, emitted, "-std=c++20", "-Os");
    }
  }
}

TEST_CASE("trained models compile without warnings for every core and board", "[codegen]") {
  std::set<std::vector<std::string>> flags;  // boards with a core's flags have its code
  for (const std::string& target : target_names()) {
    const Result<Target> facts = load_target(target);
    REQUIRE(facts.ok());
    if (!facts->emulator || !flags.insert(facts->compiler_flags).second) continue;
    const std::vector<Compiler> compilers = arm_compilers(target);
    for (const ModelFile& model : trained_models()) {
      const Emitted emitted = emit(model, target);
      for (const Compiler& compiler : compilers) {
        check_once(compiler, emitted, "-std=gnu++11", "-Os");
        check_once(compiler, emitted, "-std=c++17", "-O0");
      }
    }
  }
}

TEST_CASE("public models compile without warnings on the host", "[codegen][corpus]") {
  require_corpus();
  for (const ModelFile& model : corpus_models()) {
    const Emitted emitted = emit(model, "generic");
    const char* standard = "-std=c++11";
    for (const Compiler& compiler : host_compilers()) {
      check_once(compiler, emitted, standard, "-O1");
      standard = "-std=c++20";
    }
  }
}

TEST_CASE("public models compile without warnings for a Cortex-M4", "[codegen][corpus]") {
  require_corpus();
  const std::vector<Compiler> compilers = arm_compilers("cortex-m4");
  for (const ModelFile& model : corpus_models()) {
    const Emitted emitted = emit(model, "cortex-m4");
    const char* standard = "-std=c++11";
    for (const Compiler& compiler : compilers) {
      check_once(compiler, emitted, standard, "-O2");
      standard = "-std=c++20";
    }
  }
}

TEST_CASE("generated headers are clean C99, C11 and C++11", "[codegen]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  for (const ModelFile& model : every_model()) {
    const Emitted emitted = emit(model, "generic", {.self_test = 1});
    const std::string include =
        fmt::format("#include \"{0}\"\n#include \"{0}\"\n", emitted.header().string());
    for (const char* ending : {"c", "cpp"}) {
      const std::string file = (place.path() / (std::string("include.") + ending)).string();
      REQUIRE(write_file(file, include + "extern int used;\nint used = 0;\n").ok());
      // Clang takes the language from the ending whatever its name.
      for (const Compiler& compiler : host_compilers()) {
        const bool c = ending == std::string("c");
        const Words program = !c ? compiler.command : Words{compiler.name == "g++" ? "gcc" : "clang"};
        for (const char* standard : c ? std::vector<const char*>{"-std=c99", "-std=c11"}
                                      : std::vector<const char*>{"-std=c++11", "-std=c++20"})
          require_silent(program + strict_warnings() + Words{standard, "-fsyntax-only", file});
      }
    }
  }
}

TEST_CASE("memory attributes of the user are accepted", "[codegen]") {
  for (const ModelFile& model : trained_models()) {
    const Emitted emitted = emit(model, "generic");
    const std::string macro = upper(emitted.program().name);
    for (const Compiler& compiler : host_compilers()) {
      const std::string object = (emitted.folder() / "placed.o").string();
      require_silent(
          compiler.command + strict_warnings() +
          Words{"-std=c++11", "-O1", "-c", "-o", object, emitted.source().string(),
                fmt::format("-D{}_WEIGHTS_ATTR=__attribute__((section(\".far_flash\")))", macro),
                fmt::format("-D{}_ARENA_ATTR=__attribute__((section(\".bss.fast_ram\")))", macro)});
      const std::string sections = require_output({"objdump", "-h", "-w", object});
      CHECK_THAT(sections, Catch::Contains(".far_flash"));
      // A section that has its bytes in the file has them in flash.
      const size_t fast = sections.find(".bss.fast_ram");
      REQUIRE(fast != std::string::npos);
      CHECK_THAT(sections.substr(fast, sections.find('\n', fast) - fast), !Catch::Contains("CONTENTS"));
    }
  }
}

TEST_CASE("memory attributes that would not do what they are for are refused", "[codegen]") {
  const Emitted emitted = emit(trained_models().front(), "generic");
  const std::string macro = upper(emitted.program().name);
  const auto compile_with = [&](const Compiler& compiler, const Words& definitions) {
    const auto result = run_process({.words = compiler.command + Words{"-std=c++11", "-fsyntax-only", "-w"} +
                                              definitions + Words{emitted.source().string()}});
    REQUIRE(result.ok());
    return *result;
  };
  const auto attribute = [&](const std::string& kind, const std::string& text) {
    return fmt::format("-D{}_{}_ATTR=__attribute__(({}))", macro, kind, text);
  };
  for (const Compiler& compiler : host_compilers()) {
    INFO(compiler.name);
    for (const char* text : {"progmem", "__progmem__"}) {
      const auto result = compile_with(compiler, {attribute("WEIGHTS", text)});
      CHECK(result.status != 0);
      CHECK_THAT(result.errors, Catch::Contains("program memory is not read by ordinary loads"));
    }
    for (const char* text : {"section(\".dtcm\")", "aligned(32), section (\".data.fast\")"}) {
      const auto result = compile_with(compiler, {attribute("ARENA", text)});
      CHECK((result.status == 0) == (compiler.name == "clang++"));  // which goes by what the memory holds
      if (compiler.name == "g++") CHECK_THAT(result.errors, Catch::Contains("has its zeros in flash"));
      CHECK(compile_with(compiler, {attribute("ARENA", text), fmt::format("-D{}_ARENA_NOLOAD", macro)})
                .status == 0);
    }
    for (const char* text : {"section(\".bss.dtcm\")", "aligned(32)", "section(\".noinit\")"})
      CHECK(compile_with(compiler, {attribute("ARENA", text)}).status == 0);
  }
}

TEST_CASE("a file for a Cortex-M4 refuses to compile for a core without its instructions", "[codegen]") {
  const Emitted emitted = emit(trained_models().front(), "cortex-m4");
  for (const char* core : {"cortex-m3", "cortex-m0plus"})
    for (const Compiler& compiler : arm_compilers(core)) {
      const auto result =
          run_process({.words = compiler.command + Words{"-fsyntax-only", emitted.source().string()}});
      REQUIRE(result.ok());
      CHECK(result->status != 0);
      CHECK_THAT(result->errors,
                 Catch::Contains("is generated for cortex-m4: compile it with that core's flags"));
    }
}

TEST_CASE("a file for a Cortex-M4 refuses to compile for the host", "[codegen]") {
  const Emitted emitted = emit(trained_models().front(), "cortex-m4");
  for (const Compiler& compiler : host_compilers()) {
    const auto result =
        run_process({.words = compiler.command + Words{"-fsyntax-only", emitted.source().string()}});
    REQUIRE(result.ok());
    CHECK(result->status != 0);
    CHECK_THAT(result->errors, Catch::Contains("is generated for cortex-m4"));
  }
}

}  // namespace burin::test
