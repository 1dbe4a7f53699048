#include "lower/memory_plan.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <utility>

#include "support/check.hpp"

namespace burin {
namespace {

int64_t round_up(int64_t value, int64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

bool meet(const PlanBuffer& a, const PlanBuffer& b) {
  return a.bytes > 0 && b.bytes > 0 && a.first_step <= b.last_step && b.first_step <= a.last_step;
}

// The permissions that mean something.
bool applies(const PlanOverlap& overlap, std::span<const PlanBuffer> buffers) {
  const PlanBuffer& input = buffers[overlap.input];
  const PlanBuffer& output = buffers[overlap.output];
  return overlap.input != overlap.output && input.bytes > 0 && output.bytes > overlap.distance &&
         output.first_step == input.last_step;
}

// ---- lower bound ----

struct StepBound {
  int32_t step = 0;
  int64_t bytes = 0;
};

// At one step the live buffers lie side by side, save where they may overlap. All offsets are multiples of
// the smallest alignment a among them, so each takes its size rounded up to a, except the topmost. An output
// o can cover at most min(i, o - distance) bytes of an input i; and only one buffer can have an offset equal
// to its own.
int64_t bytes_needed(std::span<const PlanBuffer> buffers, std::span<const PlanOverlap> overlaps,
                     const std::vector<size_t>& live) {
  if (live.empty()) return 0;
  int64_t alignment = buffers[live[0]].alignment;
  for (const size_t i : live) alignment = std::min<int64_t>(alignment, buffers[i].alignment);
  const auto rounded = [&](size_t i) { return round_up(buffers[i].bytes, alignment); };

  int64_t sum = 0;
  int64_t slack = 0;
  for (const size_t i : live) {
    sum += rounded(i);
    slack = std::max(slack, rounded(i) - buffers[i].bytes);
  }
  struct Saving {
    int64_t below = 0;  // sum over at_or_below
    int64_t same = 0;   // largest of same_offset
  };
  std::map<size_t, Saving> of_input;
  std::map<size_t, Saving> of_output;
  for (const PlanOverlap& overlap : overlaps) {
    const int64_t shared =
        std::min(rounded(overlap.input), rounded(overlap.output) - round_up(overlap.distance, alignment));
    if (shared <= 0) continue;
    for (Saving* saving : {&of_input[overlap.input], &of_output[overlap.output]}) {
      if (overlap.sharing == Sharing::same_offset) {
        saving->same = std::max(saving->same, shared);
      } else {
        saving->below += shared;
      }
    }
  }
  const auto total = [&](const std::map<size_t, Saving>& savings) {
    int64_t result = 0;
    for (const auto& [buffer, saving] : savings)
      result += std::min(rounded(buffer), saving.below + saving.same);
    return result;
  };
  return sum - std::min(total(of_input), total(of_output)) - slack;
}

// The step that needs most. Live sets are largest where some buffer begins.
StepBound find_peak(std::span<const PlanBuffer> buffers, std::span<const PlanOverlap> overlaps) {
  std::map<int32_t, std::vector<size_t>> beginning;
  for (size_t i = 0; i < buffers.size(); ++i)
    if (buffers[i].bytes > 0) beginning[buffers[i].first_step].push_back(i);
  std::map<int32_t, std::vector<PlanOverlap>> permitted;
  for (const PlanOverlap& overlap : overlaps)
    permitted[buffers[overlap.output].first_step].push_back(overlap);
  std::vector<size_t> live;
  StepBound peak;
  bool first = true;
  for (const auto& entry : beginning) {  // clang 14 captures no structured bindings
    const int32_t step = entry.first;
    std::erase_if(live, [&](size_t i) { return buffers[i].last_step < step; });
    live.insert(live.end(), entry.second.begin(), entry.second.end());
    const int64_t bytes = bytes_needed(buffers, permitted[step], live);
    if (first || bytes > peak.bytes) peak = {step, bytes};
    first = false;
  }
  return peak;
}

// ---- too many for anything else ----

std::vector<size_t> by_first_step(std::span<const PlanBuffer> buffers) {
  std::vector<size_t> order(buffers.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return buffers[a].first_step < buffers[b].first_step; });
  return order;
}

// True if more pairs of buffers are live at once than the planner could hold.
bool has_too_many_conflicts(std::span<const PlanBuffer> buffers) {
  constexpr size_t most = 200'000;
  std::vector<size_t> live;
  size_t pairs = 0;
  for (const size_t i : by_first_step(buffers)) {
    std::erase_if(live, [&](size_t a) { return buffers[a].last_step < buffers[i].first_step; });
    pairs += live.size();
    live.push_back(i);
    if (pairs > most) return true;
  }
  return false;
}

// Each buffer in turn in the lowest gap between those that are live when it begins, without any overlap.
MemoryPlan plan_in_turn(std::span<const PlanBuffer> buffers, std::span<const PlanOverlap> overlaps) {
  std::vector<PlanOverlap> applicable;
  std::ranges::copy_if(overlaps, std::back_inserter(applicable),
                       [&](const PlanOverlap& overlap) { return applies(overlap, buffers); });
  const StepBound peak = find_peak(buffers, applicable);
  MemoryPlan plan{.offsets = std::vector<int64_t>(buffers.size(), 0),
                  .lower_bound = round_up(peak.bytes, arena_alignment),
                  .peak_step = peak.step,
                  .peak_buffers = {}};
  std::vector<size_t> live;  // by offset
  for (const size_t i : by_first_step(buffers)) {
    const PlanBuffer& buffer = buffers[i];
    if (buffer.bytes == 0) continue;
    std::erase_if(live, [&](size_t a) { return buffers[a].last_step < buffer.first_step; });
    int64_t& offset = plan.offsets[i];
    auto at = live.begin();
    for (; at != live.end() && offset + buffer.bytes > plan.offsets[*at]; ++at)
      offset = std::max(offset, round_up(plan.offsets[*at] + buffers[*at].bytes, buffer.alignment));
    live.insert(at, i);
    plan.total_bytes = std::max(plan.total_bytes, round_up(offset + buffer.bytes, arena_alignment));
    if (buffer.first_step <= peak.step && peak.step <= buffer.last_step) plan.peak_buffers.push_back(i);
  }
  std::sort(plan.peak_buffers.begin(), plan.peak_buffers.end());
  plan.optimal = plan.total_bytes == plan.lower_bound;
  return plan;
}

// ---- the problem as gaps ----
// Two buffers in conflict must lie one before the other, with a gap between their starts: the size of the
// lower one, or the distance where an output may begin below its input. Buffers merged into one place form a
// block.

struct Neighbor {
  size_t block;
  int64_t gap_after;   // offset(block) - offset(this) if this is the lower one
  int64_t gap_before;  // offset(this) - offset(block) if the other is
};

struct Block {
  int64_t bytes = 0;
  int64_t alignment = 1;
  int64_t lifetime = 0;
  int32_t first_step = 0;
  std::vector<Neighbor> neighbors;
};

struct LiveBytes {
  size_t block;
  int64_t bytes;
};

// What lies in memory at one step.
struct LiveSet {
  std::vector<LiveBytes> blocks;
  int64_t savings = 0;  // by at_or_below: an upper bound
};

struct Problem {
  std::vector<Block> blocks;
  std::vector<size_t> block_of;  // buffer -> block; meaningless for empty buffers
  std::vector<LiveSet> steps;
};

struct Conflict {
  size_t a, b;
  int64_t a_then_b, b_then_a;  // gaps
};

class Planner {
 public:
  Planner(std::span<const PlanBuffer> buffers, std::span<const PlanOverlap> overlaps, int64_t work)
      : buffers_(buffers), work_(work), best_offsets_(buffers.size(), 0) {
    for (const PlanOverlap& overlap : overlaps)
      if (applies(overlap, buffers)) overlaps_.push_back(overlap);
    for (const PlanOverlap& overlap : overlaps_) {
      if (overlap.sharing == Sharing::same_offset) mergers_.push_back({overlap.input, overlap.output});
    }
    std::sort(mergers_.begin(), mergers_.end());
    mergers_.erase(std::unique(mergers_.begin(), mergers_.end()), mergers_.end());
    find_conflicts();
  }

