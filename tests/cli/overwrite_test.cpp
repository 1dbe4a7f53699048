// Which files a verb replaces, and which it does not: only what Burin made, never what it reads, and no place
// twice.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "cli/driver.hpp"
#include "support/command.hpp"
#include "support/files.hpp"

namespace burin::test {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  REQUIRE(write_file(path, text).ok());
}

// Every name below a folder, files of the tool that are to be gone included.
std::vector<std::string> names_below(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) names.push_back(entry.path().string());
  std::ranges::sort(names);
  return names;
}

}  // namespace

TEST_CASE("compile replaces what Burin made, and no other file", "[cli][overwrite]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  for (const char* name : {"sine.cpp", "sine.h", "sine.json"}) {
    INFO(name);
    const fs::path folder = place.path() / fs::path(name).extension();
    for (const char* contents :
         {"int main() {}\n", "x", "{\"tool\": \"another\"}", "// SPDX-License-Identifier: 0BSD\n// by hand\n",
          "// SPDX-License-Identifier: 0BSD"}) {
      write(folder / name, contents);
      const auto before = snapshot(place.path());
      const CommandResult result = burin({"compile", sine(), "-o", folder.string()});
      check_failure(result, 2, "E0203");
      CHECK_THAT(result.errors, Contains(name) && Contains("not made by Burin") && Contains("help: "));
      CHECK(snapshot(place.path()) == before);
    }
    // Nothing is lost with an empty file, and what Burin made is replaced, whatever the options were.
    write(folder / name, "");
    CHECK(burin({"compile", sine(), "-o", folder.string(), "-q"}).status == 0);
    const auto before = snapshot(folder);
    CHECK(burin({"compile", sine(), "-o", folder.string(), "-t", "cortex-m4", "-q"}).status == 0);
    CHECK(snapshot(folder).size() == 3);
    CHECK(snapshot(folder) != before);
  }
}

TEST_CASE("outputs that options name do not replace files of another kind", "[cli][overwrite]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  write(place.path() / "main.cpp", "int main() {}\n");
  const auto before = snapshot(place.path());
  for (const char* option : {"--report", "--depfile", "--dump-tir"}) {
    INFO(option);
    check_failure(burin({"compile", sine(), "-o", "out", option, "main.cpp"}, {}, place.path()), 2, "E0203");
    CHECK(snapshot(place.path()) == before);
    // Their own they do.
    for (int i = 0; i < 2; ++i)
      CHECK(burin({"compile", sine(), "-o", "made", option, "made/extra", "-q"}, {}, place.path()).status ==
            0);
    fs::remove_all(place.path() / "made");
  }
}

TEST_CASE("two models whose names give one identifier do not replace each other", "[cli][overwrite]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  write(place.path() / "a/wake-word.tflite", *read_file(sine()));
  write(place.path() / "b/wake word.tflite", *read_file(digits()));
  REQUIRE(burin({"compile", "a/wake-word.tflite", "-o", "out", "-q"}, {}, place.path()).status == 0);
  const auto before = snapshot(place.path());
  const CommandResult result = burin({"compile", "b/wake word.tflite", "-o", "out"}, {}, place.path());
  check_failure(result, 2, "E0203");
  CHECK_THAT(result.errors, Contains("wake-word.tflite") && Contains("--name"));
  CHECK(snapshot(place.path()) == before);
  CHECK(burin({"compile", "b/wake word.tflite", "-o", "out", "--name", "other", "-q"}, {}, place.path())
            .status == 0);
  // With --name it is what the user wants, and the same name from another folder is the same model.
  CHECK(burin({"compile", "b/wake word.tflite", "-o", "out", "--name", "wake_word", "-q"}, {}, place.path())
            .status == 0);
  write(place.path() / "c/wake word.tflite", *read_file(sine()));
  CHECK(burin({"compile", "c/wake word.tflite", "-o", "out", "-q"}, {}, place.path()).status == 0);
}

