// Host side of kernels: extremum.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/elementwise/extremum.hpp"

namespace burin {

class ExtremumKernel final : public SharedKernel {
 public:
  ExtremumKernel(std::string_view name, Op op)
      : SharedKernel({name, op, KernelSet::generic, "generic/extremum.hpp",
                      "One comparison an element, any broadcasting."}) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;
};

}  // namespace burin