  MemoryPlan plan() {
    MemoryPlan result;
    const StepBound peak = find_peak(buffers_, overlaps_);
    bound_ = round_up(peak.bytes, arena_alignment);
    search();
    result.offsets = best_offsets_;
    result.total_bytes = best_ == unplanned ? 0 : best_;
    result.lower_bound = bound_;
    result.optimal = result.total_bytes == bound_ || exhausted_;
    result.peak_step = peak.step;
    for (size_t i = 0; i < buffers_.size(); ++i)
      if (buffers_[i].bytes > 0 && buffers_[i].first_step <= peak.step && peak.step <= buffers_[i].last_step)
        result.peak_buffers.push_back(i);
    return result;
  }

 private:
  static constexpr int64_t unplanned = int64_t{1} << 62;
  using Selection = std::vector<bool>;  // which mergers are made

  void find_conflicts() {
    std::map<std::pair<size_t, size_t>, int64_t> distance;  // (output, input), the smallest permitted
    for (const PlanOverlap& overlap : overlaps_) {
      if (overlap.sharing != Sharing::at_or_below) continue;
      const auto [at, added] = distance.insert({{overlap.output, overlap.input}, overlap.distance});
      if (!added) at->second = std::min(at->second, overlap.distance);
    }
    const auto gap = [&](size_t lower, size_t upper) {
      const auto permitted = distance.find({lower, upper});
      return permitted == distance.end() ? buffers_[lower].bytes
                                         : std::min(permitted->second, buffers_[lower].bytes);
    };
    std::vector<size_t> live;
    for (const size_t b : by_first_step(buffers_)) {
      if (buffers_[b].bytes == 0) continue;
      std::erase_if(live, [&](size_t a) { return buffers_[a].last_step < buffers_[b].first_step; });
      for (const size_t a : live) conflicts_.push_back({a, b, gap(a, b), gap(b, a)});
      live.push_back(b);
    }
  }

