#include "execute/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "support/interruption.hpp"

extern char** environ;

namespace burin {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t capture_limit = 8 << 20;
constexpr size_t quoted_limit = 4000;

// A file descriptor that is closed when it goes out of scope.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { reset(); }

  void reset() {
    if (number_ >= 0) close(std::exchange(number_, -1));
  }
  int number() const { return number_; }

 private:
  int number_;
};

struct Pipe {
  Descriptor read_end;
  Descriptor write_end;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return Diagnostic{.code = DiagnosticCode::E0206,
                      .message = "no pipe to another program: " + std::generic_category().message(errno),
                      .place = {},
                      .help = "too many files may be open on this machine",
                      .file = {}};
  }
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// What posix_spawn does in the child before it starts the program.
class SpawnActions {
 public:
  SpawnActions() { posix_spawn_file_actions_init(&actions_); }
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;

  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

// Programs lead groups of their own, so that what they start in turn can be ended with them, and have the
// signals that the tool keeps to itself.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigaddset(&signals, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

// The environment of this process with some variables set to other values, "NAME=value".
class Environment {
 public:
  explicit Environment(const std::vector<std::string>& variables) {
    const auto name_of = [](std::string_view variable) { return variable.substr(0, variable.find('=') + 1); };
    for (char** variable = environ; *variable != nullptr; ++variable)
      if (std::ranges::none_of(variables, [&](const std::string& own) {
            return std::string_view(*variable).starts_with(name_of(own));
          }))
        pointers_.push_back(*variable);
    for (const std::string& variable : variables) pointers_.push_back(const_cast<char*>(variable.c_str()));
    pointers_.push_back(nullptr);
  }

  char* const* get() const { return pointers_.data(); }

 private:
  std::vector<char*> pointers_;
};

// Takes what a pipe holds at the moment. False when its writers are gone.
bool drain(const Descriptor& from, std::string& to) {
  std::array<char, 1 << 16> block;
  const ssize_t count = read(from.number(), block.data(), block.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  const size_t room = capture_limit - to.size();
  to.append(block.data(), std::min(room, static_cast<size_t>(count)));
  return count > 0;
}

int status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

}  // namespace

Result<ProcessResult> run_process(const ProcessRequest& request) {
  BURIN_CHECK(!request.words.empty(), "a process without a program");
  auto output = make_pipe();
  if (!output) return output.diagnostics();
  auto errors = make_pipe();
  if (!errors) return errors.diagnostics();

  SpawnActions actions;
  posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(actions.get(), output->write_end.number(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(actions.get(), errors->write_end.number(), STDERR_FILENO);
  if (!request.directory.empty()) {
    posix_spawn_file_actions_addchdir_np(actions.get(), request.directory.c_str());
  }
  std::vector<char*> arguments;
  for (const std::string& word : request.words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  const SpawnAttributes attributes;
  const Environment environment(request.variables);
  pid_t child = 0;
  int failed = 0;
  {
    const Uninterrupted uninterrupted;
    failed = posix_spawnp(&child, arguments[0], actions.get(), attributes.get(), arguments.data(),
                          environment.get());
    if (failed == 0) remember_process(child);
  }
  if (failed != 0) {
    return Diagnostic{.code = DiagnosticCode::E0205,
                      .message = fmt::format("{} cannot be started: {}", printable(request.words[0]),
                                             std::generic_category().message(failed)),
                      .place = {},
                      .help = "check that it is installed and that you may run it",
                      .file = {}};
  }
  output->write_end.reset();
  errors->write_end.reset();

  ProcessResult result;
  const Clock::time_point deadline = Clock::now() + request.timeout;
  while (output->read_end.number() >= 0 || errors->read_end.number() >= 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) break;
    std::array<pollfd, 2> ends{pollfd{output->read_end.number(), POLLIN, 0},
                               pollfd{errors->read_end.number(), POLLIN, 0}};
    // A negative descriptor is passed over.
    poll(ends.data(), ends.size(), static_cast<int>(std::min<int64_t>(left.count(), 1000)));
    if (ends[0].revents != 0 && !drain(output->read_end, result.output)) output->read_end.reset();
    if (ends[1].revents != 0 && !drain(errors->read_end, result.errors)) errors->read_end.reset();
  }
  // A program may close its output and go on, so the deadline is watched here too.
  int wait_status = 0;
  for (;;) {
    {
      // With its end taken, the number of the process may become another's.
      const Uninterrupted uninterrupted;
      const pid_t ended = waitpid(child, &wait_status, WNOHANG);
      if (ended == child || (ended < 0 && errno != EINTR)) {
        forget_process(child);
        break;
      }
    }
    if (Clock::now() >= deadline) {
      result.timed_out = true;
      kill(-child, SIGKILL);
      const Uninterrupted uninterrupted;
      while (waitpid(child, &wait_status, 0) < 0 && errno == EINTR) {
      }
      forget_process(child);
      break;
    }
    poll(nullptr, 0, 1);
  }
  result.status = status_of(wait_status);
  return result;
}

Result<ProcessResult> run_tool(ProcessRequest request, const std::string& purpose) {
  // What a compiler keeps for a time goes away with the folder, whatever becomes of the compiler.
  if (!request.directory.empty()) request.variables.push_back("TMPDIR=" + request.directory.string());
  Result<ProcessResult> result = run_process(request);
  if (!result || result->ok()) return result;
  const std::string how =
      result->timed_out
          ? fmt::format("no end after {} s",
                        std::chrono::duration_cast<std::chrono::seconds>(request.timeout).count())
          : fmt::format("exit status {}", result->status);
  const std::string& said = result->errors.empty() ? result->output : result->errors;
  std::string words;
  for (size_t from = 0; from < std::min(said.size(), quoted_limit);) {
    const size_t to = std::min(said.find('\n', from), said.size());
    words += "\n    " + printable(std::string_view(said).substr(from, to - from), 1000);
    from = to + 1;
  }
  return Diagnostic{.code = DiagnosticCode::E0206,
                    .message = fmt::format("{} failed: {}", purpose, how) + words,
                    .place = {},
                    .help = fmt::format("the command was: {}",
                                        printable(fmt::format("{}", fmt::join(request.words, " ")), 2000)),
                    .file = {}};
}

}  // namespace burin
