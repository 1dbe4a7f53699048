// The table of stack_bounds.def against compilers: every kernel, at every level of optimization.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <map>

#include "execute/process.hpp"
#include "execute/toolchain.hpp"
#include "kernels/kernel.hpp"
#include "support/emitted.hpp"
#include "support/kernel_samples.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

// BURIN_BLESS writes the table. BURIN_TEST_ALL_BUILDS checks it at all levels, on all cores, and with samples
// that it was not written from.
bool blesses() {
  return std::getenv("BURIN_BLESS") != nullptr;
}
bool thorough() {
  return blesses() || std::getenv("BURIN_TEST_ALL_BUILDS") != nullptr;
}
std::vector<std::string> levels() {
  if (thorough()) return {"-O0", "-O1", "-O2", "-O3", "-Os"};
  return {"-O0", "-O3"};
}

SamplesOf samples() {
  return thorough() && !blesses() ? SamplesOf::every_form : SamplesOf::every_type;
}

// Depths of the stack in bytes, of each step of a program.
std::vector<uint32_t> measured_depths(const WrittenModel& written, const Compilation& compilation,
                                      const Words& compiler, const std::string& level) {
  const Target& target = compilation.target;
  const TensorData inputs = random_inputs(compilation.imported, 1, 1);
  const TemporaryDirectory folder = *TemporaryDirectory::create();
  REQUIRE(write_program(written.model, inputs, 1, SampleOrder::consecutive, folder.path()).ok());
  const Words common = compiler + Words{"-fno-exceptions", "-fno-rtti", "-std=c++11"};
  require_silent(
      common + Words{level, "-DSAMPLES_NO_SINGLETON", "-include", test_file("codegen/programs/stack_hook.h"),
                     "-c", written.model.source.string(), "-o", "model.o"},
      folder.path());
  Words link = common + Words{"-O1",
                              "-I.",
                              "-I" + written.folder.path().string(),
                              test_file("codegen/programs/stack_main.cpp"),
                              "model.o",
                              "-o",
                              "program"};
  Words run = {"./program"};
  if (target.emulator) {
    link =
        link + Words{"startup.cpp", "semihosting.cpp"} + emulator_link_options(*target.emulator, "board.ld");
    const Result<Words> command = emulator_command(target, "program");
    REQUIRE(command.ok());
    run = *command;
  } else {
    link.push_back("hosted.cpp");
  }
  require_silent(link, folder.path());
  require_silent(run, folder.path());
  const Result<std::string> file = read_file(folder.path() / "layers.bin");
  REQUIRE(file.ok());
  std::vector<uint32_t> depths(compilation.program.steps.size());
  REQUIRE(file->size() >= depths.size() * sizeof depths[0]);
  std::memcpy(depths.data(), file->data(), depths.size() * sizeof depths[0]);
  return depths;
}

struct Measurement {
  const KernelCall* call;
  size_t buffers;
  uint32_t depth;
  bool optimized;
  bool on_arm;
  std::string how;

  int32_t bound() const { return stack_bound(*call, buffers, !on_arm).at(optimized); }
  // What a row of the table has to hold for it.
  int32_t row() const {
    const StackBytes added = stack_of_call(call->arguments.size(), buffers, on_arm ? 4 : 8);
    return std::max(0, static_cast<int32_t>(depth) - added.at(optimized));
  }
};

// Calls `found` with every kernel that the target takes, built by each of the compilers at each level.
template <class Found>
void measure(const std::string& name, Found&& found) {
  const Result<Target> target = load_target(name);
  REQUIRE(target.ok());
  std::vector<Compiler> compilers;
  if (target->emulator)
    compilers = {{"arm-none-eabi-g++", *find_tool(Tool::arm_cxx) + target->compiler_flags}};
  else
    compilers = host_compilers();
  for (const Compilation& samples : kernel_samples(*target, samples(), 60)) {
    const Result<WrittenModel> written = write_generated(samples);
    REQUIRE(written.ok());
    const Program& program = samples.program;
    for (const Compiler& compiler : compilers)
      for (const std::string& level : levels()) {
        const std::vector<uint32_t> depths = measured_depths(*written, samples, compiler.command, level);
        for (size_t i = 0; i < program.steps.size(); ++i)
          found(Measurement{.call = &program.steps[i].call,
                            .buffers = program.buffers.size(),
                            .depth = depths[i],
                            .optimized = level != "-O0",
                            .on_arm = target->emulator.has_value(),
                            .how = fmt::format("{} for {} at {}", compiler.name, name, level)});
      }
  }
}

void check(const std::string& target) {
  measure(target, [](const Measurement& one) {
    INFO(one.call->kernel << "<" << one.call->isa << ">, " << one.how);
    CHECK(static_cast<int32_t>(one.depth) <= one.bound());
  });
}

}  // namespace

TEST_CASE("every kernel has its measured stack", "[codegen][stack_bounds]") {
  if (blesses()) return;
  for (const Kernel* kernel : all_kernels()) {
    const KernelFacts& facts = kernel->facts();
    INFO(facts.name << ": BURIN_BLESS=1 burin_tests \"[stack_bounds]\" measures it");
    CHECK(measured_stack(facts.name, primitive_layer(facts.set).type) != nullptr);
  }
}

TEST_CASE("every kernel keeps to its stack on the host", "[codegen][stack_bounds]") {
  if (!blesses()) check("host");
}
TEST_CASE("every kernel keeps to its stack on a Cortex-M4", "[codegen][stack_bounds][qemu]") {
  require_emulation();
  if (!blesses()) check("cortex-m4");
}
TEST_CASE("every kernel keeps to its stack on a Cortex-M0+", "[codegen][stack_bounds][qemu]") {
  require_emulation();
  if (!blesses()) check("cortex-m0plus");
}
TEST_CASE("every kernel keeps to its stack on every other core", "[codegen][stack_bounds][qemu]") {
  require_emulation();
  if (blesses()) return;
  if (!thorough()) skip("BURIN_TEST_ALL_BUILDS=1 builds for all cores");
  for (const char* target : {"cortex-m3", "cortex-m7", "cortex-m33", "cortex-m55"}) check(target);
}

// Writes the table.
TEST_CASE("the stack of every kernel is measured anew", "[.][stack_bounds]") {
  if (!blesses()) return;
  require_emulation();
  std::map<std::pair<std::string, std::string>, std::array<int32_t, 4>> table;
  for (const char* target :
       {"host", "cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"})
    measure(target, [&](const Measurement& one) {
      int32_t& most =
          table[{one.call->kernel, one.call->isa}][(one.on_arm ? 0u : 2u) + (one.optimized ? 0u : 1u)];
      most = std::max(most, one.row());
    });
  std::string text =
      "// Written by the test that program/stack.hpp names. Of a kernel over a primitive layer, in bytes: at "
      "-O1 "
      "and\n// above, and at -O0, on Arm; the same on x86-64, 0 where it does not run.\n";
  for (const auto& [kernel, bytes] : table)
    text += fmt::format("STACK({}, {}, {})\n", kernel.first, kernel.second, fmt::join(bytes, ", "));
  REQUIRE(write_file(std::string(BURIN_SOURCE_DIR) + "/compiler/program/stack_bounds.def", text).ok());
}

}  // namespace burin::test
