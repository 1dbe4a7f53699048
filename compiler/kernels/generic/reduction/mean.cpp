#include "kernels/generic/reduction/mean.hpp"

#include "kernels/kernel.hpp"
#include "ops/constraints.hpp"
#include "ops/reduction/mean.hpp"

namespace burin {

using namespace mean;
namespace {

class MeanS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"MeanS8", Op::mean, KernelSet::generic, "generic/mean_s8.hpp",
                                       "int8 or int16, one element of the output after the other."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (has_dtype(view.input(0), DType::f32)) return Refusal{"it computes integers"};
    KernelCall call = call_without_arguments(view, context, layout_of(view));
    call.arguments = {InputArgument{0}, OutputArgument{0}};
    call.requantization = "exact reference form";
    call.code_bytes = 200;
    const int64_t elements = view.output().type.shape.elements();
    call.work = {.instructions = 6 * input_shape(view).elements() + 20 * elements,
                 .requantizations = elements};
    return call;
  }
};

class MeanF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"MeanF32", Op::mean, KernelSet::generic, "generic/mean_f32.hpp",
                                       "One element of the output after the other."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!has_dtype(view.input(0), DType::f32)) return Refusal{"it computes float32"};
    const Layout layout = layout_of(view);
    KernelCall call;
    call.geometry = Geometry(mean_geometry(layout));
    call.arguments = {InputArgument{0}, OutputArgument{0}};
    call.code_bytes = 160;
    const int64_t elements = view.output().type.shape.elements();
    call.work = {.instructions = 5 * input_shape(view).elements() + 40 * elements,
                 .float_products = input_shape(view).elements()};
    return call;
  }
};

}  // namespace

const Kernel& mean_f32_kernel() {
  static const MeanF32Kernel instance;
  return instance;
}

const Kernel& mean_s8_kernel() {
  static const MeanS8Kernel instance;
  return instance;
}

}  // namespace burin
