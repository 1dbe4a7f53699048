// The command line itself: verbs, options, help, version, exit codes, where text goes.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/command.hpp"
#include "support/diagnostic.hpp"
#include "support/files.hpp"

namespace burin::test {
namespace {

using Catch::Contains;

constexpr const char* verbs[] = {"compile", "inspect", "ops",     "run",    "verify",
                                 "bench",   "convert", "targets", "explain"};

}  // namespace

TEST_CASE("no verb, an unknown verb and unknown options are usage errors", "[cli]") {
  const std::vector<std::vector<std::string>> lines = {
      {},
      {"frobnicate"},
      {"--frobnicate"},
      {"compile"},
      {"compile", sine(), "--frobnicate"},
      {"compile", sine(), "--target"},
      {"compile", sine(), "--optimize", "beauty"},
      {"compile", sine(), "--rounding", "up"},
      {"compile", sine(), "--ram-limit", "64Q"},
      {"compile", sine(), "--ram-limit", "-1"},
      {"compile", sine(), "--ram-limit", ""},
      {"compile", sine(), "--ram-limit", "99999999999999999999"},
      {"compile", sine(), "--flash-limit", "K"},
      {"compile", sine(), "--self-test", "-1"},
      {"compile", sine(), "--self-test", "many"},
      {"compile", sine(), "--name", "not an identifier"},
      {"compile", sine(), "--name", "int"},
      {"compile", sine(), "--name", "../escape"},
      {"compile", sine(), "--name", "string"},
      {"compile", sine(), "--stop-after", "no_such_pass"},
      {"compile", sine(), sine()},
      {"--color", "sometimes", "compile", sine()},
      {"--version=xml"},
      {"inspect"},
      {"run"},
      {"verify"},
      {"verify", sine(), "--samples", "0"},
      {"bench"},
      {"convert"},
      {"convert", sine()},
      {"convert", sine(), "-o", "model.onnx"},
      {"convert", sine(), "-o", "model.tir", "--outputs", "no_such_tensor"},
      {"explain"},
      {"explain", "E9999"},
      {"targets", "a", "b"},
  };
  const TemporaryDirectory place = *TemporaryDirectory::create();
  for (const std::vector<std::string>& line : lines) {
    std::string text;
    for (const std::string& word : line) text += " " + word;
    INFO("burin" << text);
    check_failure(burin(line, {}, place.path()), 2, "E0201");
    CHECK(snapshot(place.path()).empty());
  }
}

TEST_CASE("a mistyped verb or option is met with its neighbor", "[cli]") {
  CHECK_THAT(burin({"complie", sine()}).errors, Contains("compile"));
  CHECK_THAT(burin({"inspct", sine()}).errors, Contains("inspect"));
  CHECK_THAT(burin({"compile", sine(), "--optimise", "speed"}).errors,
             Contains("there is no option --optimise\n") && Contains("did you mean --optimize?") &&
                 Contains("`burin compile --help`"));
  CHECK_THAT(burin({"compile", sine(), "--optimise=speed"}).errors, Contains("no option --optimise\n"));
  CHECK_THAT(burin({"bench", sine(), "--colour", "never"}).errors, Contains("did you mean --color?"));
  CHECK_THAT(burin({"compile", sine(), "-z"}).errors, Contains("no option -z\n") && !Contains("mean"));
  CHECK_THAT(burin({"targets", "a", "b"}).errors, Contains("targets takes no further argument: \"b\""));
}

TEST_CASE("help goes to stdout and names everything", "[cli]") {
  const CommandResult all = burin({"--help"});
  CHECK(all.status == 0);
  CHECK(all.errors.empty());
  for (const char* verb : verbs) {
    CHECK_THAT(all.output, Contains(verb));
    for (const char* flag : {"--help", "-h"}) {
      const CommandResult one = burin({verb, flag});
      INFO(verb);
      CHECK(one.status == 0);
      CHECK(one.errors.empty());
      CHECK_THAT(one.output, Contains("Usage:") || Contains("Usage"));
      CHECK_THAT(one.output, Contains(verb));
    }
  }
  const CommandResult compile = burin({"compile", "--help"});
  for (const char* option : {"--output", "--target", "--name", "--optimize", "--ram-limit", "--flash-limit",
                             "--rounding", "--depfile", "--report", "--self-test", "--dump-tir"})
    CHECK_THAT(compile.output, Contains(option));
}

TEST_CASE("the version is printed for people and for scripts", "[cli]") {
  const CommandResult text = burin({"--version"});
  CHECK(text.status == 0);
  CHECK(text.output == "burin " BURIN_VERSION "\n");
  CHECK(text.errors.empty());
  const CommandResult json = burin({"--version=json"});
  CHECK(json.status == 0);
  CHECK(nlohmann::json::parse(json.output)["version"] == BURIN_VERSION);
}

TEST_CASE("explain prints the long text of every diagnostic", "[cli]") {
  for (const DiagnosticDescription& description : diagnostic_descriptions()) {
    const CommandResult result = burin({"explain", std::string(description.name)});
    CHECK(result.status == 0);
    CHECK(result.errors.empty());
    CHECK_THAT(result.output,
               Contains(std::string(description.text)) && Contains(std::string(description.title)));
  }
  CHECK_THAT(burin({"explain", "E9999"}).errors, Contains("E0401"));
}

TEST_CASE("colours only where they are asked for or somebody looks", "[cli]") {
  const std::string missing = "no_such_file.tflite";
  for (const std::vector<std::string>& words : {std::vector<std::string>{"compile", missing},
                                                {"--color", "auto", "compile", missing},
                                                {"--color=never", "compile", missing},
                                                {"compile", "--color", "never", missing}})
    CHECK_THAT(burin(words).errors, !Contains("\x1b"));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--color", "always", "compile", missing},
        {"--color=always", "compile", missing},
        {"compile", missing, "--color=always"}})
    CHECK_THAT(burin(words).errors, Contains("\x1b[1;31merror[E0305]\x1b[0m"));
  // What goes to stdout has none in any case.
  CHECK_THAT(burin({"--color=always", "inspect", sine()}).output, !Contains("\x1b"));
}

