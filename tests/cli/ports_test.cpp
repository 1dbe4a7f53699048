// Inputs and outputs as the header has them: their names, and outputs that depend on no input.
#include <catch2/catch.hpp>

#include "support/command.hpp"
#include "support/emitted.hpp"
#include "support/files.hpp"

namespace burin::test {

TEST_CASE("an output that is a constant is written by every inference", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const std::string model = R"(tir 1 "constant output"

tensor %0 "x" s8[1,4] scale 0.5 zero_point 3
tensor %1 "table" s8[1,3] scale 0.25 zero_point -1 = [1, 2, -3]
tensor %2 "y" s8[1,2,2] scale 0.5 zero_point 3

inputs (%0)
outputs (%2, %1, %1)

node 0 "y"
  %2 = reshape(%0)
)";
  const std::string path = (place.path() / "constant.tir").string();
  REQUIRE(write_file(path, model).ok());
  REQUIRE(write_file(place.path() / "in", std::string("\x05\x06\x07\x08\x09\x0a\x0b\x0c", 8)).ok());
  for (const char* on : {"evaluator", "host"}) {
    const CommandResult result =
        burin({"run", path, "--on", on, "--input", "in", "--output", "y", "--output", "a", "--output", "b"},
              {}, place.path());
    INFO(on << ": " << result.errors);
    REQUIRE(result.status == 0);
    CHECK(*read_file(place.path() / "y") == std::string("\x05\x06\x07\x08\x09\x0a\x0b\x0c", 8));
    for (const char* constant : {"a", "b"})
      CHECK(*read_file(place.path() / constant) == std::string("\x01\x02\xfd\x01\x02\xfd", 6));
  }
  CHECK(burin({"verify", path, "-q"}, {}, place.path()).status == 0);
}

}  // namespace burin::test
