#include "lower/select.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "program/stack.hpp"

namespace burin {

int64_t constant_bytes(const KernelCall& call) {
  int64_t bytes = 0;
  for (const KernelConstant& constant : call.constants)
    bytes += static_cast<int64_t>(constant.data.bytes().size());
  return bytes;
}

int64_t cost_of(const Work& work, const Costs& costs) {
  const auto cost = [](int64_t count, float each) {
    return static_cast<double>(count) * static_cast<double>(each);
  };
  return std::llround(cost(work.instructions, costs.instruction) + cost(work.packed, costs.packed) +
                      cost(work.products, costs.product) + cost(work.requantizations, costs.requantization) +
                      cost(work.divisions, costs.division) + cost(work.float_products, costs.float_product) +
                      cost(work.float_functions, costs.float_function));
}

// Registers that a kernel's function saves, and arguments that ID_invoke hands over.
constexpr int32_t entry_code_bytes = 28;
constexpr int32_t entry_cycles = 12;

std::vector<Offer> ask_kernels(const NodeView& view, const LoweringContext& context) {
  const auto& sets = context.target.kernel_sets;
  const PrimitiveLayer layer = primitive_layer(sets.front());
  std::vector<Offer> offers;
  for (const Kernel* kernel : all_kernels()) {
    const KernelFacts& facts = kernel->facts();
    if (facts.op != view.node.op || std::ranges::find(sets, facts.set) == sets.end()) continue;
    if (context.offers && !context.offers(facts)) continue;
    Offer offer{&facts, kernel->lower(view, context)};
    if (auto* call = std::get_if<KernelCall>(&offer.answer)) {
      call->kernel = facts.name;
      call->isa = layer.type;
      call->header = facts.header;
      call->isa_folder = layer.folder;
      call->code_bytes += entry_code_bytes;
      call->cycles = cost_of(call->work, context.target.costs) + entry_cycles;
      call->stack_bytes =
          stack_bound(*call, 0, context.target.architecture == Architecture::portable).optimized;
    }
    offers.push_back(std::move(offer));
  }
  return offers;
}

std::string refusals_of(const std::vector<Offer>& offers) {
  std::string text;
  for (const Offer& offer : offers) {
    const auto* refusal = std::get_if<Refusal>(&offer.answer);
    if (refusal)
      text += fmt::format("{}{} not used because {}", text.empty() ? "" : "; ", offer.kernel->name,
                          refusal->reason);
  }
  return text;
}

}  // namespace burin
