// Generated files compile without a word from any compiler, in every standard that is promised.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "execute/process.hpp"
#include "support/emitted.hpp"
#include "support/identifier.hpp"

namespace burin::test {
namespace {

const Words firmware_flags = {"-fno-exceptions", "-fno-rtti", "-ffreestanding"};
constexpr const char* standards[] = {"-std=c++11", "-std=c++14", "-std=c++17", "-std=c++20"};

// Some warnings only come out of the optimiser, so one standard is compiled in full. It alternates.
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
  for (const ModelFile& model : own_models())
    if (const auto emitted = emit(model, "generic"))
      for (const Compiler& compiler : host_compilers()) check_standards(compiler, *emitted);
}

TEST_CASE("own models with a self-test compile without warnings", "[codegen]") {
  for (const ModelFile& model : own_models())
    if (const auto emitted = emit(model, "generic", {.self_test = 2}))
      for (const Compiler& compiler : host_compilers()) check_once(compiler, *emitted, "-std=c++11", "-O1");
}

TEST_CASE("own models compile without warnings for a Cortex-M4", "[codegen]") {
  for (const ModelFile& model : own_models())
    if (const auto emitted = emit(model, "cortex-m4"))
      for (const Compiler& compiler : arm_compilers("cortex-m4")) {
        check_once(compiler, *emitted, "-std=c++11", "-O2");
        check_once(compiler, *emitted, "-std=c++20", "-Os");
      }
}

TEST_CASE("trained models compile without warnings for every core and board", "[codegen]") {
  for (const std::string& target : target_names()) {
    if (target == "generic" || target == "host") continue;
    for (const ModelFile& model : trained_models())
      if (const auto emitted = emit(model, target))
        for (const Compiler& compiler : arm_compilers(target)) {
          check_once(compiler, *emitted, "-std=gnu++11", "-Os");
          check_once(compiler, *emitted, "-std=c++17", "-O0");
        }
  }
}

TEST_CASE("public models compile without warnings on the host", "[codegen][corpus]") {
  for (const ModelFile& model : corpus_models())
    if (const auto emitted = emit(model, "generic")) {
      const char* standard = "-std=c++11";
      for (const Compiler& compiler : host_compilers()) {
        check_once(compiler, *emitted, standard, "-O1");
        standard = "-std=c++20";
      }
    }
}

TEST_CASE("public models compile without warnings for a Cortex-M4", "[codegen][corpus]") {
  for (const ModelFile& model : corpus_models())
    if (const auto emitted = emit(model, "cortex-m4")) {
      const char* standard = "-std=c++11";
      for (const Compiler& compiler : arm_compilers("cortex-m4")) {
        check_once(compiler, *emitted, standard, "-O2");
        standard = "-std=c++20";
      }
    }
}

TEST_CASE("generated headers are clean C99, C11 and C++11", "[codegen]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  for (const ModelFile& model : every_model()) {
    const auto emitted = emit(model, "generic", {.self_test = 1});
    if (!emitted) continue;
    const std::string include =
        fmt::format("#include \"{0}\"\n#include \"{0}\"\n", emitted->header().string());
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
    const auto emitted = emit(model, "generic");
    if (!emitted) continue;
    const std::string macro = upper(emitted->program().name);
    for (const Compiler& compiler : host_compilers()) {
      const std::string object = (emitted->folder() / "placed.o").string();
      require_silent(compiler.command + strict_warnings() +
                     Words{"-std=c++11", "-O1", "-c", "-o", object, emitted->source().string(),
                           fmt::format("-D{}_WEIGHTS_ATTR=__attribute__((section(\".far_flash\")))", macro),
                           fmt::format("-D{}_ARENA_ATTR=__attribute__((section(\".fast_ram\")))", macro)});
      const std::string sections = require_output({"objdump", "-h", object});
      CHECK_THAT(sections, Catch::Contains(".far_flash"));
      CHECK_THAT(sections, Catch::Contains(".fast_ram"));
    }
  }
}

TEST_CASE("a file for a Cortex-M4 refuses to compile for a core without its instructions", "[codegen]") {
  const auto emitted = emit(trained_models().front(), "cortex-m4");
  REQUIRE(emitted);
  for (const char* core : {"cortex-m3", "cortex-m0plus"})
    for (const Compiler& compiler : arm_compilers(core)) {
      const auto result =
          run_process({.words = compiler.command + Words{"-fsyntax-only", emitted->source().string()}});
      REQUIRE(result.ok());
      CHECK(result->status != 0);
      CHECK_THAT(result->errors,
                 Catch::Contains("is generated for cortex-m4: compile it with that core's flags"));
    }
  for (const Compiler& compiler : host_compilers()) {
    const auto result =
        run_process({.words = compiler.command + Words{"-fsyntax-only", emitted->source().string()}});
    REQUIRE(result.ok());
    CHECK(result->status != 0);
    CHECK_THAT(result->errors, Catch::Contains("is generated for cortex-m4"));
  }
}

}  // namespace burin::test
