// What generated code costs on a core: instructions, counted exactly in QEMU, cycles by a simple model of a
// Cortex-M4 (runtime-stub/platform/count_plugin.c defines it), flash and RAM.
#pragma once

#include <cstdint>
#include <vector>

#include "execute/elf.hpp"
#include "execute/execution.hpp"

namespace burin {

struct Cost {
  uint64_t instructions = 0;
  uint64_t cycles = 0;  // modeled, Cortex-M4, no wait states

  bool operator==(const Cost&) const = default;
};

struct BenchReport {
  Cost total;                // one warm call of ID_invoke, from a build without per-layer marks
  Cost outside;              // of the build with marks: before the first one
  std::vector<Cost> layers;  // of the build with marks, by layer index
  ImageSize object;          // the compiled generated file alone
  ImageSize image;           // the whole firmware, start-up and test program included
  ExecutionResult run;       // outputs of the counted call, arena, state and measured stack
};

// Builds firmware for the target's emulator and counts one call of ID_invoke on `sample`, after a warm-up
// call on the same data; state is reset before each. The generated file marks its layers with
// ID_LAYER_HOOK(index); a file without the hook gives no layers. The marks are labels without code, yet the
// compiler may order its code differently around them, so the total is counted in a build of its own. Fails
// with E0202 for a target without an emulator, and like execute().
Result<BenchReport> bench(const GeneratedModel& model, const Target& target, const TensorData& sample,
                          const BuildOptions& options = {});

}  // namespace burin
