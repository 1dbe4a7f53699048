#include "ops/reduction/l2_normalization.hpp"
#include "kernels/generic/elementwise/unary.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/elementwise/unary.hpp"

namespace burin {

using namespace l2_normalization;
namespace {

struct ZeroPointGeometry {
  int32_t input_zero_point;

  template <class Visit>
  void fields(Visit visit) const {
    visit("input_zero_point", input_zero_point);
  }
};

class L2NormalizationS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"L2NormalizationS8", Op::l2_normalization, KernelSet::generic,
                                       "generic/l2_normalization_s8.hpp",
                                       "int8, one product and one requantization an element."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!has_dtype(view.input(0), DType::s8)) return Refusal{"it computes int8"};
    const Shape& shape = view.input(0).type.shape;
    const int64_t rows = shape.elements() / shape[-1];
    KernelCall call;
    call.geometry = Geometry(RowsGeometry{.rows = static_cast<int32_t>(rows), .length = shape[-1]},
                             ZeroPointGeometry{.input_zero_point = view.input(0).quantization.zero_point()},
                             RoundingGeometry(context.rounding));
    call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}};
    allow_in_place(view, 0, call);
    call.work = {.instructions = 150 * rows + 16 * shape.elements(), .requantizations = shape.elements()};
    call.code_bytes = 260;
    return call;
  }
};

class L2NormalizationKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"L2NormalizationF32", Op::l2_normalization, KernelSet::generic,
                                       "generic/l2_normalization.hpp",
                                       "One product and one quotient an element."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!has_dtype(view.input(0), DType::f32)) return Refusal{"it computes float32"};
    const Shape& shape = view.input(0).type.shape;
    KernelCall call;
    call.geometry = Geometry(
        RowsGeometry{.rows = static_cast<int32_t>(shape.elements() / shape[-1]), .length = shape[-1]});
    call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}, least_length};
    allow_in_place(view, 0, call);
    call.work = {.instructions = 60 + 18 * shape.elements(), .float_products = 2 * shape.elements()};
    call.code_bytes = 160;
    return call;
  }
};

}  // namespace

const Kernel& l2_normalization_f32_kernel() {
  static const L2NormalizationKernel instance;
  return instance;
}

const Kernel& l2_normalization_s8_kernel() {
  static const L2NormalizationS8Kernel instance;
  return instance;
}

}  // namespace burin
