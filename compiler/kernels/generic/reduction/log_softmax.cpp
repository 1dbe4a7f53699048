#include "ops/reduction/log_softmax.hpp"
#include "kernels/generic/reduction/exponentials.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"
#include "ops/reduction/exponentials.hpp"

namespace burin {

using namespace log_softmax;
namespace {

class LogSoftmaxS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"LogSoftmaxS8", Op::log_softmax, KernelSet::generic,
                                       "generic/log_softmax_s8.hpp",
                                       "Exponentials from a table of at most 1 KB."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (has_dtype(view.input(0), DType::f32)) return Refusal{"it computes int8"};
    const Factors factor = factors(view, context.rounding);
    const std::vector<int32_t> table = exponential_table(exponentials(factor.forth, context.rounding));
    const std::vector<int32_t> quantization = {factor.forth.multiplier, factor.forth.shift,
                                               factor.back.multiplier, factor.back.shift,
                                               -largest_difference(factor.forth)};
    KernelCall call;
    call.geometry =
        Geometry(RowsGeometry{.rows = static_cast<int32_t>(row_count(view)), .length = row_length(view)},
                 ExponentialsGeometry{.exponentials = static_cast<int32_t>(table.size())},
                 RoundingGeometry(context.rounding));
    const KernelArgument input = operand_argument(view, 0, "input", call);
    call.constants.push_back({"exponentials", ElementType::s32, Constant::of(table), 4});
    call.constants.push_back({"quantization", ElementType::s32, Constant::of(quantization), 4});
    const size_t count = call.constants.size();
    call.arguments = {input, ConstantArgument{count - 2}, ConstantArgument{count - 1}, OutputArgument{0}};
    allow_in_place(view, 0, call);
    call.work.instructions = 50 * view.input(0).type.shape.elements() + 900 * row_count(view);
    call.code_bytes = 900;
    return call;
  }
};

class LogSoftmaxF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"LogSoftmaxF32", Op::log_softmax, KernelSet::generic,
                                       "generic/softmax_f32.hpp",
                                       "One exponential of the C library an element."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!has_dtype(view.input(0), DType::f32)) return Refusal{"it computes float32"};
    KernelCall call;
    call.geometry =
        Geometry(RowsGeometry{.rows = static_cast<int32_t>(row_count(view)), .length = row_length(view)});
    call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}};
    allow_in_place(view, 0, call);
    const int64_t elements = view.input(0).type.shape.elements();
    call.work = {.instructions = 15 * elements,
                 .float_products = 2 * elements,
                 .float_functions = elements + row_count(view)};
    call.code_bytes = 200;
    return call;
  }
};

}  // namespace

const Kernel& log_softmax_f32_kernel() {
  static const LogSoftmaxF32Kernel instance;
  return instance;
}

const Kernel& log_softmax_s8_kernel() {
  static const LogSoftmaxS8Kernel instance;
  return instance;
}

}  // namespace burin
