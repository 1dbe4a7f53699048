// TRANSPOSE: axis i of the output is axis permutation[i] of the input.
#include "ops/movement/attributes.hpp"
#include "ops/movement/movement.hpp"

namespace burin {
namespace {

bool is_permutation_of_axes(const NodeView& view) {
  std::vector<int32_t> sorted = view.attributes<TransposeAttributes>().permutation;
  std::ranges::sort(sorted);
  if (sorted.size() != view.input(0).type.shape.rank()) return false;
  for (size_t i = 0; i < sorted.size(); ++i)
    if (sorted[i] != static_cast<int32_t>(i)) return false;
  return true;
}

constexpr Constraint constraint_list[] = {
    {"input and output have the same type, and are not empty",
     [](const NodeView& v) {
       return v.input(0).type.dtype == v.output().type.dtype && v.input(0).type.shape.elements() > 0;
     }},
    {"the permutation names every axis once", is_permutation_of_axes, DiagnosticCode::E0303},
};

class Transpose final : public MovementOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::transpose,
                                         .tflite_name = "TRANSPOSE",
                                         .summary = "The same elements with their axes in another order.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }

  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<TransposeAttributes>(list, error);
  }

  std::span<const Constraint> constraints() const override { return constraint_list; }

  std::vector<TensorType> infer(const NodeView& view) const override {
    std::vector<int32_t> dims;
    for (const int32_t axis : view.attributes<TransposeAttributes>().permutation)
      dims.push_back(view.input(0).type.shape[axis]);
    return {{view.input(0).type.dtype, Shape(std::move(dims))}};
  }

  Movement movement(const NodeView& view) const override {
    const Shape& shape = view.input(0).type.shape;
    const std::vector<int64_t> strides = dense_strides(shape);
    Movement movement;
    for (const int32_t axis : view.attributes<TransposeAttributes>().permutation)
      movement.axes.push_back({shape[axis], strides[static_cast<size_t>(axis)]});
    return movement;
  }
};

}  // namespace

const Operator& transpose_operator() {
  static const Transpose instance;
  return instance;
}

}  // namespace burin
