// LESS: true where the left operand is less.
#include "ops/elementwise/comparison.hpp"

namespace burin {

const Operator& less_operator() {
  static const ComparisonOperator instance(Op::less, "LESS", "Where the left tensor is less.",
                                           Relation::less);
  return instance;
}

const Kernel& less_kernel() {
  static const ComparisonKernel instance(Op::less, Relation::less);
  return instance;
}

const Kernel& less_scaled_kernel() {
  static const ScaledComparisonKernel instance(Op::less, Relation::less);
  return instance;
}

}  // namespace burin
