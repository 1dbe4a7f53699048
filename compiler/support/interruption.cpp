#include "support/interruption.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <set>
#include <system_error>
#include <thread>

namespace burin {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// Signals concern the process as a whole, and so does this. It is never destroyed: the thread below may
// outlive main.
struct Remembered {
  std::recursive_mutex mutex;
  std::set<fs::path> paths;
  std::set<pid_t> processes;
};

Remembered& remembered() {
  static Remembered& all = *new Remembered;
  return all;
}

bool runs(pid_t leader) {
  siginfo_t info{};
  // Whoever has started the process still waits for it: its end is looked at, not taken.
  return waitid(P_PID, static_cast<id_t>(leader), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0;
}

void end_processes(const std::set<pid_t>& leaders) {
  // Compilers remove files of their own when they are asked to end.
  for (const pid_t leader : leaders) kill(-leader, SIGTERM);
  for (const pid_t leader : leaders) {
    for (int i = 0; i < 100 && runs(leader); ++i) std::this_thread::sleep_for(10ms);
    kill(-leader, SIGKILL);
  }
}

void remove_paths(const std::set<fs::path>& paths) {
  for (const fs::path& path : paths) {
    // What is being written at this moment may appear behind the back of the first removal.
    for (int i = 0; i < 100; ++i) {
      std::error_code failed;
      fs::remove_all(path, failed);
      if (!failed) break;
      std::this_thread::sleep_for(10ms);
    }
  }
}

// Waits for a signal in a thread of its own, where files may be removed: in a handler next to nothing may be
// done.
void wait_for(sigset_t watched) {
  int signal = 0;
  while (sigwait(&watched, &signal) != 0) {
  }
  // Never released: whoever waits for it is not to see the ends of the processes, nor the missing files.
  Remembered& all = remembered();
  all.mutex.lock();
  end_processes(all.processes);
  remove_paths(all.paths);
  // The program ends as if nobody had waited, so that a shell sees the signal.
  ::signal(signal, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &watched, nullptr);
  raise(signal);
}

}  // namespace

void watch_interruptions() {
  sigset_t watched;
  sigemptyset(&watched);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_DFL) sigaddset(&watched, signal);
  }
  // Threads that are made later inherit this, so that the signals find the one that waits for them.
  pthread_sigmask(SIG_BLOCK, &watched, nullptr);
  try {
    std::thread(wait_for, watched).detach();
  } catch (const std::system_error&) {
    // No thread to be had: signals end the program without cleaning up.
    pthread_sigmask(SIG_UNBLOCK, &watched, nullptr);
  }
}

Uninterrupted::Uninterrupted() : lock_(remembered().mutex) {}

void remember_path(const fs::path& path) {
  const Uninterrupted uninterrupted;
  remembered().paths.insert(path);
}

void forget_path(const fs::path& path) {
  const Uninterrupted uninterrupted;
  remembered().paths.erase(path);
}

void remember_process(pid_t leader) {
  const Uninterrupted uninterrupted;
  remembered().processes.insert(leader);
}

void forget_process(pid_t leader) {
  const Uninterrupted uninterrupted;
  remembered().processes.erase(leader);
}

}  // namespace burin
