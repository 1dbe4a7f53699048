#include "kernels/generic/weighted/convolution_2d.hpp"
#include "kernels/arm_dsp/weighted/dual.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "ops/weighted/convolution.hpp"
#include "ops/weighted/convolution_2d.hpp"

namespace burin {

using namespace convolution_2d;
namespace {

class Convolution2dS8DualKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"Convolution2dS8Dual", Op::convolution_2d, KernelSet::arm_dsp,
                                       "arm_dsp/convolution_2d_s8_dual.hpp",
                                       "Columns of int16 times weights packed two to a halfword."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!has_symmetric_s8_weights(view)) return Refusal{symmetric_s8_only};
    if (groups(view) != 1) return Refusal{"the convolution is grouped"};
    const ClampRange range = activation_range(view.node.activation, view.output());
    return dual_convolution_call(convolution_spec(convolution_windows(view), view, range), weight_rows(view),
                                 biases_of(view), multipliers(view), context, convolution_windows(view),
                                 view);
  }
};

}  // namespace

const Kernel& convolution_2d_s8_dual_kernel() {
  static const Convolution2dS8DualKernel instance;
  return instance;
}

}  // namespace burin