  // The problem with the selected mergers, or nothing if that would put two buffers that must be apart in one
  // place.
  std::optional<Problem> make_problem(const Selection& selection) {
    work_ -= static_cast<int64_t>(4 * conflicts_.size() + buffers_.size());
    std::vector<size_t> root(buffers_.size());
    std::iota(root.begin(), root.end(), size_t{0});
    const auto find = [&](size_t i) {
      while (root[i] != i) i = root[i] = root[root[i]];
      return i;
    };
    for (size_t i = 0; i < mergers_.size(); ++i)
      if (selection[i]) root[find(mergers_[i].second)] = find(mergers_[i].first);

    Problem problem;
    problem.block_of.assign(buffers_.size(), SIZE_MAX);
    std::vector<size_t> block_of_root(buffers_.size(), SIZE_MAX);
    for (size_t i = 0; i < buffers_.size(); ++i) {
      const PlanBuffer& buffer = buffers_[i];
      if (buffer.bytes == 0) continue;
      size_t& index = block_of_root[find(i)];
      if (index == SIZE_MAX) {
        index = problem.blocks.size();
        problem.blocks.emplace_back().first_step = buffer.first_step;
      }
      problem.block_of[i] = index;
      Block& block = problem.blocks[index];
      block.bytes = std::max(block.bytes, buffer.bytes);
      block.alignment = std::max<int64_t>(block.alignment, buffer.alignment);
      block.lifetime += int64_t{buffer.last_step} - buffer.first_step + 1;
      block.first_step = std::min(block.first_step, buffer.first_step);
    }

    std::map<std::pair<size_t, size_t>, std::pair<int64_t, int64_t>> gaps;
    for (const Conflict& conflict : conflicts_) {
      const size_t a = problem.block_of[conflict.a];
      const size_t b = problem.block_of[conflict.b];
      if (a == b) {
        const bool merged = std::any_of(mergers_.begin(), mergers_.end(), [&](const auto& merger) {
          return merger == std::pair(conflict.a, conflict.b) || merger == std::pair(conflict.b, conflict.a);
        });
        if (!merged && conflict.a_then_b > 0 && conflict.b_then_a > 0) return std::nullopt;
        continue;
      }
      auto& [low_then_high, high_then_low] = gaps[{std::min(a, b), std::max(a, b)}];
      low_then_high = std::max(low_then_high, a < b ? conflict.a_then_b : conflict.b_then_a);
      high_then_low = std::max(high_then_low, a < b ? conflict.b_then_a : conflict.a_then_b);
    }
    for (const auto& [pair, gap] : gaps) {
      problem.blocks[pair.first].neighbors.push_back({pair.second, gap.first, gap.second});
      problem.blocks[pair.second].neighbors.push_back({pair.first, gap.second, gap.first});
    }
    return problem;
  }

