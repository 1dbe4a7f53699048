#include "lower/select.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "support/check.hpp"

namespace burin {
namespace {

int64_t constant_bytes(const KernelCall& call) {
  int64_t bytes = 0;
  for (const KernelConstant& constant : call.constants)
    bytes += static_cast<int64_t>(constant.data.bytes().size());
  return bytes;
}

double cost(const KernelCall& call, Objective objective) {
  const auto cycles = static_cast<double>(call.cycles);
  // Code that all calls of a kernel share is paid once, so it does not count against a single one; scratch is
  // RAM, and as dear as flash.
  const auto bytes = static_cast<double>(constant_bytes(call) + call.code_bytes + call.scratch_bytes);
  switch (objective) {
    case Objective::speed:
      return cycles;
    case Objective::size:
      return bytes;
    case Objective::balanced:
      return cycles * bytes;
  }
  internal_error("an unknown objective", __FILE__, __LINE__);
}

std::string_view spelled(Objective objective) {
  return objective == Objective::speed  ? "fewest cycles"
         : objective == Objective::size ? "fewest bytes"
                                        : "least cycles times bytes";
}

}  // namespace

Selection select_kernel(const NodeView& view, const LoweringContext& context) {
  Selection selection;
  const auto& sets = context.target.kernel_sets;
  const PrimitiveLayer layer = primitive_layer(sets.front());
  double best = 0;
  size_t chosen = 0;
  bool portable = true;  // the chosen one is of the generic set
  std::string refusals;  // of kernels written for this target
  for (const Kernel* kernel : all_kernels()) {
    const KernelFacts& facts = kernel->facts();
    if (facts.op != view.node.op || std::ranges::find(sets, facts.set) == sets.end()) continue;
    if (context.offers && !context.offers(facts)) continue;
    Candidate candidate{.step = 0, .kernel = std::string(facts.name), .isa = std::string(layer.type)};
    std::variant<KernelCall, Refusal> answer = kernel->lower(view, context);
    if (const auto* refusal = std::get_if<Refusal>(&answer)) {
      candidate.refusal = refusal->reason;
      if (facts.set != KernelSet::generic)
        refusals += fmt::format("{}{} not used because {}", refusals.empty() ? "" : "; ", facts.name,
                                refusal->reason);
    } else {
      KernelCall& call = std::get<KernelCall>(answer);
      call.kernel = facts.name;
      call.isa = layer.type;
      call.header = facts.header;
      candidate.cycles = call.cycles;
      candidate.scratch_bytes = call.scratch_bytes;
      candidate.constant_bytes = constant_bytes(call);
      const double own = cost(call, context.objective);
      if (!selection.call || own < best) {
        best = own;
        chosen = selection.candidates.size();
        portable = facts.set == KernelSet::generic;
        selection.call = std::move(call);
      }
    }
    selection.candidates.push_back(std::move(candidate));
  }
  if (selection.call) {
    selection.candidates[chosen].chosen = true;
    const auto accepted =
        std::ranges::count_if(selection.candidates, [](const Candidate& c) { return c.refusal.empty(); });
    selection.reason = accepted > 1 ? fmt::format("{} of {} candidates", spelled(context.objective), accepted)
                                    : std::string("the only kernel that accepts it");
  }
  // A layer that has one of the target's own kernels misses nothing.
  if (selection.call && portable && !refusals.empty()) selection.reason += "; " + refusals;
  if (!selection.call)
    for (const Candidate& candidate : selection.candidates)
      selection.reason += fmt::format("{}{} not used because {}", selection.reason.empty() ? "" : "; ",
                                      candidate.kernel, candidate.refusal);
  return selection;
}

}  // namespace burin
