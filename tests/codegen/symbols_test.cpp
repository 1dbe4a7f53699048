// What an object file of generated code asks of the rest of a firmware, and what it keeps in RAM.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <regex>
#include <sstream>

#include "execute/process.hpp"
#include "support/emitted.hpp"
#include "support/identifier.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

struct Symbol {
  char kind;  // as nm has it
  std::string name;
};

std::vector<Symbol> symbols_of(const std::string& nm, const std::string& object) {
  std::vector<Symbol> symbols;
  std::istringstream lines(require_output({nm, "-C", object}));
  for (std::string line; std::getline(lines, line);) {
    // [VALUE] KIND NAME; a demangled name may hold spaces.
    static const std::regex form("[0-9a-f]* *([A-Za-z]) (.*)");
    std::smatch parts;
    REQUIRE(std::regex_match(line, parts, form));
    symbols.push_back({parts[1].str()[0], parts[2].str()});
  }
  REQUIRE(symbols.size() > 4);
  return symbols;
}

// Functions of the C library that a freestanding compiler assumes, of <math.h>, and of the compiler's own
// runtime.
bool may_be_missing(const Program& program, const std::string& name, bool self_test) {
  static const std::regex library("memcpy|memset|memmove");
  static const std::regex runtime(
      "__aeabi_\\w+|__\\w+[sdt]i[2-4]|__(add|sub|mul|div|neg|fix|float|un|eq|ne|lt|le|gt|ge)\\w+[23]?|"
      "__gnu_thumb1_case_\\w+|_GLOBAL_OFFSET_TABLE_");
  static const std::regex mathematics(
      "(exp|exp2|log|log2|log1p|expm1|tanh|sqrt|pow|sin|cos|floor|ceil|round|rint|nearbyint|fabs|erf)f?");
  if (std::regex_match(name, library) || std::regex_match(name, runtime)) return true;
  if (self_test && (name == "memcmp" || name == "bcmp")) return true;  // clang turns one into the other
  const bool has_float = std::ranges::any_of(program.buffers, [](const ProgramBuffer& buffer) {
    return buffer.dtype == DType::f32 && !buffer.scratch;
  });
  return has_float && std::regex_match(name, mathematics);
}

bool is_writable(char kind) {
  return std::string("bBdDCsSgG").find(kind) != std::string::npos;
}

enum class Singleton { kept, left_out };

void check_symbols(const Emitted& emitted, const Compiler& compiler, const std::string& nm,
                   Singleton singleton, bool self_test) {
  const std::string& id = emitted.program().name;
  const std::string object = (emitted.folder() / "symbols.o").string();
  Words flags = {"-std=c++11", "-Os", "-c", "-o", object, emitted.source().string()};
  if (singleton == Singleton::left_out) flags.push_back("-D" + upper(id) + "_NO_SINGLETON");
  require_silent(compiler.command + flags);
  for (const Symbol& symbol : symbols_of(nm, object)) {
    INFO(id << ", " << compiler.name << ": " << symbol.kind << " " << symbol.name);
    if (symbol.kind == 'U' || symbol.kind == 'w')
      CHECK(may_be_missing(emitted.program(), symbol.name, self_test));
    else if (is_writable(symbol.kind))
      // A part of it that clang splits off has a name that is not demangled: "…9singletonE.0".
      CHECK((singleton == Singleton::kept && symbol.name.find("singleton") != std::string::npos));
    else if (std::isupper(static_cast<unsigned char>(symbol.kind)))
      CHECK(symbol.name.starts_with(id + "_"));  // two models in one firmware must not meet
    else
      CHECK((symbol.kind == 'r' || symbol.kind == 't' || symbol.kind == 'n' || symbol.kind == 'a'));
  }
}

}  // namespace

TEST_CASE(
    "generated code needs nothing but memory functions, and keeps nothing but its one instance, on the host",
    "[codegen]") {
  for (const ModelFile& model : every_model())
    for (const int32_t self_test : {0, 1}) {
      // A name that is unlike all symbols of the kernels.
      const Emitted emitted = emit(model, "generic", {.name = "qmodel", .self_test = self_test});
      // Outside of their default, compilers may mention unwinding or the stack protector.
      for (Compiler compiler : host_compilers()) {
        compiler.command = compiler.command + Words{"-fno-exceptions", "-fno-stack-protector"};
        check_symbols(emitted, compiler, "nm", self_test > 0 ? Singleton::kept : Singleton::left_out,
                      self_test > 0);
        if (model.path.string().find("/tests/models/") != std::string::npos)
          break;  // one will do for small ones
      }
    }
}

TEST_CASE("generated code needs nothing but memory functions, and keeps nothing but its one instance, on Arm",
          "[codegen]") {
  if (!run_process({.words = {"arm-none-eabi-nm", "--version"}})) skip("arm-none-eabi-nm is not installed");
  for (const char* target : {"cortex-m4", "cortex-m0plus"}) {
    const std::vector<Compiler> compilers = arm_compilers(target);
    for (const ModelFile& model : every_model()) {
      const Emitted emitted = emit(model, target, {.name = "qmodel"});
      for (Compiler compiler : compilers) {
        compiler.command = compiler.command + Words{"-fno-exceptions"};
        const bool small = target == std::string("cortex-m0plus");
        check_symbols(emitted, compiler, "arm-none-eabi-nm", small ? Singleton::left_out : Singleton::kept,
                      false);
        if (small) break;
      }
    }
  }
}

}  // namespace burin::test