TEST_CASE("all diagnostics come at once", "[cli]") {
  const CommandResult result = burin({"compile", odd("unsupported_operators")});
  check_failure(result, 4, "E0401");
  CHECK_THAT(result.errors, Contains("UNIQUE") && Contains("RFFT2D") && Contains("2 errors") &&
                                Contains("--> op 0 \"decoder/gather\"") && Contains("help: "));
}

TEST_CASE("every odd model ends with the exit code of its manifest, and leaves nothing behind where it fails",
          "[cli]") {
  const nlohmann::json manifest =
      nlohmann::json::parse(*read_file(std::string(BURIN_SOURCE_DIR) + "/tests/models/manifest.json"));
  const TemporaryDirectory place = *TemporaryDirectory::create();
  for (const auto& [name, expected] : manifest.items()) {
    INFO(name << ": " << expected["why"]);
    const std::filesystem::path folder = place.path() / name;
    std::filesystem::create_directories(folder);
    const CommandResult result = burin({"compile", odd(name), "-o", folder.string()});
    INFO(result.errors);
    CHECK(result.status == expected["exit"]);
    CHECK(result.output.empty());
    CHECK(snapshot(folder).size() == (expected["exit"] == 0 ? 3 : 0));
    CHECK_THAT(result.errors, !Contains("\x1b"));
    if (expected["exit"] != 0) {
      // The other verbs meet the same model with the same code.
      for (const char* verb : {"inspect", "verify", "bench"})
        CHECK(burin({verb, odd(name)}).status == expected["exit"]);
    }
  }
}

}  // namespace burin::test
