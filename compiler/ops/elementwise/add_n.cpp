// ADD_N: the sum of any number of tensors of one shape.
#include "kernels/add_n.hpp"

#include "ops/constraints.hpp"
#include "ops/elementwise.hpp"
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

class AddNKernel final : public Kernel {
 public:
  explicit AddNKernel(bool real) : real_(real) {}
  const KernelFacts& facts() const override {
    static constexpr KernelFacts f32{"AddNF32", Op::add_n, KernelSet::generic, "kernels/add_n.hpp",
                                     "One addition a term."};
    static constexpr KernelFacts s8{"AddNS8", Op::add_n, KernelSet::generic, "kernels/add_n.hpp",
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
    call.geometry = {{"elements", static_cast<int32_t>(elements)}};
    if (!real_) ShiftedTerms(view).append_geometry(context.rounding, call);
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

const Operator& add_n_operator() {
  static const AddN instance;
  return instance;
}

const Kernel& add_n_f32_kernel() {
  static const AddNKernel instance(true);
  return instance;
}

const Kernel& add_n_s8_kernel() {
  static const AddNKernel instance(false);
  return instance;
}

}  // namespace burin
