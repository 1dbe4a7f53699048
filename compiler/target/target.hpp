// Targets: what is known about the processor, and perhaps the board, that the generated code is for. The
// facts are data: one JSON file each in targets/, checked against targets/schema.fbs, embedded in the tool. A
// target named by a path that ends in .json is read from disk, so that a user's own board needs no new build
// of the tool.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.hpp"

namespace burin {

enum class TargetKind { core, board };

enum class Architecture { portable, armv6m, armv7m, armv7em, armv8m_main, armv8_1m_main };

// What each means stands in targets/schema.fbs, where the same names appear in the same order.
enum class Feature {
  thumb2,
  unaligned_access,
  hardware_divide,
  long_multiply,
  saturate,
  dsp,
  float_single,
  float_double,
  low_overhead_loops,
  vector_integer,
  vector_float
};

// A family of kernels: runtime-stub/<name>, and compiler/kernels/<name>.
enum class KernelSet { generic, arm_dsp };

std::string_view name_of(TargetKind);
std::string_view name_of(Architecture);
std::string_view name_of(Feature);
std::string_view name_of(KernelSet);

// What one of each kind of work costs, in cycles: of Work in program/work.hpp, by the same names.
struct Costs {
  float instruction = 0;
  float packed = 0;
  float product = 0;
  float requantization = 0;
  float division = 0;
  float float_product = 0;
  float float_function = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit visit) {
    visit("instruction", self.instruction);
    visit("packed", self.packed);
    visit("product", self.product);
    visit("requantization", self.requantization);
    visit("division", self.division);
    visit("float_product", self.float_product);
    visit("float_function", self.float_function);
  }
};

// One memory of a board.
struct MemoryRegion {
  enum class Kind { flash, ram };
  std::string name;
  Kind kind = Kind::ram;
  uint64_t origin = 0;
  uint64_t bytes = 0;
};

// The QEMU machine that stands in for a core, and where code and data go on it.
struct Emulator {
  std::string machine;  // for qemu-system-arm -M
  std::string note;     // what the stand-in does not show; may be empty
  uint64_t vectors = 0;
  uint64_t flash_origin = 0;
  uint64_t flash_bytes = 0;
  uint64_t ram_origin = 0;
  uint64_t ram_bytes = 0;
};

// A target with everything it inherits filled in.
struct Target {
  std::string name;
  TargetKind kind = TargetKind::core;
  std::string description;
  std::string core;  // the core's own name; of a board the core it inherits
  Architecture architecture = Architecture::portable;
  std::vector<Feature> features;
  std::vector<KernelSet> kernel_sets;  // in order of preference, never empty
  std::vector<std::string>
      compiler_flags;  // for GCC and clang, none for a target that any compiler will do for
  std::string guard;   // preprocessor condition the generated file insists on; may be empty
  Costs costs;         // estimates
  std::optional<Emulator> emulator;
  std::vector<MemoryRegion> regions;  // of a board

  bool has(Feature feature) const;
  // The longest run of adjoining memories of a kind: what one arena or one image can use. Nothing if no board
  // says.
  std::optional<uint64_t> flash_bytes() const { return longest_run(MemoryRegion::Kind::flash); }
  std::optional<uint64_t> ram_bytes() const { return longest_run(MemoryRegion::Kind::ram); }

 private:
  std::optional<uint64_t> longest_run(MemoryRegion::Kind memory) const;
};

// The target of that name, or of that file if the name ends in ".json". Fails with E0202 for an unknown name
// (the remedy lists near names), E0203 for a file that cannot be read, E0207 for one that breaks the schema
// or whose chain of inheritance does not end.
Result<Target> load_target(std::string_view name);

// The same for the text of a target file; `file` is what diagnostics call it.
Result<Target> parse_target(std::string_view json, const std::string& file);

// The names of all targets in the tool: cores first, then boards, each sorted.
std::vector<std::string> target_names();

}  // namespace burin