TEST_CASE("long file names that differ late give identifiers that differ", "[cli][overwrite]") {
  const std::string stem = "keyword_spotting_of_a_very_long_name_in_many_words_";
  std::vector<std::string> names;
  for (const char* end : {"a", "b", "c_quantized_to_eight_bits_with_a_tail_that_is_longer_still"}) {
    const std::string name = default_name(stem + end + ".tflite");
    CHECK(name.size() <= 40);
    CHECK(name.starts_with("keyword_spotting_of_a_very_long"));
    CHECK(model_name(name) == name);
    CHECK(default_name("folder/" + stem + end + ".tflite") == name);
    names.push_back(name);
  }
  std::ranges::sort(names);
  CHECK(std::ranges::adjacent_find(names) == names.end());
  CHECK(default_name(std::string(40, 'x') + ".tflite") == std::string(40, 'x'));
  CHECK(default_name(std::string(38, '7') + ".tflite").size() <= 40);
  CHECK(default_name(std::string(38, 'x') + "_t.tflite").size() <= 40);
}

TEST_CASE("outputs of one place are a usage error, however the place is spelled", "[cli][overwrite]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  fs::copy_file(sine(), place.path() / "sine.tflite");
  fs::create_directories(place.path() / "real");
  fs::create_directory_symlink("real", place.path() / "link");
  const auto before = names_below(place.path());
  const std::string absolute = (place.path() / "real/sine.cpp").string();
  const std::vector<std::vector<std::string>> lines = {
      {"-o", "new", "--dump-tir", "new/sine.cpp"},
      {"-o", "new", "--dump-tir", "./new/../new//sine.h"},
      {"-o", "new", "--dump-tir", "new/sine.json"},
      {"-o", "real", "--dump-tir", absolute},
      {"-o", "real", "--dump-tir", "link/sine.cpp"},
      {"-o", "link", "--depfile", "real/sine.h"},
      {"-o", "new", "--dump-tir", "x", "--depfile", "./x"},
      {"-o", "new", "--report", "x", "--depfile", "x/y"},
      {"-o", "new", "--report", "sine.tflite"},
      {"-o", "new", "--dump-tir", "real/../sine.tflite"},
  };
  for (const std::vector<std::string>& line : lines) {
    std::vector<std::string> words = {"compile", "sine.tflite"};
    std::string text;
    for (const std::string& word : line) {
      words.push_back(word);
      text += " " + word;
    }
    INFO(text);
    check_failure(burin(words, {}, place.path()), 2, "E0201");
    CHECK(names_below(place.path()) == before);
  }
  CHECK(*read_file(place.path() / "sine.tflite") == *read_file(sine()));
  // The report twice at one place is one file.
  CHECK(burin({"compile", "sine.tflite", "-o", "real", "--report", "link/sine.json", "-q"}, {}, place.path())
            .status == 0);
  CHECK(names_below(place.path()).size() == before.size() + 3);
}

TEST_CASE("no output replaces a target's file or the input of a run", "[cli][overwrite]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  write(place.path() / "board.json",
        R"({"name": "mine", "kind": "board", "description": "d", "inherits": "generic"})");
  write(place.path() / "in", std::string(2, '\x01'));
  const auto before = snapshot(place.path());
  check_failure(
      burin({"compile", sine(), "-t", "board.json", "-o", "out", "--report", "board.json"}, {}, place.path()),
      2, "E0201");
  check_failure(burin({"run", sine(), "--input", "in", "--output", "./in"}, {}, place.path()), 2, "E0201");
  CHECK(snapshot(place.path()) == before);
}

TEST_CASE("places that cannot be reached are named with the reason, and leave nothing behind",
          "[cli][overwrite]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  fs::create_symlink("loop_b", place.path() / "loop_a");
  fs::create_symlink("loop_a", place.path() / "loop_b");
  const std::string long_name(300, 'n');
  const auto before = names_below(place.path());
  const std::vector<std::vector<std::string>> lines = {
      {"-o", "loop_a"},
      {"-o", "loop_a/below"},
      {"-o", long_name},
      {"-o", "new/" + long_name + "/below"},
      {"-o", "new/folder", "--report", "loop_a"},
      {"-o", "new/folder", "--report", "loop_a/report.json"},
      {"-o", "new/folder", "--report", long_name},
      {"-o", "new/folder", "--depfile", "new/" + long_name},
      {"-o", "new/folder", "--dump-tir", "/proc/none/below"},
  };
  for (const std::vector<std::string>& line : lines) {
    std::vector<std::string> words = {"compile", sine()};
    words.insert(words.end(), line.begin(), line.end());
    INFO(line.back());
    const CommandResult result = burin(words, {}, place.path());
    check_failure(result, 2, "E0203");
    CHECK_THAT(result.errors, Contains("cannot be written: "));
    CHECK(names_below(place.path()) == before);
  }
  CHECK_THAT(burin({"compile", sine(), "-o", "loop_a"}, {}, place.path()).errors, Contains("symbolic links"));
  CHECK_THAT(burin({"compile", sine(), "-o", long_name}, {}, place.path()).errors, Contains("too long"));
  // A name may be as long as the file system has it, though the tool's own files beside it have names too.
  CHECK(burin({"compile", sine(), "-o", "out", "--report", std::string(250, 'r'), "-q"}, {}, place.path())
            .status == 0);
  for (const char* verb : {"compile", "inspect", "ops", "run", "verify"})
    check_failure(burin({verb, "loop_a"}, {}, place.path()), 3, "E0305");
  check_failure(burin({"compile", sine(), "-t", "loop_a.json"}, {}, place.path()), 2, "E0203");
}

