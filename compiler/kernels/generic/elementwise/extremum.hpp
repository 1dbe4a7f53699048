// Host side of kernels: extremum.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/elementwise/extremum.hpp"

namespace burin {

class ExtremumKernel final : public Kernel {
 public:
  ExtremumKernel(std::string_view name, Op op)
      : facts_{name, op, KernelSet::generic, "generic/extremum.hpp",
               "One comparison an element, any broadcasting."} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

}  // namespace burin
