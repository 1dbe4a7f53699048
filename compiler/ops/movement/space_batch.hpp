// SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND: the pixels of every phase of a grid as an image of its own, and
// back.
#pragma once

#include "ops/constraints.hpp"
#include "ops/movement/attributes.hpp"
#include "ops/movement/movement.hpp"
#include "ops/operator.hpp"

namespace burin {

class SpaceBatchOperator final : public Operator {
 public:
  SpaceBatchOperator(Op op, std::string_view tflite_name, std::string_view summary, bool to_batch)
      : facts_{.op = op,
               .tflite_name = tflite_name,
               .summary = summary,
               .minimum_inputs = 1,
               .maximum_inputs = 1,
               .minimum_outputs = 1,
               .maximum_outputs = 1},
        to_batch_(to_batch) {}
  const OperatorFacts& facts() const override { return facts_; }
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override;
  std::span<const Constraint> constraints() const override;
  // The declared shape: attributes leave open what lies behind the last row and column.
  std::vector<TensorType> infer(const NodeView& view) const override { return {view.output().type}; }
  void evaluate(const Evaluation& evaluation) const override;

 private:
  OperatorFacts facts_;
  bool to_batch_;
};

}  // namespace burin

namespace burin::space_batch {

struct Images {
  int32_t batches, height, width, channels;
};

inline Images images_of(const Tensor& tensor) {
  const Shape& shape = tensor.type.shape;
  return {shape[0], shape[1], shape.rank() == 4 ? shape[2] : 1, shape[-1]};
}

inline const SpaceBatchAttributes& attributes_of(const NodeView& view) {
  return view.attributes<SpaceBatchAttributes>();
}

// What is added, as each byte of every element: real zero.
inline int32_t padding_byte(const Tensor& output) {
  return byte_width(output.type.dtype) == 1 && output.quantization.present()
             ? output.quantization.zero_point()
             : 0;
}

}  // namespace burin::space_batch
