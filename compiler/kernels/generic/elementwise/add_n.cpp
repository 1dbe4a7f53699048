#include "kernels/generic/shifted_terms.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"

namespace burin {
namespace {

class AddNKernel final : public Kernel {
 public:
  explicit AddNKernel(bool real) : real_(real) {}
  const KernelFacts& facts() const override {
    static constexpr KernelFacts f32{"AddNF32", Op::add_n, KernelSet::generic, "generic/add_n.hpp",
                                     "One addition a term."};
    static constexpr KernelFacts s8{"AddNS8", Op::add_n, KernelSet::generic, "generic/add_n.hpp",
                                    "One addition a term, one requantization an element."};
    return real_ ? f32 : s8;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (has_dtype(view.output(), DType::f32) != real_)
      return Refusal{real_ ? "it computes float32" : "it computes int8"};
    const int64_t elements = view.output().type.shape.elements();
    const auto terms = static_cast<int64_t>(view.node.inputs.size());
    KernelCall call;
    call.geometry = Geometry(ElementsGeometry{.elements = static_cast<int32_t>(elements)});
    if (!real_) append_shifted_terms(ShiftedTerms(view), context.rounding, call);
    call.arguments = {OutputArgument{0}};
    for (size_t i = 0; i < view.node.inputs.size(); ++i) {
      call.arguments.push_back(operand_argument(view, i, "term" + std::to_string(i), call));
      allow_in_place(view, i, call);
    }
    call.work = {.instructions = 30 + elements * (10 + 6 * terms),
                 .requantizations = real_ ? 0 : elements,
                 .float_products = real_ ? elements * terms : 0};
    call.code_bytes = 80 + 12 * static_cast<int32_t>(terms);
    return call;
  }

 private:
  bool real_;
};

}  // namespace

const Kernel& add_n_f32_kernel() {
  static const AddNKernel instance(true);
  return instance;
}

const Kernel& add_n_s8_kernel() {
  static const AddNKernel instance(false);
  return instance;
}

}  // namespace burin
