// Operators on two tensors, element by element, with broadcasting: dimensions are aligned at the last one,
// and where one operand has 1 (or none), its element stands for the other's every element.
#pragma once

#include <optional>

#include "ops/constraints.hpp"
#include "ops/elementwise.hpp"

namespace burin {

// The shape that both operands broadcast to, where they do.
std::optional<Shape> broadcast_shape(const Shape& left, const Shape& right);
inline bool broadcasts(const NodeView& view) {
  return broadcast_shape(view.input(0).type.shape, view.input(1).type.shape).has_value();
}
inline constexpr std::string_view broadcasts_sentence =
    "the operands' dimensions are equal or 1, aligned at the last";

// Element of an operand that stands for element `index` of the output.
size_t broadcast_source(const Shape& output, const Shape& operand, size_t index);

// Fills what calls of kernels over `Broadcast` (runtime-stub/kernels/broadcast.hpp) have in common: geometry,
// in-place permissions, and as first arguments left, right, the axes where several are needed, output.
void describe_broadcast(const NodeView& view, KernelCall& call);

// What they share as operators: infer, and no attributes.
class BinaryOperator : public Operator {
 public:
  OperatorTraits traits() const override { return {.elementwise = true, .linear_time = true}; }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override;
  std::vector<TensorType> infer(const NodeView& view) const override;

 protected:
  // Calls compute(output index, left index, right index) for every element of the output.
  template <class Compute>
  static void for_each_pair(const NodeView& view, Compute compute) {
    const Shape& output = view.output().type.shape;
    for (size_t i = 0; i < static_cast<size_t>(output.elements()); ++i)
      compute(i, broadcast_source(output, view.input(0).type.shape, i),
              broadcast_source(output, view.input(1).type.shape, i));
  }
};

// A kernel of kernels/binary_f32.hpp or kernels/arithmetic_f32.hpp.
class BinaryF32Kernel final : public Kernel {
 public:
  BinaryF32Kernel(std::string_view name, Op op, std::string_view summary,
                  std::string_view header = "kernels/binary_f32.hpp")
      : facts_{name, op, KernelSet::generic, header, summary} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

// Unquantised int32 or int64: shapes, counts and indices.
inline bool is_plain_integer(const Tensor& tensor) {
  return has_dtype(tensor, DType::s32) || has_dtype(tensor, DType::s64);
}
// What an integer beyond the type of such a tensor wraps to, inside a fused activation's bounds.
int64_t plain_integer(uint64_t value, const NodeView& view);

// A kernel of kernels/binary_s32.hpp.
class BinaryS32Kernel final : public Kernel {
 public:
  BinaryS32Kernel(std::string_view name, Op op, std::string_view summary)
      : facts_{name, op, KernelSet::generic, "kernels/binary_s32.hpp", summary} {}
  const KernelFacts& facts() const override { return facts_; }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  KernelFacts facts_;
};

}  // namespace burin
