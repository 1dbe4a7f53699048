// The programs that build and execute generated code, and where they are on this machine.
#pragma once

#include <string>
#include <vector>

#include "support/result.hpp"

namespace burin {

enum class Tool { host_cxx, host_cc, arm_cxx, qemu };

// Finds a tool: the words of the environment variable CXX, CC, BURIN_ARM_CXX or BURIN_QEMU if it is set
// ("ccache g++" is two), else the first of the usual names that is on PATH. Returns the program, by its path,
// and the arguments that go before all others. Fails with E0205, naming the package that has the tool.
Result<std::vector<std::string>> find_tool(Tool tool);

}  // namespace burin
