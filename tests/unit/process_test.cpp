#include "execute/process.hpp"

#include <signal.h>
#include <stdlib.h>

#include <catch2/catch.hpp>

#include "execute/toolchain.hpp"
#include "support/files.hpp"

using namespace burin;
using namespace std::chrono_literals;
using Catch::Contains;
using Catch::Matchers::StartsWith;

namespace {

// An environment variable set for the length of a scope.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const char* value) : name_(name) {
    if (const char* const before = getenv(name)) before_ = before;
    setenv(name, value, 1);
  }
  ~ScopedVariable() {
    if (before_) {
      setenv(name_, before_->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("a process gives its output, its errors and its status", "[process]") {
  const auto result = run_process({.words = {"sh", "-c", "echo out; echo err >&2; exit 7"}});
  REQUIRE(result.ok());
  CHECK(result->output == "out\n");
  CHECK(result->errors == "err\n");
  CHECK(result->status == 7);
  CHECK_FALSE(result->timed_out);
}

TEST_CASE("arguments reach a process as they are", "[process]") {
  const auto result = run_process({.words = {"printf", "%s|", "a b", "$HOME", "*", "", "'\"\\"}});
  REQUIRE(result.ok());
  CHECK(result->output == "a b|$HOME|*||'\"\\|");
}

TEST_CASE("a process runs in its directory, with nothing to read", "[process]") {
  const auto folder = TemporaryDirectory::create();
  REQUIRE(folder.ok());
  const auto result = run_process({.words = {"sh", "-c", "pwd; cat"}, .directory = folder->path()});
  REQUIRE(result.ok());
  CHECK(result->output == std::filesystem::canonical(folder->path()).string() + "\n");
}

TEST_CASE("a process that writes much does not block", "[process]") {
  const auto result =
      run_process({.words = {"sh", "-c", "head -c 20000000 /dev/zero; head -c 300000 /dev/zero >&2"}});
  REQUIRE(result.ok());
  CHECK(result->status == 0);
  CHECK(result->output.size() == 8u << 20);
  CHECK(result->errors.size() == 300000);
}

TEST_CASE("a process that takes too long is killed", "[process]") {
  const auto start = std::chrono::steady_clock::now();
  const auto request =
      GENERATE(ProcessRequest{.words = {"sleep", "60"}, .timeout = 200ms},
               // no output to wait for, and a child that keeps the pipe open
               ProcessRequest{.words = {"sh", "-c", "exec >&- 2>&-; sleep 60"}, .timeout = 200ms},
               ProcessRequest{.words = {"sh", "-c", "sleep 5 & sleep 60"}, .timeout = 200ms});
  const auto result = run_process(request);
  REQUIRE(result.ok());
  CHECK(result->timed_out);
  CHECK(result->status == 128 + SIGKILL);
  CHECK(std::chrono::steady_clock::now() - start < 5s);

  const auto failed = run_tool(request, "sleeping");
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.diagnostics()[0].code == DiagnosticCode::E0206);
  CHECK_THAT(failed.diagnostics()[0].message, StartsWith("sleeping failed: no end after"));
}

TEST_CASE("a process that is killed by a signal says so", "[process]") {
  const auto result = run_process({.words = {"sh", "-c", "kill -SEGV $$"}});
  REQUIRE(result.ok());
  CHECK(result->status == 128 + SIGSEGV);
}

TEST_CASE("a program that does not exist is a diagnostic", "[process]") {
  for (const char* program : {"burin-no-such-program", "/no/such/program", "/tmp"}) {
    const auto result = run_process({.words = {program}});
    REQUIRE_FALSE(result.ok());
    CHECK(result.diagnostics()[0].code == DiagnosticCode::E0205);
    CHECK_THAT(result.diagnostics()[0].message, Contains(program));
  }
}

TEST_CASE("a tool that fails is quoted, without its control characters", "[process]") {
  const auto result =
      run_tool({.words = {"sh", "-c", "printf 'bad \\033[31mthing\\n' >&2; exit 3"}}, "trying");
  REQUIRE_FALSE(result.ok());
  CHECK(result.diagnostics()[0].message == "trying failed: exit status 3\n    bad \\x1b[31mthing");
}

TEST_CASE("a missing tool names its package, or the variable that chose it", "[toolchain]") {
  {
    const ScopedVariable variable("BURIN_QEMU", "");
    const ScopedVariable path("PATH", "/no/such/folder");
    const auto tool = find_tool(Tool::qemu);
    REQUIRE_FALSE(tool.ok());
    CHECK(tool.diagnostics()[0].code == DiagnosticCode::E0205);
    CHECK_THAT(tool.diagnostics()[0].help,
               Contains("apt-get install qemu-system-arm") && Contains("BURIN_QEMU"));
  }
  {
    const ScopedVariable variable("BURIN_ARM_CXX", "no-such-g++");
    const auto tool = find_tool(Tool::arm_cxx);
    REQUIRE_FALSE(tool.ok());
    CHECK_THAT(tool.diagnostics()[0].message, Contains("no-such-g++") && Contains("BURIN_ARM_CXX"));
  }
}

TEST_CASE("a variable may name a tool with arguments", "[toolchain]") {
  const ScopedVariable variable("CXX", " env  g++ ");
  const auto tool = find_tool(Tool::host_cxx);
  REQUIRE(tool.ok());
  REQUIRE(tool->size() == 2);
  CHECK_THAT((*tool)[0], Catch::Matchers::EndsWith("/env"));
  CHECK((*tool)[1] == "g++");
}

TEST_CASE("a temporary directory goes away with its contents", "[files]") {
  std::filesystem::path path;
  {
    auto folder = TemporaryDirectory::create();
    REQUIRE(folder.ok());
    const TemporaryDirectory moved = *std::move(folder);
    path = moved.path();
    REQUIRE(write_file(path / "file", std::string("a\0b", 3)).ok());
    CHECK(*read_file(path / "file") == std::string("a\0b", 3));
    CHECK(read_file(path / "file", 2).diagnostics()[0].code == DiagnosticCode::E0203);
    CHECK_THAT(read_file(path).diagnostics()[0].message, Contains("folder"));
  }
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK_THAT(write_file(path / "file", "x").diagnostics()[0].message, Contains("cannot be written"));
  CHECK(read_file(path / "file").diagnostics()[0].code == DiagnosticCode::E0203);
  const ScopedVariable variable("TMPDIR", "/no/such/folder");
  CHECK(TemporaryDirectory::create().diagnostics()[0].code == DiagnosticCode::E0203);
}
