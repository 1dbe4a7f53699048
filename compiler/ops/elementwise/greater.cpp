// GREATER: true where the left operand is greater.
#include "ops/elementwise/comparison.hpp"

namespace burin {

const Operator& greater_operator() {
  static const ComparisonOperator instance(Op::greater, "GREATER", "Where the left tensor is greater.",
                                           Relation::greater);
  return instance;
}

const Kernel& greater_kernel() {
  static const ComparisonKernel instance(Op::greater, Relation::greater);
  return instance;
}

const Kernel& greater_scaled_kernel() {
  static const ScaledComparisonKernel instance(Op::greater, Relation::greater);
  return instance;
}

}  // namespace burin
