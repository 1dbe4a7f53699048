// Constants and ends of clamps that no decimal literal can say: infinities and what is not a number.
#include <catch2/catch.hpp>
#include <fstream>

#include "support/emitted.hpp"
#include "support/files.hpp"

namespace burin::test {
namespace {

constexpr const char* model = R"(tir 1 "not finite"

tensor %0 "x" f32[1,4]
tensor %1 "bounds" f32[1,4] = [0x7f800000, 0xff800000, 0x7fc00000, 1]
tensor %2 "y" f32[1,4]

inputs (%0)
outputs (%2)

node 0 "bound"
  %2 = maximum(%0, %1)
)";

constexpr const char* unlimited = R"(tir 1 "unlimited"

tensor %0 "x" f32[1,4]
tensor %1 "y" f32[1,4]

inputs (%0)
outputs (%1)

node 0 "double"
  %1 = add(%0, %0) then relu keeps_infinities
)";

TEST_CASE("Constants that are not finite compile everywhere", "[codegen]") {
  const char* text = GENERATE(model, unlimited);
  const Result<TemporaryDirectory> folder = TemporaryDirectory::create();
  REQUIRE(folder.ok());
  const std::filesystem::path file = folder->path() / "not_finite.tir";
  std::ofstream(file) << text;
  for (const char* target : {"generic", "cortex-m4"}) {
    const Emitted emitted = emit(ModelFile{.name = "not_finite", .path = file}, target);
    const std::string object = (emitted.folder() / "object.o").string();
    for (const Compiler& compiler :
         target == std::string("generic") ? host_compilers() : arm_compilers(target))
      for (const char* standard : {"-std=c++11", "-std=c++20"})
        require_silent(compiler.command + strict_warnings() +
                       Words{standard, "-O2", "-c", "-o", object, emitted.source().string()});
  }
}

}  // namespace
}  // namespace burin::test