  // Live sets are wanted by the exhaustive search only.
  void add_steps(Problem& problem) {
    std::map<int32_t, std::map<size_t, int64_t>> live;
    for (const PlanBuffer& buffer : buffers_)
      if (buffer.bytes > 0) live[buffer.first_step];
    for (size_t i = 0; i < buffers_.size(); ++i) {
      if (buffers_[i].bytes == 0) continue;
      for (auto at = live.lower_bound(buffers_[i].first_step);
           at != live.end() && at->first <= buffers_[i].last_step; ++at) {
        int64_t& bytes = at->second[problem.block_of[i]];
        bytes = std::max(bytes, buffers_[i].bytes);
      }
    }
    for (const auto& [step, blocks] : live) {
      LiveSet& set = problem.steps.emplace_back();
      for (const auto& [block, bytes] : blocks) set.blocks.push_back({block, bytes});
      for (const PlanOverlap& overlap : overlaps_) {
        if (overlap.sharing != Sharing::at_or_below || buffers_[overlap.output].first_step != step) continue;
        // Block against block: a merged block may hold more bytes at this step than the buffer itself.
        set.savings +=
            std::min(blocks.at(problem.block_of[overlap.input]), blocks.at(problem.block_of[overlap.output]));
      }
      work_ -= static_cast<int64_t>(blocks.size() * 8);
    }
  }

  // ---- first fit ----

  // Places the blocks in the given order, each at its lowest free offset; the total, and the offsets.
  int64_t first_fit(const Problem& problem, const std::vector<size_t>& order, std::vector<int64_t>& offsets) {
    offsets.assign(problem.blocks.size(), -1);
    int64_t total = 0;
    for (const size_t index : order) {
      const Block& block = problem.blocks[index];
      forbidden_.clear();
      for (const Neighbor& neighbor : block.neighbors) {
        const int64_t other = offsets[neighbor.block];
        if (other >= 0) forbidden_.push_back({other - neighbor.gap_after, other + neighbor.gap_before});
      }
      work_ -= static_cast<int64_t>(8 + block.neighbors.size() + 6 * forbidden_.size());
      std::sort(forbidden_.begin(), forbidden_.end());
      int64_t offset = 0;
      for (const auto& [above, below] : forbidden_)  // open intervals, by their lower ends
        if (offset > above && offset < below) offset = round_up(below, block.alignment);
      offsets[index] = offset;
      total = std::max(total, offset + block.bytes);
    }
    return round_up(total, arena_alignment);
  }

  void keep_if_better(const Problem& problem, int64_t total, const std::vector<int64_t>& offsets) {
    if (total >= best_) return;
    best_ = total;
    for (size_t i = 0; i < buffers_.size(); ++i)
      if (buffers_[i].bytes > 0) best_offsets_[i] = offsets[problem.block_of[i]];
  }

  bool done() const { return best_ == bound_ || work_ <= 0; }

  // Several orders that tend to do well; leaves the best one in `order`.
  int64_t try_orders(const Problem& problem, std::vector<size_t>& order) {
    const auto& blocks = problem.blocks;
    const auto by_size = [&](size_t a, size_t b) { return blocks[a].bytes > blocks[b].bytes; };
    const auto by_lifetime = [&](size_t a, size_t b) {
      return std::pair(blocks[a].lifetime, blocks[a].bytes) > std::pair(blocks[b].lifetime, blocks[b].bytes);
    };
    const auto by_area = [&](size_t a, size_t b) {
      // Sizes stay below 2^60 in sum, lifetimes below 2^33 each: compare in floating point, ties are
      // harmless.
      return static_cast<double>(blocks[a].bytes) * static_cast<double>(blocks[a].lifetime) >
             static_cast<double>(blocks[b].bytes) * static_cast<double>(blocks[b].lifetime);
    };
    const auto by_step = [&](size_t a, size_t b) { return blocks[a].first_step < blocks[b].first_step; };
    std::vector<int64_t> pressure(blocks.size());  // how much there is at once around a block
    for (size_t i = 0; i < blocks.size(); ++i) {
      pressure[i] = blocks[i].bytes;
      for (const Neighbor& neighbor : blocks[i].neighbors) pressure[i] += blocks[neighbor.block].bytes;
    }
    const auto by_pressure = [&](size_t a, size_t b) { return pressure[a] > pressure[b]; };

    int64_t best = unplanned;
    std::vector<int64_t> offsets;
    std::vector<size_t> candidate(blocks.size());
    const auto attempt = [&](const auto& before) {
      if (work_ <= 0 && best != unplanned) return;
      std::iota(candidate.begin(), candidate.end(), size_t{0});
      std::stable_sort(candidate.begin(), candidate.end(), before);
      const int64_t total = first_fit(problem, candidate, offsets);
      keep_if_better(problem, total, offsets);
      if (total < best) {
        best = total;
        order = candidate;
      }
    };
    attempt(by_size);
    attempt(by_lifetime);
    attempt(by_area);
    attempt(by_pressure);
    attempt(by_step);
    return best;
  }

