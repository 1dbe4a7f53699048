#include <algorithm>
#include <cmath>
#include <optional>

#include "arithmetic/mean_form.hpp"
#include "kernels/generic/reduction/mean.hpp"
#include "kernels/kernel.hpp"
#include "ops/constraints.hpp"
#include "ops/numerics.hpp"
#include "ops/reduction/mean.hpp"

namespace burin {

using namespace mean;
namespace {

class MeanS8DspKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{
        "MeanS8Dsp", Op::mean, KernelSet::arm_dsp, "arm_dsp/mean_s8_dsp.hpp",
        "Sums of four channels at a time, requantized by a proved multiplication."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!has_dtype(view.input(0), DType::s8)) return Refusal{"it computes int8"};
    const Layout layout = layout_of(view);
    // Neighboring axes before the channels: what stands behind the one run of reduced axes is what the
    // kernel calls kept_2.
    const int64_t taps = layout[1];
    if (layout[3] != 1 || layout[4] != 1 || layout[2] < 4)
      return Refusal{"the axes are not neighbors with at least four elements behind them"};
    if (taps > most_taps_of_mean_form) return Refusal{"it sums at most 256 elements"};
    const FixedPointMultiplier factor = factor_of(view);
    // The sum less the zero points, requantized; the division is part of the factor.
    const auto count = static_cast<int32_t>(taps);
    const std::optional<MeanForm> form =
        find_mean_form(count, std::ldexp(factor.multiplier, factor.shift - 31), [&](int32_t sum) {
          const int32_t scaled = multiply_by_fixed_point(
              sum - count * view.input(0).quantization.zero_point(), factor, context.rounding);
          return std::clamp(scaled + view.output().quantization.zero_point(), -128, 127);
        });
    if (!form) return Refusal{"no multiplication was proved to give the mean"};
    KernelCall call =
        call_without_arguments(view, context, {{layout[0], layout[1], 1, layout[3], layout[2]}});
    call.constants = {{"form", ElementType::u32, Constant::of(words_of({*form})), 4}};
    call.arguments = {InputArgument{0}, ConstantArgument{0}, OutputArgument{0}};
    call.requantization = "one multiplication and one shift, proved for every sum";
    call.code_bytes = 200;
    call.work.packed = 2 * input_shape(view).elements() + 12 * view.output().type.shape.elements();
    return call;
  }
};

}  // namespace

const Kernel& mean_s8_dsp_kernel() {
  static const MeanS8DspKernel instance;
  return instance;
}

}  // namespace burin
