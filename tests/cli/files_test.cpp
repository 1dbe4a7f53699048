// Files that are not there, cannot be read or cannot be written, and what is left behind.
#include <catch2/catch.hpp>
#include <filesystem>

#include "support/command.hpp"
#include "support/files.hpp"

namespace burin::test {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;

}  // namespace

TEST_CASE("a model that is missing, a folder, empty or no model at all", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  REQUIRE(write_file(place.path() / "empty.tflite", "").ok());
  REQUIRE(write_file(place.path() / "text.tflite", "hello").ok());
  REQUIRE(write_file(place.path() / "half.tir", "tir 1 \"half").ok());
  const auto before = snapshot(place.path());
  for (const char* verb : {"compile", "inspect", "ops", "run", "verify", "bench"}) {
    INFO(verb);
    check_failure(burin({verb, "missing.tflite"}, {}, place.path()), 3, "E0305");
    check_failure(burin({verb, "."}, {}, place.path()), 3, "E0305");
    check_failure(burin({verb, "empty.tflite"}, {}, place.path()), 3, "E0301");
    check_failure(burin({verb, "text.tflite"}, {}, place.path()), 3, "E0301");
    check_failure(burin({verb, "half.tir"}, {}, place.path()), 3, "E0304");
  }
  CHECK(snapshot(place.path()) == before);
}

TEST_CASE("output that cannot be written changes nothing", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  REQUIRE(write_file(place.path() / "file", "a file").ok());
  fs::create_directories(place.path() / "blocked/sine.json");  // a folder where a file is to go
  REQUIRE(burin({"compile", sine(), "-o", "old", "-t", "cortex-m4", "-q"}, {}, place.path()).status == 0);
  fs::rename(place.path() / "old/sine.cpp", place.path() / "blocked/sine.cpp");
  const auto before = snapshot(place.path());
  // Below a file there is no folder; and for the superuser too, /proc takes no files.
  for (const char* folder : {"file", "file/below", "/proc/burin", "blocked"}) {
    INFO(folder);
    const CommandResult result = burin({"compile", sine(), "-o", folder}, {}, place.path());
    check_failure(result, 2, "E0203");
    CHECK_THAT(result.errors, Contains("help: "));
    CHECK(snapshot(place.path()) == before);
  }
  for (const char* option : {"--depfile", "--report", "--dump-tir"}) {
    INFO(option);
    check_failure(burin({"compile", sine(), "-o", "new", option, "file/below"}, {}, place.path()), 2,
                  "E0203");
    CHECK(snapshot(place.path()) == before);
  }
}

TEST_CASE("a model that fails leaves earlier output as it was", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const std::string out = place.path().string();
  CHECK(burin({"compile", sine(), "-o", out, "--name", "model", "-q"}).status == 0);
  const auto before = snapshot(place.path());
  CHECK(before.size() == 3);
  CHECK(burin({"compile", odd("bad_truncated"), "-o", out, "--name", "model"}).status == 3);
  CHECK(burin({"compile", odd("unsupported_operators"), "-o", out, "--name", "model"}).status == 4);
  CHECK(burin({"compile", sine(), "-o", out, "--name", "model", "--ram-limit", "1"}).status == 5);
  CHECK(snapshot(place.path()) == before);
  // And success replaces it.
  CHECK(burin({"compile", sine(), "-o", out, "--name", "model", "-t", "cortex-m4", "-q"}).status == 0);
  CHECK(snapshot(place.path()).size() == 3);
  CHECK(snapshot(place.path()) != before);
}

TEST_CASE("a pipe or a device in place of an output file is written to, not replaced", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const auto result =
      run_process({.words = {"/bin/sh", "-c",
                             "mkfifo pipe && cat pipe >copy & sleep 0.2; "
                             "\"$0\" compile \"$1\" -q -o out --report pipe && wait && test -p pipe",
                             BURIN_TOOL, sine()},
                   .directory = place.path()});
  REQUIRE(result.ok());
  INFO(result->errors);
  CHECK(result->status == 0);
  CHECK(*read_file(place.path() / "copy") == *read_file(place.path() / "out/sine.json"));
}

TEST_CASE("results that cannot be printed are an error", "[cli]") {
  // /dev/full takes nothing.
  for (const char* verb : {"inspect", "ops"}) {
    const auto result =
        run_process({.words = {"/bin/sh", "-c", "exec \"$0\" \"$@\" >/dev/full", BURIN_TOOL, verb, sine()}});
    REQUIRE(result.ok());
    CHECK(result->status == 2);
    CHECK_THAT(result->errors, Contains("error[E0203]"));
  }
}

}  // namespace burin::test