  // Repeatedly moves a block that makes the top of memory, or one in its way, ahead in the order.
  void improve_order(const Problem& problem, std::vector<size_t> order, int64_t current, int64_t work) {
    uint64_t state = 0x9e3779b97f4a7c15U;
    const auto random = [&](size_t below) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      return static_cast<size_t>(state % below);
    };
    const int64_t stop = work_ - work;
    std::vector<int64_t> offsets;
    first_fit(problem, order, offsets);
    std::vector<size_t> candidates;
    std::vector<size_t> next;
    std::vector<int64_t> next_offsets;
    while (!done() && work_ > stop) {
      candidates.clear();
      for (size_t i = 0; i < problem.blocks.size(); ++i) {
        const Block& block = problem.blocks[i];
        if (round_up(offsets[i] + block.bytes, arena_alignment) < current) continue;
        candidates.push_back(i);
        for (const Neighbor& neighbor : block.neighbors) candidates.push_back(neighbor.block);
      }
      next = order;
      const int moves = 1 + static_cast<int>(random(3));
      for (int i = 0; i < moves; ++i) {
        const size_t chosen = candidates[random(candidates.size())];
        const auto from = std::find(next.begin(), next.end(), chosen);
        const auto position = static_cast<size_t>(from - next.begin());
        const auto to = next.begin() + static_cast<std::ptrdiff_t>(random(position + 1));
        std::rotate(to, from, from + 1);
      }
      work_ -= static_cast<int64_t>(next.size());
      const int64_t total = first_fit(problem, next, next_offsets);
      keep_if_better(problem, total, next_offsets);
      if (total <= current) {
        current = total;
        order.swap(next);
        offsets.swap(next_offsets);
      }
    }
  }

  // ---- exhaustive search ----
  // Some best plan has every block at the lowest offset that its lower neighbors allow, so placing blocks in
  // the order of such offsets, each as low as those already placed allow, reaches a best plan.

  struct Search {
    const Problem& problem;
    std::vector<int64_t> earliest;  // the lowest offset of an unplaced block; the offset of a placed one
    std::vector<bool> placed;
    std::vector<std::vector<size_t>> steps_of;  // block -> indices of problem.steps
    std::vector<int64_t> remaining;             // by step: bytes not yet placed
    size_t count = 0;
  };

  // True if all was tried.
  bool search_exhaustively(Problem& problem) {
    add_steps(problem);
    const size_t size = problem.blocks.size();
    Search search{problem, std::vector<int64_t>(size, 0), std::vector<bool>(size, false),
                  std::vector<std::vector<size_t>>(size), std::vector<int64_t>(problem.steps.size(), 0)};
    for (size_t step = 0; step < problem.steps.size(); ++step) {
      for (const LiveBytes& live : problem.steps[step].blocks) {
        search.steps_of[live.block].push_back(step);
        search.remaining[step] += live.bytes;
      }
    }
    return place_next(search, 0, 0, SIZE_MAX);
  }

  int64_t bytes_at_least(const Search& search, int64_t top) {
    int64_t bound = top;
    for (size_t step = 0; step < search.problem.steps.size(); ++step) {
      if (search.remaining[step] == 0) continue;
      int64_t base = unplanned;
      for (const LiveBytes& live : search.problem.steps[step].blocks) {
        if (search.placed[live.block]) continue;
        base = std::min(base, search.earliest[live.block]);
        bound = std::max(bound, search.earliest[live.block] + live.bytes);
      }
      bound = std::max(bound, base + search.remaining[step] - search.problem.steps[step].savings);
      work_ -= static_cast<int64_t>(2 + search.problem.steps[step].blocks.size());
    }
    return round_up(bound, arena_alignment);
  }

