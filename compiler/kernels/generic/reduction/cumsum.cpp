#include "ops/reduction/cumsum.hpp"
#include "kernels/generic/shifted_terms.hpp"
#include "kernels/geometry.hpp"
#include "kernels/kernel.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"
#include "ops/reduction/attributes.hpp"

namespace burin {

using namespace cumsum;
namespace {

struct CumulativeSumGeometry {
  int32_t outer;
  int32_t depth;
  int32_t inner;
  bool exclusive;
  bool reverse;

  template <class Visit>
  void fields(Visit visit) const {
    visit("outer", outer);
    visit("depth", depth);
    visit("inner", inner);
    visit("exclusive", exclusive);
    visit("reverse", reverse);
  }
};

KernelCall cumsum_call(const NodeView& view) {
  const Extents e = extents_of(view);
  KernelCall call;
  call.geometry = Geometry(CumulativeSumGeometry{.outer = static_cast<int32_t>(e.outer),
                                                 .depth = static_cast<int32_t>(e.depth),
                                                 .inner = static_cast<int32_t>(e.inner),
                                                 .exclusive = attributes_of(view).exclusive,
                                                 .reverse = attributes_of(view).reverse});
  call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}};
  allow_in_place(view, 0, call);
  call.code_bytes = 120;
  call.work.instructions = 60 + 12 * view.output().type.shape.elements();
  return call;
}

class CumsumKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"CumulativeSum", Op::cumsum, KernelSet::generic,
                                       "generic/cumulative_sum.hpp", "One addition an element."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (has_dtype(view.output(), DType::s8)) return Refusal{"it computes float32 and int32"};
    return cumsum_call(view);
  }
};

class CumsumS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"CumulativeSumS8", Op::cumsum, KernelSet::generic,
                                       "generic/cumulative_sum.hpp",
                                       "One addition and one requantization an element."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!has_dtype(view.output(), DType::s8)) return Refusal{"it computes int8"};
    KernelCall call = cumsum_call(view);
    append_shifted_terms(ShiftedTerms(view), context.rounding, call);
    call.work.requantizations = view.output().type.shape.elements();
    call.code_bytes = 180;
    return call;
  }
};

}  // namespace

const Kernel& cumsum_kernel() {
  static const CumsumKernel instance;
  return instance;
}

const Kernel& cumsum_s8_kernel() {
  static const CumsumS8Kernel instance;
  return instance;
}

}  // namespace burin
