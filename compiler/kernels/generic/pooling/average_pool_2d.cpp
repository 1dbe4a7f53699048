#include "ops/pooling/average_pool_2d.hpp"
#include "arithmetic/mean_form.hpp"
#include "kernels/generic/pooling/pool.hpp"
#include "kernels/geometry.hpp"
#include "ops/pooling/pool.hpp"

namespace burin {

using namespace average_pool_2d;
namespace {

struct ParityGeometry {
  bool zero_point_is_odd;

  template <class Visit>
  void fields(Visit visit) const {
    visit("zero_point_is_odd", zero_point_is_odd);
  }
};

class AveragePool2dS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"AveragePool2dS8", Op::average_pool_2d, KernelSet::generic,
                                       "generic/average_pool_2d_s8.hpp",
                                       "Integers, one element of the output after the other."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (halves_to_even(view)) return Refusal{"it rounds halves away from zero"};
    return pool_call(view);
  }
};

class AveragePool2dS8EvenKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{
        "AveragePool2dS8Even", Op::average_pool_2d, KernelSet::generic, "generic/average_pool_2d_s8_even.hpp",
        "int8 or uint8, halves to the even distance from the zero point, as models of ONNX have it."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!halves_to_even(view)) return Refusal{"it rounds halves to even"};
    std::variant<KernelCall, Refusal> call = pool_call(view);
    if (auto* taken = std::get_if<KernelCall>(&call)) {
      const int32_t zero = view.input(0).quantization.zero_point();
      taken->geometry.append(ParityGeometry{zero % 2 != 0});
      taken->work.instructions += 4 * view.output().type.shape.elements();
    }
    return call;
  }
};

}  // namespace

const Kernel& average_pool_2d_f32_kernel() {
  static const PoolF32Kernel instance("AveragePool2dF32", Op::average_pool_2d);
  return instance;
}

const Kernel& average_pool_2d_s8_kernel() {
  static const AveragePool2dS8Kernel instance;
  return instance;
}

const Kernel& average_pool_2d_s8_even_kernel() {
  static const AveragePool2dS8EvenKernel instance;
  return instance;
}

}  // namespace burin
