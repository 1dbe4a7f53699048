#include <optional>

#include "arithmetic/mean_form.hpp"
#include "kernels/generic/pooling/pool.hpp"
#include "ops/pooling/average_pool_2d.hpp"
#include "ops/pooling/pool.hpp"

namespace burin {

using namespace average_pool_2d;
namespace {

class AveragePool2dS8DspKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{
        "AveragePool2dS8Dsp", Op::average_pool_2d, KernelSet::arm_dsp, "arm_dsp/average_pool_2d_s8_dsp.hpp",
        "Sums of four channels at a time, divided by a proved multiplication."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (view.input(0).type.dtype != DType::s8) return Refusal{"it computes int8"};
    if (halves_to_even(view)) return Refusal{"it rounds halves away from zero"};
    const Windows windows = pool_windows(view);
    if (windows.taps() > most_taps_of_mean_form) return Refusal{"the window has more than 256 taps"};
    if (view.input(0).type.shape[3] < 4) return Refusal{"it takes four channels or more"};
    // Where windows are cut by the border, one form for each number of taps.
    const bool unpadded = windows.height.unpadded() && windows.width.unpadded();
    const auto taps = static_cast<int32_t>(windows.taps());
    std::vector<MeanForm> forms;
    for (int32_t count = unpadded ? taps : 1; count <= taps; ++count) {
      const std::optional<MeanForm> form = find_average_form(count);
      if (!form) return Refusal{"no multiplication was proved to divide by the number of taps"};
      forms.push_back(*form);
    }
    std::variant<KernelCall, Refusal> call = pool_call(view);
    if (auto* taken = std::get_if<KernelCall>(&call)) {
      taken->constants = {{"divisions", ElementType::u32, Constant::of(words_of(forms)), 4}};
      taken->arguments.insert(taken->arguments.begin() + 1, ConstantArgument{0});
      taken->work = pool_dsp_work(view, 60, 45, 16);
      taken->requantization = "one multiplication in place of the division, proved for every sum";
    }
    return call;
  }
};

}  // namespace

const Kernel& average_pool_2d_s8_dsp_kernel() {
  static const AveragePool2dS8DspKernel instance;
  return instance;
}

}  // namespace burin
