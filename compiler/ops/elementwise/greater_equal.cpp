// GREATER_EQUAL: true where the left operand is not less.
#include "ops/elementwise/comparison.hpp"

namespace burin {

const Operator& greater_equal_operator() {
  static const ComparisonOperator instance(Op::greater_equal, "GREATER_EQUAL",
                                           "Where the left tensor is greater or equal.",
                                           Relation::greater_equal);
  return instance;
}

const Kernel& greater_equal_kernel() {
  static const ComparisonKernel instance(Op::greater_equal, Relation::greater_equal);
  return instance;
}

const Kernel& greater_equal_scaled_kernel() {
  static const ScaledComparisonKernel instance(Op::greater_equal, Relation::greater_equal);
  return instance;
}

}  // namespace burin
