// What the kernels of a target say to one node.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "kernels/kernel.hpp"
#include "program/program.hpp"

namespace burin {

struct Offer {
  const KernelFacts* kernel;
  std::variant<KernelCall, Refusal> answer;

  const KernelCall* call() const { return std::get_if<KernelCall>(&answer); }
};

int64_t constant_bytes(const KernelCall& call);

// The estimate of `work` in cycles of a target's core.
int64_t cost_of(const Work& work, const Costs& costs);

// Asks every kernel of the node's operator whose set the target lists, in the order of kernels/kernels.def.
// Calls are complete.
std::vector<Offer> ask_kernels(const NodeView& view, const LoweringContext& context);

// "A not used because …; B not used because …": of the kernels that refused.
std::string refusals_of(const std::vector<Offer>& offers);

}  // namespace burin
