// DYNAMIC_UPDATE_SLICE: a tensor with a part replaced, at a place that an operand says. The place is moved
// where the part would not lie within the tensor.

#include "ops/constraints.hpp"
#include "ops/movement/movement.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"operand, update and output have the same type, and the places are int32 or int64",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       return has_dtype(v.input(0), dtype) && has_dtype(v.input(1), dtype) &&
              (has_dtype(v.input(2), DType::s32) || has_dtype(v.input(2), DType::s64));
     }},
    {"operand and update have the same rank, 1 or more, and the update is not empty and no larger",
     [](const NodeView& v) {
       const Shape& operand = v.input(0).type.shape;
       const Shape& update = v.input(1).type.shape;
       if (operand.rank() == 0 || operand.rank() != update.rank() || update.elements() == 0) return false;
       for (size_t i = 0; i < operand.rank(); ++i)
         if (update.dims()[i] > operand.dims()[i]) return false;
       return true;
     }},
    {"there is a place for each dimension",
     [](const NodeView& v) {
       return v.input(2).type.shape.elements() == static_cast<int64_t>(v.input(0).type.shape.rank());
     }},
};

class DynamicUpdateSlice final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::dynamic_update_slice,
                                         .tflite_name = "DYNAMIC_UPDATE_SLICE",
                                         .summary = "A tensor with a part replaced, where an operand says.",
                                         .minimum_inputs = 3,
                                         .maximum_inputs = 3,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<NoAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }
  std::vector<TensorType> infer(const NodeView& view) const override { return {view.input(0).type}; }

  void evaluate(const Evaluation& evaluation) const override {
    const Shape& operand = evaluation.view.input(0).type.shape;
    const Shape& update = evaluation.view.input(1).type.shape;
    const auto width = static_cast<size_t>(byte_width(evaluation.output().type.dtype));
    evaluation.output().bytes = evaluation.input(0).bytes;
    for (size_t element = 0; element < static_cast<size_t>(update.elements()); ++element) {
      size_t rest = element;
      size_t target = 0;
      size_t stride = 1;
      for (size_t axis = operand.rank(); axis-- > 0;) {
        const auto extent = static_cast<size_t>(update.dims()[axis]);
        const int64_t start = std::clamp<int64_t>(evaluation.input(2).integer(axis), 0,
                                                  operand.dims()[axis] - update.dims()[axis]);
        target += (static_cast<size_t>(start) + rest % extent) * stride;
        rest /= extent;
        stride *= static_cast<size_t>(operand.dims()[axis]);
      }
      std::memcpy(&evaluation.output().bytes.at(target * width),
                  &evaluation.input(1).bytes.at(element * width), width);
    }
  }
};

}  // namespace

const Operator& dynamic_update_slice_operator() {
  static const DynamicUpdateSlice instance;
  return instance;
}

}  // namespace burin
