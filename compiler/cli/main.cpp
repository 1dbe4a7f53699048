#include <fcntl.h>
#include <signal.h>

#include "cli/verbs.hpp"
#include "support/interruption.hpp"

namespace {

// A file that is opened while a standard stream is closed would take its number, and what is meant for the
// stream. What takes its place fails when it is used, as a closed stream does.
void occupy_standard_streams() {
  for (int stream = 0; stream < 3; ++stream)
    if (fcntl(stream, F_GETFD) == -1) (void)open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_streams();
  // Who leaves a pager early has seen enough: what is left to be done is done all the same.
  signal(SIGPIPE, SIG_IGN);
  burin::watch_interruptions();
  return burin::run_command_line(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
