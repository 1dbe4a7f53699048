// RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR: images of another height and width.
#pragma once

#include "ops/movement/attributes.hpp"
#include "ops/operator.hpp"

namespace burin {

class ResizeOperator : public Operator {
 public:
  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override;
  std::vector<TensorType> infer(const NodeView& view) const override;
};

bool is_resizing(const NodeView& view);
inline constexpr std::string_view resizing_sentence =
    "input and output are images of rank 4, of as many batches and channels, with sides of 1 to 32767";

}  // namespace burin