TEST_CASE("a folder that was deleted behind the shell is no defect of Burin", "[cli][overwrite]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const auto result = run_process({.words = {"/bin/sh", "-c",
                                             "mkdir gone && cd gone && rmdir ../gone && "
                                             "exec \"$0\" compile \"$1\"",
                                             BURIN_TOOL, sine()},
                                   .directory = place.path()});
  REQUIRE(result.ok());
  INFO(result->errors);
  CHECK(result->status == 2);
  CHECK_THAT(result->errors, Contains("error[E0203]"));
}

TEST_CASE("output through a link reaches the file that it leads to", "[cli][overwrite]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  write(place.path() / "elsewhere/report.json", "");
  fs::create_symlink("elsewhere/report.json", place.path() / "report");
  CHECK(burin({"compile", sine(), "-o", "out", "--report", "report", "-q"}, {}, place.path()).status == 0);
  CHECK(fs::is_symlink(place.path() / "report"));
  CHECK(*read_file(place.path() / "elsewhere/report.json") == *read_file(place.path() / "out/sine.json"));
}

TEST_CASE("a command whose messages find no reader ends as it would with one", "[cli][overwrite]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const auto status_of = [&](const std::string& line) {
    const auto result =
        run_process({.words = {"/bin/sh", "-c", line, BURIN_TOOL, sine()}, .directory = place.path()});
    REQUIRE(result.ok());
    return result->status;
  };
  // /dev/full takes nothing; a closed stream, and a pipe that nobody reads, neither.
  CHECK(status_of("exec \"$0\" compile \"$1\" -o full 2>/dev/full") == 0);
  CHECK(status_of("exec \"$0\" compile \"$1\" -o closed 2>&-") == 0);
  CHECK(status_of("exec \"$0\" compile \"$1\" -o both >&- 2>&- <&-") == 0);
  CHECK(status_of("{ \"$0\" compile \"$1\" -o pipe 2>&1 >/dev/null; echo $? >status; } | true; exit \"$(cat "
                  "status)\"") == 0);
  for (const char* folder : {"full", "closed", "both", "pipe"}) {
    INFO(folder);
    CHECK(snapshot(place.path() / folder) == [&] {
      auto files = snapshot(place.path() / "full");
      for (auto& [path, text] : files) path = (place.path() / folder / fs::path(path).filename()).string();
      return files;
    }());
  }
  CHECK(status_of("exec \"$0\" compile \"$1\" --ram-limit 1 2>/dev/full") == 5);
  CHECK(status_of("exec \"$0\" compile missing.tflite 2>&-") == 3);
  // What is asked for on stdout and cannot be had is an error, and nothing is written.
  for (const char* line :
       {"exec \"$0\" compile \"$1\" -o json --json >/dev/full", "exec \"$0\" inspect \"$1\" >&-",
        "exec \"$0\" compile \"$1\" -o json --explain >&-", "exec \"$0\" --help >/dev/full",
        "exec \"$0\" --version >/dev/full", "exec \"$0\" ops --json >/dev/full"}) {
    INFO(line);
    CHECK(status_of(line) == 2);
  }
  CHECK_FALSE(fs::exists(place.path() / "json"));
  // Who leaves a pager early gets the files all the same.
  CHECK(status_of(
            "{ \"$0\" compile \"$1\" -o pager --json; echo $? >status; } | true; exit \"$(cat status)\"") ==
        0);
  CHECK(snapshot(place.path() / "pager").size() == 3);
}

}  // namespace burin::test
