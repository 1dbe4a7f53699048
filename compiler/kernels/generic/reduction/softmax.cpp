#include "ops/reduction/softmax.hpp"
#include "kernels/generic/reduction/exponentials.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"
#include "ops/reduction/attributes.hpp"
#include "ops/reduction/exponentials.hpp"
#include "ops/reduction/softmax_s16.hpp"

namespace burin {

using namespace softmax;
namespace {

class SoftmaxS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"SoftmaxS8", Op::softmax, KernelSet::generic, "generic/softmax_s8.hpp",
                                       "Exponentials from a table of at most 1 KB."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (byte_width(view.input(0).type.dtype) != 1) return Refusal{"it computes 8-bit integers"};
    const std::vector<int32_t> table = exponential_table(exponentials_of(view, context.rounding));
    const int64_t elements = view.input(0).type.shape.elements();
    KernelCall call;
    call.geometry =
        Geometry(RowsGeometry{.rows = static_cast<int32_t>(row_count(view)), .length = row_length(view)},
                 ExponentialsGeometry{.exponentials = static_cast<int32_t>(table.size())});
    const KernelArgument input = operand_argument(view, 0, "input", call);
    call.constants.push_back({"exponentials", ElementType::s32, Constant::of(table), 4});
    call.arguments = {input, ConstantArgument{call.constants.size() - 1}, OutputArgument{0}};
    allow_in_place(view, 0, call);
    call.work = {.instructions = 35 * elements + 120 * row_count(view),
                 .requantizations = elements,
                 .divisions = row_count(view)};
    call.code_bytes = 400;
    return call;
  }
};

class SoftmaxS16Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"SoftmaxS16", Op::softmax, KernelSet::generic,
                                       "generic/softmax_s16.hpp", "int16, by two tables of 1 KB each."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!is_s16(view)) return Refusal{"it computes int16"};
    const FixedPointMultiplier factor = factor_of_s16(view);
    const int64_t elements = view.input(0).type.shape.elements();
    KernelCall call;
    call.geometry =
        Geometry(RowsGeometry{.rows = static_cast<int32_t>(row_count(view)), .length = row_length(view)},
                 FactorGeometry{.multiplier = factor.multiplier, .shift = factor.shift},
                 RoundingGeometry(context.rounding));
    call.arguments = {operand_argument(view, 0, "input", call)};
    for (const auto& [role, table] : {std::pair{"exponentials", exponential_interpolation()},
                                      std::pair{"reciprocals", reciprocal_interpolation()}}) {
      call.arguments.push_back(ConstantArgument{call.constants.size()});
      call.constants.push_back({role, ElementType::s16, Constant::of(std::span<const int16_t>(table)), 4});
    }
    call.arguments.push_back(OutputArgument{0});
    allow_in_place(view, 0, call);
    call.work = {.instructions = 40 * elements + 120 * row_count(view), .requantizations = elements};
    call.code_bytes = 300;
    return call;
  }
};

class SoftmaxF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"SoftmaxF32", Op::softmax, KernelSet::generic,
                                       "generic/softmax_f32.hpp",
                                       "One exponential of the C library an element."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!has_dtype(view.input(0), DType::f32)) return Refusal{"it computes float32"};
    KernelCall call;
    call.geometry =
        Geometry(RowsGeometry{.rows = static_cast<int32_t>(row_count(view)), .length = row_length(view)});
    call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0},
                      view.attributes<SoftmaxAttributes>().beta};
    allow_in_place(view, 0, call);
    const int64_t elements = view.input(0).type.shape.elements();
    call.work = {.instructions = 15 * elements, .float_products = 3 * elements, .float_functions = elements};
    call.code_bytes = 180;
    return call;
  }
};

}  // namespace

const Kernel& softmax_f32_kernel() {
  static const SoftmaxF32Kernel instance;
  return instance;
}

const Kernel& softmax_s16_kernel() {
  static const SoftmaxS16Kernel instance;
  return instance;
}

const Kernel& softmax_s8_kernel() {
  static const SoftmaxS8Kernel instance;
  return instance;
}

}  // namespace burin
