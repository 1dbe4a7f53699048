// Structured pruning: a float network computes nearly the same with fewer channels.
//
// Groups of channels are removed where the error that this makes is least for what it saves. The error of a
// layer that loses some of its inputs is known beforehand from the second moments of its inputs: it is what
// remains after the other weights have been fitted again (channel_scores.hpp). How much an error at a layer
// counts is measured at the outputs.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "prune/removable_groups.hpp"
#include "quantize/float_executor.hpp"
#include "support/result.hpp"

namespace burin {

// Something that is to become less by removing channels.
struct Budget {
  std::string name{};                                // for messages: "cycles"
  std::function<double(const Graph& graph)> cost{};  // of a whole network; threads may call it
  double limit = 0;                                  // most that may be left
  int32_t multiple = 1;  // channels are removed so many at a time, so that so many are left over
};

struct PruneOptions {
  std::vector<Budget> budgets{};
  // False: remove channels only, for comparison; the remaining weights stay what they were.
  bool refit = true;
  // Whether samples that were held out are fitted in the end, with what they have shown to be best. False
  // where something follows that is judged by them.
  bool fit_held_out = true;
  // Called with the network, thoroughly fitted, each time when its share of the multiply-accumulates has
  // fallen to one of these, which fall; of several at once only for the last.
  std::vector<double> shares{};
  std::function<void(const Graph& graph)> at_share{};
  // Called with how far it is, 0 to 1.
  std::function<void(double done)> progress{};
};

struct PrunedGraph {
  Graph before{};  // the network as it was, node by node the same as the pruned one
  Graph graph{};
  int64_t removed_groups = 0;
  bool within_budgets = true;  // else no more can be removed
};

// Nominal multiply-accumulates of all nodes.
int64_t graph_macs(const Graph& graph);
// Bytes of all constants.
int64_t constant_bytes(const Graph& graph);

// Samples to prune with, and every eighth, to judge the result with: it decides nothing. Where there are
// fewer than 32, all of them serve for both.
struct SampleSplit {
  SampleValues used{};
  SampleValues judging{};
  bool apart = true;
};
SampleSplit set_aside(const SampleValues& samples);
// What belongs to each sample, one by one: for those to judge with.
std::vector<int64_t> set_aside(const std::vector<int64_t>& labels);

// Removes channels until all budgets are kept to, or no more can be removed. Every fourth sample is held out:
// weights are fitted on the others, and taken where the error of the held-out ones falls. Equal input gives
// an equal result. E0402 where nothing can be removed: no layer makes channels that only such layers read, or
// the network keeps state. E0204 where there are no samples.
Result<PrunedGraph> prune_channels(const Graph& graph, const SampleValues& samples,
                                   const PruneOptions& options);

}  // namespace burin