  bool place_next(Search& search, int64_t last_offset, int64_t top, size_t last) {
    const auto& blocks = search.problem.blocks;
    if (search.count == blocks.size()) {
      keep_if_better(search.problem, round_up(top, arena_alignment), search.earliest);
      return true;
    }
    work_ -= static_cast<int64_t>(blocks.size());
    if (work_ <= 0) return false;
    if (bytes_at_least(search, top) >= best_) return true;

    // If a block fits below an offset together with its gap to every unplaced neighbor, then a plan that
    // goes on at that offset can be improved by moving the block there: do not look at such plans.
    int64_t limit = unplanned;
    int64_t limiting_gap = 0;
    std::vector<size_t> choices;
    for (size_t i = 0; i < blocks.size(); ++i) {
      if (search.placed[i]) continue;
      int64_t gap = 0;
      for (const Neighbor& neighbor : blocks[i].neighbors)
        if (!search.placed[neighbor.block]) gap = std::max(gap, neighbor.gap_after);
      work_ -= static_cast<int64_t>(blocks[i].neighbors.size());
      if (std::pair(search.earliest[i] + gap, -gap) < std::pair(limit, -limiting_gap)) {
        limit = search.earliest[i] + gap;
        limiting_gap = gap;
      }
      // A block that could lie lower than the last is not next; a neighbor may yet push it up.
      if (search.earliest[i] >= last_offset) choices.push_back(i);
    }
    std::erase_if(choices, [&](size_t i) {
      return search.earliest[i] > limit || (search.earliest[i] == limit && limiting_gap > 0);
    });
    std::stable_sort(choices.begin(), choices.end(), [&](size_t a, size_t b) {
      return std::pair(search.earliest[a], -blocks[a].bytes) <
             std::pair(search.earliest[b], -blocks[b].bytes);
    });

    for (const size_t chosen : choices) {
      const int64_t offset = search.earliest[chosen];
      const auto& neighbors = blocks[chosen].neighbors;
      // Two blocks at one offset that do not touch can come in either order: keep one.
      if (last != SIZE_MAX && offset == last_offset && chosen < last &&
          std::none_of(neighbors.begin(), neighbors.end(),
                       [&](const Neighbor& n) { return n.block == last; }))
        continue;
      std::vector<std::pair<size_t, int64_t>> undo;
      for (const Neighbor& neighbor : neighbors) {
        if (search.placed[neighbor.block]) continue;
        int64_t& earliest = search.earliest[neighbor.block];
        const int64_t pushed = round_up(offset + neighbor.gap_after, blocks[neighbor.block].alignment);
        if (pushed <= earliest) continue;
        undo.push_back({neighbor.block, earliest});
        earliest = pushed;
      }
      const auto add_remaining = [&](int64_t sign) {
        for (const size_t step : search.steps_of[chosen])
          for (const LiveBytes& live : search.problem.steps[step].blocks)
            if (live.block == chosen) search.remaining[step] += sign * live.bytes;
      };
      search.placed[chosen] = true;
      ++search.count;
      add_remaining(-1);
      const bool complete = place_next(search, offset, std::max(top, offset + blocks[chosen].bytes), chosen);
      add_remaining(+1);
      --search.count;
      search.placed[chosen] = false;
      for (const auto& [block, earliest] : undo) search.earliest[block] = earliest;
      if (!complete) return false;
      if (best_ == bound_) return true;
    }
    return true;
  }

  // ---- all together ----

  void search() {
    // All mergers that go together, in their order: sharing a place is rarely a loss.
    Selection selection(mergers_.size(), false);
    Problem problem = *make_problem(selection);
    if (problem.blocks.empty()) {
      best_ = 0;
      return;
    }
    std::vector<size_t> order;
    int64_t total = try_orders(problem, order);
    for (size_t i = 0; i < mergers_.size() && !done(); ++i) {
      selection[i] = true;
      if (auto with = make_problem(selection)) {
        problem = std::move(*with);
      } else {
        selection[i] = false;
      }
    }
    if (!mergers_.empty()) {
      std::vector<size_t> merged_order;
      const int64_t merged_total = try_orders(problem, merged_order);
      order = std::move(merged_order);
      total = merged_total;
    }
    if (done()) return;
    improve_order(problem, order, total, work_ / 4);

    // Undo a merger where that helps.
    const int64_t stop = work_ / 2;
    for (size_t i = 0; i < mergers_.size() && !done() && work_ > stop; ++i) {
      selection[i] = !selection[i];
      const int64_t before = best_;
      if (auto changed = make_problem(selection)) {
        const int64_t changed_total = try_orders(*changed, order);
        improve_order(*changed, order, changed_total, work_ / 40);
      }
      if (best_ >= before) selection[i] = !selection[i];
    }
    if (done()) return;

    // Every choice of mergers, those with the most first, as far as the work lasts.
    constexpr size_t most_mergers = 12;
    if (mergers_.size() > most_mergers) {
      if (auto chosen = make_problem(selection)) search_exhaustively(*chosen);
      return;
    }
    bool complete = true;
    for (uint32_t mask = 1U << mergers_.size(); complete && mask-- > 0 && !done();) {
      for (size_t i = 0; i < mergers_.size(); ++i) selection[i] = (mask >> i & 1U) != 0;
      if (auto chosen = make_problem(selection)) complete = search_exhaustively(*chosen);
      if (work_ <= 0) complete = false;
    }
    exhausted_ = complete;
  }

