// SPLIT and SPLIT_V: neighboring parts of a tensor along one axis. The parts' lengths are the outputs'.
#pragma once

#include "ops/movement/joining.hpp"

namespace burin {

class SplitOperator : public SeparateOperator {
 public:
  std::span<const Constraint> constraints() const override;
  std::vector<TensorType> infer(const NodeView& view) const override;
};

}  // namespace burin
