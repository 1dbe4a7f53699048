// THE order of the passes.
#include <fmt/format.h>

#include <array>

#include "ir/verify.hpp"
#include "ops/operator.hpp"
#include "passes/pass.hpp"
#include "passes/passes.hpp"

namespace burin {

std::span<const Pass> pipeline() {
  static constexpr Pass passes[] = {
      {"fold_constants",
       "Evaluates nodes whose operands are all known; first, so that later passes see constants.",
       fold_constants},
      {"propagate_layout",
       "Moves TRANSPOSEs together until they cancel; before the reshapes are joined, some of which it makes "
       "of "
       "them.",
       propagate_layout},
      {"absorb_transposes",
       "Makes reshapes of TRANSPOSEs that change no byte, and takes slices of others before them; behind the "
       "choice of layouts, which brings the shuffles of channels to such a form.",
       absorb_transposes},
      {"reorder_channels",
       "Lets layers compute their channels in the order that a TRANSPOSE behind them would bring them to; "
       "behind the slices, which read less where a TRANSPOSE is still there.",
       reorder_channels},
      {"canonicalize_shapes",
       "Turns EXPAND_DIMS and SQUEEZE into reshapes, joins chains of them and drops those that change "
       "nothing; before the fusions, so that fewer reshapes stand between what they fuse.",
       canonicalize_shapes},
      {"eliminate_dead_code",
       "Drops nodes whose results nothing needs; before the fusions, which ask for a single reader.",
       eliminate_dead_code},
      {"fuse_padding",
       "Moves a PAD of zeros into the convolution that reads it; before channels are removed, which is "
       "simpler without PAD.",
       fuse_padding},
      {"merge_elementwise",
       "Drops requantizations and clamps that change nothing or whose work a neighbor does; before clamps "
       "are fused, so that each stands next to what it can be fused with.",
       merge_elementwise},
      {"fuse_activations", "Moves a clamp into the operator that it follows, where that is exact.",
       fuse_activations},
      {"eliminate_channels",
       "Removes channels that nothing reads and channels that never vary; last, as it sees through every "
       "operator that the passes before it remove.",
       eliminate_channels},
  };
  return passes;
}

Graph run_pipeline(Graph graph, const PipelineOptions& options) {
  for (const Pass& pass : pipeline()) {
    graph = pass.run(std::move(graph), options.pass);
    const std::vector<std::string> broken = broken_rules(graph);
    BURIN_CHECK(broken.empty(), fmt::format("pass {} broke the graph: {}", pass.name, broken.front()));
    const Diagnostics findings = check_operators(graph);
    BURIN_CHECK(findings.empty(), fmt::format("pass {} broke {}: {}", pass.name, findings.front().place,
                                              findings.front().message));
    if (options.observe) options.observe(pass.name, graph);
    if (pass.name == options.stop_after) break;
  }
  return graph;
}

}  // namespace burin
