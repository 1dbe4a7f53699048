// LOGICAL_OR: true where one operand is true, or both.
#include "ops/elementwise/comparison.hpp"

namespace burin {

const Operator& logical_or_operator() {
  static const ComparisonOperator instance(Op::logical_or, "LOGICAL_OR",
                                           "Where one of two tensors of booleans is true, or both.",
                                           Relation::either);
  return instance;
}

const Kernel& logical_or_kernel() {
  static const ComparisonKernel instance(Op::logical_or, Relation::either);
  return instance;
}

}  // namespace burin
