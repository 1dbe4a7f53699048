// A user who loses patience, a shell that closes, a build system that gives up: what was started ends, and
// nothing stays behind.
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <thread>

#include "support/command.hpp"
#include "support/files.hpp"

namespace burin::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// Runs the tool until `started` exists, sends it a signal, and gives what wait says.
int interrupt(const std::vector<std::string>& words, const std::vector<std::string>& variables, int signal,
              const fs::path& started) {
  std::vector<std::string> command = {"/usr/bin/env"};
  command.insert(command.end(), variables.begin(), variables.end());
  command.push_back(BURIN_TOOL);
  command.insert(command.end(), words.begin(), words.end());
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  REQUIRE(posix_spawn(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) == 0);
  for (int i = 0; i < 1500 && !fs::exists(started); ++i) std::this_thread::sleep_for(20ms);
  CHECK(fs::exists(started));
  kill(child, signal);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

// A process whose end nobody has taken yet has ended all the same.
bool runs(pid_t process) {
  const Result<std::string> facts = read_file("/proc/" + std::to_string(process) + "/stat");
  return facts && facts->find(") Z ") == std::string::npos;
}

bool holds_nothing(const fs::path& folder) {
  return fs::directory_iterator(folder) == fs::directory_iterator();
}

}  // namespace

TEST_CASE("an interrupted command ends what it started and leaves nothing behind", "[cli][interruption]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const fs::path started = place.path() / "started";
  const fs::path temporary = place.path() / "temporary";
  fs::create_directories(temporary);
  // A compiler that never ends. It has files of its own in TMPDIR, and a process of its own that does not end
  // either.
  const fs::path compiler = place.path() / "compiler";
  REQUIRE(write_file(compiler,
                     "#!/bin/sh\n"
                     "echo mine >\"$TMPDIR/of_the_compiler\"\n"
                     "sleep 600 &\n"
                     "echo $! >" +
                         (place.path() / "sleeper").string() +
                         "\n"
                         "touch " +
                         started.string() +
                         "\n"
                         "wait\n")
              .ok());
  fs::permissions(compiler, fs::perms::owner_all);
  REQUIRE(write_file(place.path() / "in", std::string(1, '\0')).ok());
  const std::vector<std::string> variables = {
      "CXX=" + compiler.string(), "BURIN_ARM_CXX=" + compiler.string(), "TMPDIR=" + temporary.string()};
  const std::string in = (place.path() / "in").string();
  const std::string out = (place.path() / "out").string();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"verify", sine()},
          {"verify", sine(), "-t", "cortex-m4"},
          {"run", sine(), "--on", "host", "--input", in, "--output", out},
          {"bench", sine(), "-t", "cortex-m4"}}) {
      INFO(words[0] << ", signal " << signal);
      fs::remove(started);
      const int status = interrupt(words, variables, signal, started);
      CHECK(WIFSIGNALED(status));
      CHECK(WTERMSIG(status) == signal);
      CHECK(holds_nothing(temporary));
      CHECK_FALSE(fs::exists(out));
      const pid_t sleeper = std::stoi(*read_file(place.path() / "sleeper"));
      for (int i = 0; i < 100 && runs(sleeper); ++i) std::this_thread::sleep_for(10ms);
      CHECK_FALSE(runs(sleeper));
    }
}

TEST_CASE("a compilation that waits for a pipe can be interrupted, and its files are not there",
          "[cli][interruption]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const fs::path pipe = place.path() / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  const fs::path out = place.path() / "out";
  // The folder is made just before the tool waits for somebody to read the pipe.
  const int status =
      interrupt({"compile", sine(), "-q", "-o", out.string(), "--report", pipe.string()}, {}, SIGTERM, out);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGTERM);
  CHECK(holds_nothing(out));
}

TEST_CASE("a hang-up that the caller ignores stays ignored", "[cli][interruption]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const auto result = run_process(
      {.words = {"/bin/sh", "-c", "trap '' HUP; \"$0\" verify \"$1\" -q & sleep 0.3; kill -HUP $!; wait $!",
                 BURIN_TOOL, sine()},
       .directory = place.path()});
  REQUIRE(result.ok());
  INFO(result->errors);
  CHECK(result->status == 0);
}

}  // namespace burin::test
