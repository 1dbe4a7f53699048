// Pruning with data from files and costs on a target: what the verbs share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/driver.hpp"
#include "cli/session.hpp"
#include "prune/distill.hpp"
#include "prune/prune_channels.hpp"

namespace burin {

// What a network costs as the target's best kernels run it.
struct ModelCost {
  int64_t macs = 0;
  int64_t weight_bytes = 0;  // constants of the model itself
  int64_t flash_bytes = 0;   // constants and code, estimated
  int64_t arena_bytes = 0;
  std::optional<int64_t> cycles;  // estimated; nothing for targets without prices
};

struct CostModel {
  Target target{};
  Objective objective = Objective::speed;
  bool quantized = false;  // of the network as it will be in int8

  // E0404 where a layer has no kernel.
  Result<ModelCost> cost(const Graph& graph) const;
};

// Cycles of one inference of the same network as the emulator counts them, built with -O2. E0202 for a target
// without an emulator, E0205 where a tool is missing.
Result<int64_t> counted_cycles(const CostModel& model, const Graph& graph);

// What is to be reached; at least one of them.
struct PruneGoals {
  std::optional<double> macs{};  // the share to keep, above 0 and at most 1
  std::optional<int64_t> flash{};
  std::optional<int64_t> cycles{};
  std::optional<double> sparsity{};  // the share of the weights that is to be 0 then, above 0 and at most 1

  bool channels() const { return macs || flash || cycles; }
  bool any() const { return channels() || sparsity; }
};

// "0.5", "flash=60K", "cycles=2M", "sparsity=0.5", or several with commas between. E0201 for another text.
Result<PruneGoals> parse_goals(const std::string& text);

// Prunes channels, then weights, and shows progress on a terminal. E0502 where a goal cannot be reached,
// E0201 where the target has no cycles.
Result<PrunedGraph> prune_graph(const Session& session, const Graph& graph, const SampleValues& samples,
                                const PruneGoals& goals, const CostModel& model, PruneOptions options = {});

// Distils, and shows progress on a terminal with what time it will still take.
Result<Distilled> distill_graph(const Session& session, const Graph& teacher, const Graph& student,
                                const SampleValues& samples, DistillOptions options);

// Limits to prune to, as amounts.hpp says; 0 is none.
std::optional<int64_t> parse_cycle_limit(const std::string& text);
std::optional<int64_t> parse_flash_limit(const std::string& text);

}  // namespace burin
