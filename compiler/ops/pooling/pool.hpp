// What the pools over height and width share: attributes, constraints, reader, and the calls of
// their kernels. A pool has one operand, NHWC.
#pragma once

#include <functional>
#include <span>

#include "ops/operator.hpp"
#include "ops/pooling/attributes.hpp"
#include "ops/window.hpp"

namespace burin {

Windows pool_windows(const NodeView& view);
// Elements that all windows cover together, padding included.
int64_t pool_reads(const NodeView& view);
std::span<const Constraint> pool_constraints();
TensorType infer_pool(const NodeView& view);
// Calls `reduce` for every element of the output in turn, with the indices of the input's elements under its
// window, in order; at least one.
void for_each_pool(const NodeView& view, const std::function<void(size_t, std::span<const size_t>)>& reduce);

// The call of a pool kernel over int8 and uint8, whose arguments are input, output and rows.
std::variant<KernelCall, Refusal> pool_call(const NodeView& view);

// The work of a kernel that pools four channels at a time: so many cycles for a window, so many for each four
// channels of one, and so many for ten bytes that are read.
Work pool_dsp_work(const NodeView& view, int64_t window, int64_t four_channels, int64_t ten_bytes);

// A kernel of kernels/pool_2d_f32.hpp.
class PoolF32Kernel final : public Kernel {
 public:
  constexpr PoolF32Kernel(std::string_view name, Op op)
      : facts_{name, op, KernelSet::generic, "kernels/pool_2d_f32.hpp",
               "float32, one element of the output after the other."} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

}  // namespace burin
