#include "kernels/generic/pooling/pool.hpp"
#include "ops/pooling/pool.hpp"

namespace burin {
namespace {

class MaxPool2dS8DspKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"MaxPool2dS8Dsp", Op::max_pool_2d, KernelSet::arm_dsp,
                                       "arm_dsp/max_pool_2d_s8_dsp.hpp", "Four channels at a time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (view.input(0).type.dtype != DType::s8) return Refusal{"it computes int8"};
    if (view.input(0).type.shape[3] < 4) return Refusal{"it takes four channels or more"};
    std::variant<KernelCall, Refusal> call = pool_call(view);
    if (auto* taken = std::get_if<KernelCall>(&call)) taken->work = pool_dsp_work(view, 80, 25, 25);
    return call;
  }
};

}  // namespace

const Kernel& max_pool_2d_s8_dsp_kernel() {
  static const MaxPool2dS8DspKernel instance;
  return instance;
}

}  // namespace burin
