// ADD_N: the sum of any number of tensors of one shape.

#include "ops/constraints.hpp"
#include "ops/numerics.hpp"
#include "ops/shifted_terms.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"inputs and output are all int8 or all float32, and of one shape",
     [](const NodeView& v) {
       const DType dtype = v.output().type.dtype;
       for (size_t i = 0; i < v.node.inputs.size(); ++i)
         if (!v.has_input(i) || v.input(i).type != v.input(0).type || !has_dtype(v.input(i), dtype))
           return false;
       return (dtype == DType::s8 || dtype == DType::f32) && v.input(0).type.shape.elements() > 0;
     }},
    {"int8 is quantized per tensor, all inputs alike, and the output's scale is above 2^-19 of theirs",
     [](const NodeView& v) {
       if (has_dtype(v.output(), DType::f32)) return true;
       for (size_t i = 0; i < v.node.inputs.size(); ++i)
         if (!is_quantized_per_tensor(v.input(i)) || v.input(i).quantization != v.input(0).quantization)
           return false;
       return is_quantized_per_tensor(v.output()) && ShiftedTerms(v).sound();
     }},
};

class AddN final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::add_n,
                                         .tflite_name = "ADD_N",
                                         .summary = "Sum of any number of tensors.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 64,
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
    const NodeView& view = evaluation.view;
    const auto elements = static_cast<size_t>(evaluation.output().type.shape.elements());
    if (has_dtype(view.output(), DType::f32)) {
      for (size_t i = 0; i < elements; ++i) {
        float sum = 0;
        for (const Value* input : evaluation.inputs) sum += input->as<float>()[i];
        evaluation.output().as<float>()[i] = sum;
      }
      return;
    }
    const ShiftedTerms terms(view);
    for (size_t i = 0; i < elements; ++i) {
      int32_t sum = terms.start();
      for (const Value* input : evaluation.inputs) sum = wrapping_sum(sum, terms.term(input->integer(i)));
      evaluation.output().set_integer(i, terms.result(sum, evaluation.rounding));
    }
  }
};

}  // namespace

const Operator& add_n_operator() {
  static const AddN instance;
  return instance;
}

}  // namespace burin
