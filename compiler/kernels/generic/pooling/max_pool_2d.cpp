#include "kernels/generic/pooling/pool.hpp"

namespace burin {
namespace {

class MaxPool2dS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"MaxPool2dS8", Op::max_pool_2d, KernelSet::generic,
                                       "generic/max_pool_2d_s8.hpp",
                                       "Integers, one element of the output after the other."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    return pool_call(view);
  }
};

}  // namespace

const Kernel& max_pool_2d_f32_kernel() {
  static const PoolF32Kernel instance("MaxPool2dF32", Op::max_pool_2d);
  return instance;
}

const Kernel& max_pool_2d_s8_kernel() {
  static const MaxPool2dS8Kernel instance;
  return instance;
}

}  // namespace burin
