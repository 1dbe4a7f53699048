// Static offsets for buffers whose lifetimes are known: as few bytes as can be.
//
// Finding the fewest is NP-hard in general, yet models have tens of buffers and most plans meet a lower bound
// that is easily computed. So: good heuristics first, an exhaustive search while a fixed amount of work
// lasts, and a result that says whether it is known to be the best. The work is counted, not timed: equal
// input, equal plan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace burin {

struct PlanBuffer {
  std::string name;
  int64_t bytes = 0;      // not negative; an empty buffer is placed at 0 and conflicts with nothing
  int32_t alignment = 1;  // of the offset, a power of two
  int32_t first_step = 0;
  int32_t last_step = 0;  // inclusive, not before first_step
};

// A step that reads `input` for the last time and writes `output` for the first time may let them share
// memory, because it writes behind its reads:
//
//    address ->     O           I
//    output         [wwwwwwwwwwww........)             w written so far
//    input                      [........rrrrrrrrr)    r still to be read
//                   |<-distance>|
//
// With c(w) the number of leading input bytes that are never read again once output byte w is being written,
// the memory may be shared if I - O >= distance := max over w of (w + 1 - c(w)); a negative maximum counts as
// 0. An element-wise kernel that goes forward has c(w) >= w + 1: distance 0, at_or_below.
enum class Sharing : uint8_t {
  same_offset,  // only O == I is safe (distance must be 0): the kernel goes in no particular order over a
                // place that it has read
  at_or_below,  // O <= I - distance is safe
};

// The permission means something only where output.first_step == input.last_step; elsewhere it is ignored, as
// the input is still wanted. Outside what is permitted the two are kept apart like any others. Permissions of
// one step with several inputs are independent of each other.
struct PlanOverlap {
  size_t input = 0;  // indices of buffers
  size_t output = 0;
  int64_t distance = 0;
  Sharing sharing = Sharing::same_offset;
};

struct MemoryPlan {
  std::vector<int64_t> offsets;  // of the buffers, in their order
  int64_t total_bytes = 0;       // a multiple of the arena's alignment
  int64_t lower_bound = 0;       // no plan has fewer bytes: from what is live at once, permissions considered
  bool optimal = false;          // no plan has fewer bytes: the bound is met, or the search has tried all
  int32_t peak_step = 0;         // the first step that needs lower_bound bytes
  std::vector<size_t> peak_buffers;  // live then, in their order
};

constexpr int32_t arena_alignment = 16;

// The plan, or nothing if the sizes add up beyond 2^60 bytes. `work` bounds the time: the default stays below
// 0.2 s for a hundred buffers.
std::optional<MemoryPlan> plan_memory(std::span<const PlanBuffer> buffers,
                                      std::span<const PlanOverlap> overlaps, int64_t work = 20'000'000);

// A sentence about the first thing wrong with the offsets (misaligned, negative, two buffers in one place),
// or nothing. Shares no code with the planner.
std::optional<std::string> find_plan_error(std::span<const PlanBuffer> buffers,
                                           std::span<const PlanOverlap> overlaps,
                                           std::span<const int64_t> offsets);

}  // namespace burin
