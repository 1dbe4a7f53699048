// Host side of kernels of the DSP extension: sum.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/elementwise/sum.hpp"

namespace burin {

// AddS8Proved: a linear form, where one is proved equal to the definition.
class SumProvedKernel final : public SharedKernel {
 public:
  SumProvedKernel(Op op, int32_t sign)
      : SharedKernel({"AddS8Proved", op, KernelSet::arm_dsp, "arm_dsp/add_s8_proved.hpp",
                      "A linear form that was proved equal to the definition for every pair of bytes."}),
        sign_(sign) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  int32_t sign_;
};

}  // namespace burin
