// L2_NORMALIZATION: the last dimension's elements over their length, as a vector, of at least 1e-6 squared.
#include "kernels/l2_normalization.hpp"

#include <cmath>

#include "ops/elementwise/unary.hpp"

namespace burin {
namespace {

constexpr float least_square = 1e-6f;

constexpr Constraint constraint_list[] = {
    {"input and output are float32, of rank 1 or more and not empty",
     [](const NodeView& v) {
       return has_dtype(v.input(0), DType::f32) && has_dtype(v.output(), DType::f32) &&
              v.input(0).type.shape.rank() > 0 && v.input(0).type.shape.elements() > 0;
     }},
};

class L2Normalization final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::l2_normalization,
                                         .tflite_name = "L2_NORMALIZATION",
                                         .summary = "Vectors along the last dimension, of length 1.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
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
    const auto length = static_cast<size_t>(evaluation.view.input(0).type.shape[-1]);
    const auto input = evaluation.input(0).as<float>();
    const auto output = evaluation.output().as<float>();
    for (size_t begin = 0; begin < input.size(); begin += length) {
      float square = 0;
      for (size_t i = 0; i < length; ++i) square += input[begin + i] * input[begin + i];
      const float norm = std::sqrt(std::max(square, least_square));
      for (size_t i = 0; i < length; ++i) output[begin + i] = input[begin + i] / norm;
    }
  }
};

class L2NormalizationKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"L2NormalizationF32", Op::l2_normalization, KernelSet::generic,
                                       "kernels/l2_normalization.hpp",
                                       "One product and one quotient an element."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    const Shape& shape = view.input(0).type.shape;
    KernelCall call;
    call.geometry = {{"rows", static_cast<int32_t>(shape.elements() / shape[-1])}, {"length", shape[-1]}};
    call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}, least_square};
    allow_in_place(view, 0, call);
    call.stack_bytes = 48;
    call.work = {.instructions = 60 + 18 * shape.elements(), .float_products = 2 * shape.elements()};
    call.code_bytes = 160;
    return call;
  }
};

}  // namespace

const Operator& l2_normalization_operator() {
  static const L2Normalization instance;
  return instance;
}

const Kernel& l2_normalization_f32_kernel() {
  static const L2NormalizationKernel instance;
  return instance;
}

}  // namespace burin