  std::span<const PlanBuffer> buffers_;
  std::vector<PlanOverlap> overlaps_;
  std::vector<std::pair<size_t, size_t>> mergers_;  // (input, output) of same_offset
  std::vector<Conflict> conflicts_;
  std::vector<std::pair<int64_t, int64_t>> forbidden_;
  int64_t work_;
  int64_t bound_ = 0;
  int64_t best_ = unplanned;
  std::vector<int64_t> best_offsets_;
  bool exhausted_ = false;
};

}  // namespace

std::optional<MemoryPlan> plan_memory(std::span<const PlanBuffer> buffers,
                                      std::span<const PlanOverlap> overlaps, int64_t work) {
  // Every offset that is ever considered stays below the sum of sizes and alignments.
  constexpr int64_t most = int64_t{1} << 60;
  int64_t sum = 0;
  for (const PlanBuffer& buffer : buffers) {
    BURIN_CHECK(buffer.bytes >= 0 && buffer.first_step <= buffer.last_step,
                "a buffer without extent or lifetime");
    BURIN_CHECK(buffer.alignment > 0 && (buffer.alignment & (buffer.alignment - 1)) == 0,
                "an alignment that is not a power of two");
    if (buffer.bytes > most || sum + buffer.bytes + buffer.alignment > most) return std::nullopt;
    sum += buffer.bytes + buffer.alignment;
  }
  for (const PlanOverlap& overlap : overlaps) {
    BURIN_CHECK(overlap.input < buffers.size() && overlap.output < buffers.size(), "an overlap of no buffer");
    BURIN_CHECK(overlap.distance >= 0 && (overlap.sharing == Sharing::at_or_below || overlap.distance == 0),
                "an overlap with an impossible distance");
  }
  if (has_too_many_conflicts(buffers)) return plan_in_turn(buffers, overlaps);
  return Planner(buffers, overlaps, work).plan();
}

std::optional<std::string> find_plan_error(std::span<const PlanBuffer> buffers,
                                           std::span<const PlanOverlap> overlaps,
                                           std::span<const int64_t> offsets) {
  if (offsets.size() != buffers.size()) return "the plan is for another number of buffers";
  for (size_t i = 0; i < buffers.size(); ++i) {
    if (offsets[i] < 0 || offsets[i] % buffers[i].alignment != 0)
      return "buffer \"" + buffers[i].name + "\" is misaligned at " + std::to_string(offsets[i]);
  }
  for (size_t a = 0; a < buffers.size(); ++a) {
    for (size_t b = a + 1; b < buffers.size(); ++b) {
      if (!meet(buffers[a], buffers[b])) continue;
      if (offsets[a] + buffers[a].bytes <= offsets[b] || offsets[b] + buffers[b].bytes <= offsets[a])
        continue;
      const bool permitted = std::any_of(overlaps.begin(), overlaps.end(), [&](const PlanOverlap& overlap) {
        const bool names =
            (overlap.input == a && overlap.output == b) || (overlap.input == b && overlap.output == a);
        if (!names || buffers[overlap.input].last_step != buffers[overlap.output].first_step) return false;
        const int64_t distance = offsets[overlap.input] - offsets[overlap.output];
        return overlap.sharing == Sharing::same_offset ? distance == 0 : distance >= overlap.distance;
      });
      if (!permitted)
        return "buffers \"" + buffers[a].name + "\" and \"" + buffers[b].name +
               "\" are live at once and overlap";
    }
  }
  return std::nullopt;
}

}  // namespace burin
