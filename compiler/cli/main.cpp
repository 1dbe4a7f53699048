#include "cli/verbs.hpp"

int main(int argc, char** argv) {
  return burin::run_command_line(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
