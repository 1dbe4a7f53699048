// LESS_EQUAL: true where the left operand is not greater.
#include "ops/elementwise/comparison.hpp"

namespace burin {

const Operator& less_equal_operator() {
  static const ComparisonOperator instance(Op::less_equal, "LESS_EQUAL",
                                           "Where the left tensor is less or equal.", Relation::less_equal);
  return instance;
}

const Kernel& less_equal_kernel() {
  static const ComparisonKernel instance(Op::less_equal, Relation::less_equal);
  return instance;
}

const Kernel& less_equal_scaled_kernel() {
  static const ScaledComparisonKernel instance(Op::less_equal, Relation::less_equal);
  return instance;
}

}  // namespace burin
