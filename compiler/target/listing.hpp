// A target as people look for it: by which names, and from which documents its facts come. What kernels and
// code generation ask for is in target.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "target/target.hpp"

namespace burin {

struct Listing {
  Target target;
  std::vector<std::string> aliases;  // other names that it is found by
  std::vector<std::string> chips;    // of a core: how the names of chips with it begin, in small letters
  uint64_t clock_hz = 0;             // of a board: the fastest; 0 where no file says
  std::string datasheet;             // of a board: where memories and clock come from
};

// As load_target, whose names it defines: a target's name or one of its aliases, as people write them. Case
// does not count, nor do '-', '_', '.', ':' and spaces, and the "cortex" before "m4" may be left out. The
// remedy for an unknown name lists near ones, or the core of a chip of that name.
Result<Listing> load_listing(std::string_view name);

// Whether this machine executes generated code for a target itself: the portable cores generic and host.
// Others need an emulator, as what runs here would not be what runs there.
bool runs_here(const Target& target);

// E0202 where a target can be executed neither here nor in an emulator.
std::optional<Diagnostic> why_not_executed(const Target& target);
// E0202 where a target has no emulator that instructions could be counted in.
std::optional<Diagnostic> why_not_measured(const Target& target);

}  // namespace burin
