// Host side of kernels: pool.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/pooling/pool.hpp"

namespace burin {

// The call of a pool kernel over int8 and uint8, whose arguments are input, output and rows.
std::variant<KernelCall, Refusal> pool_call(const NodeView& view);

// The work of a kernel that pools four channels at a time: so many cycles for a window, so many for each four
// channels of one, and so many for ten bytes that are read.
Work pool_dsp_work(const NodeView& view, int64_t window, int64_t four_channels, int64_t ten_bytes);

// A kernel of generic/pool_2d_f32.hpp.
class PoolF32Kernel final : public SharedKernel {
 public:
  constexpr PoolF32Kernel(std::string_view name, Op op)
      : SharedKernel({name, op, KernelSet::generic, "generic/pool_2d_f32.hpp",
                      "float32, one element of the output after the other."}) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;
};

}  // namespace burin
