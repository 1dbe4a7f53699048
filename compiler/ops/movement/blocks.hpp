// DEPTH_TO_SPACE and SPACE_TO_DEPTH: square blocks of pixels against neighboring groups of channels.
#pragma once

#include "ops/movement/attributes.hpp"
#include "ops/movement/rearrangement.hpp"

namespace burin {

// `to_depth`: from small pixels to deep ones, else the other way round.
class BlockOperator final : public RearrangingOperator {
 public:
  BlockOperator(Op op, std::string_view tflite_name, std::string_view summary, bool to_depth)
      : RearrangingOperator(op, tflite_name, summary), to_depth_(to_depth) {}
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<BlockAttributes>(list, error);
  }
  std::span<const Constraint> constraints() const override;
  std::vector<TensorType> infer(const NodeView& view) const override;
  Movement movement(const NodeView& view) const override;

 private:
  bool to_depth_;
};

}  // namespace burin
