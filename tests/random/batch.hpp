// Many programs built and executed as one: compiling is what costs, and what programs share is compiled once.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "program/program.hpp"
#include "support/files.hpp"
#include "support/result.hpp"
#include "target/target.hpp"

namespace burin::test {

// One of the ways to build and execute.
struct Way {
  std::string name;    // "cortex-m4"
  std::string target;  // what is compiled for; its emulator is used where it has one
  std::vector<std::string> flags;
  int32_t share;  // one batch in so many goes this way: of the first ten batches one each way at least
};
const std::vector<Way>& all_ways();
const Way& way_named(std::string_view name);

// The programs one after the other in one invocation, each with memory of its own and a margin around it.
// They are for the same target and rounding. Equal layers share an instantiation, as in any program.
Program side_by_side(const std::vector<Program>& programs);

// Outputs by invocation, back to back in the order of the ports.
using BatchOutputs = std::vector<std::vector<std::byte>>;

// Builds and executes; keeps what all builds of a way share. Can be used from several threads.
class BatchRunner {
 public:
  BatchRunner();

  // `inputs` hold an invocation each, the ports back to back. Fails with E0206 where the compiler does, or
  // the program, which also watches the margins. `source` and `header` are the generated files of `program`.
  Result<BatchOutputs> run(const Way& way, const Program& program, const std::string& source,
                           const std::string& header, const std::vector<std::vector<std::byte>>& inputs);

 private:
  struct Shared {
    Target target;
    std::vector<std::string> compiler;
    std::vector<std::string> objects;
  };
  Result<Shared> shared(const Way& way);

  TemporaryDirectory folder_;
  std::mutex mutex_;
  std::map<std::string, Shared> shared_;
};

}  // namespace burin::test
