// EQUAL: true where both operands are equal.
#include "ops/elementwise/comparison.hpp"

namespace burin {

const Operator& equal_operator() {
  static const ComparisonOperator instance(Op::equal, "EQUAL", "Where two tensors are equal.",
                                           Relation::equal);
  return instance;
}

const Kernel& equal_kernel() {
  static const ComparisonKernel instance(Op::equal, Relation::equal);
  return instance;
}

const Kernel& equal_scaled_kernel() {
  static const ScaledComparisonKernel instance(Op::equal, Relation::equal);
  return instance;
}

}  // namespace burin
