// DEQUANTIZE: output = scale * (input - zero point), in float32.
#include "ops/elementwise/unary.hpp"

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"int8, uint8 and int16 become float32",
     [](const NodeView& v) {
       const DType from = v.input(0).type.dtype;
       return (from == DType::s8 || from == DType::u8 || from == DType::s16) &&
              has_dtype(v.output(), DType::f32);
     }},
    {"the input is quantized per tensor, or if constant along an axis",
     [](const NodeView& v) {
       const Tensor& input = v.input(0);
       const Quantization& q = input.quantization;
       const auto axis = static_cast<size_t>(q.axis);
       return is_quantized_per_tensor(input) ||
              (q.present() && input.is_constant() && axis < input.type.shape.rank() &&
               input.type.shape.dims()[axis] == static_cast<int64_t>(q.scales.size()));
     }},
};

class Dequantize final : public UnaryOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::dequantize,
                                         .tflite_name = "DEQUANTIZE",
                                         .summary = "The real numbers that quantized ones stand for.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

  void evaluate(const Evaluation& evaluation) const override {
    const Tensor& input = evaluation.view.input(0);
    const Quantization& q = input.quantization;
    const Shape& shape = input.type.shape;
    // Elements from one slice along the axis to the next.
    const int64_t step = q.per_tensor() ? 1 : shape.elements(static_cast<size_t>(q.axis) + 1, shape.rank());
    const auto slices = static_cast<int64_t>(q.scales.size());
    for (int64_t i = 0; i < shape.elements(); ++i) {
      const auto slice = static_cast<size_t>(i / step % slices);
      const auto element = static_cast<size_t>(i);
      const int64_t offset = evaluation.input(0).integer(element) - q.zero_point(slice);
      evaluation.output().as<float>()[element] =
          static_cast<float>(static_cast<double>(q.scale(slice)) * static_cast<double>(offset));
    }
  }

 protected:
  IntegerFunction integer_function(const NodeView&, Rounding) const override {
    internal_error("DEQUANTIZE has no integer output", __FILE__, __LINE__);
  }
  RealFunction real_function(const NodeView&) const override {
    internal_error("DEQUANTIZE has no float32 input", __FILE__, __LINE__);
  }
};

}  // namespace

const Operator& dequantize_operator() {
  static const Dequantize instance;
  return instance;
}

}  // namespace burin
