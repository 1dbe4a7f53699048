// What has to happen when somebody interrupts the program: the programs that it has started end, and the
// files that it keeps for a time go away.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <mutex>

namespace burin {

// From now on SIGINT, SIGTERM and SIGHUP clean up before they end the program; a signal that is ignored, as
// under nohup, stays ignored. To be called once, by main, before there are threads. A library user that does
// not call it keeps the handling of signals that it has.
void watch_interruptions();

// While one is alive no interruption is acted upon: for making a thing and remembering it, or for a change of
// several files that has to be whole.
class Uninterrupted {
 public:
  Uninterrupted();

 private:
  std::unique_lock<std::recursive_mutex> lock_;
};

// A file or a folder, with all it contains, that an interruption removes.
void remember_path(const std::filesystem::path& path);
void forget_path(const std::filesystem::path& path);

// The leader of a group of processes that an interruption ends.
void remember_process(pid_t leader);
void forget_process(pid_t leader);

}  // namespace burin
