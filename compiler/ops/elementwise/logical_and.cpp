// LOGICAL_AND: true where both operands are true.
#include "ops/elementwise/comparison.hpp"

namespace burin {

const Operator& logical_and_operator() {
  static const ComparisonOperator instance(Op::logical_and, "LOGICAL_AND",
                                           "Where two tensors of booleans are both true.", Relation::both);
  return instance;
}

const Kernel& logical_and_kernel() {
  static const ComparisonKernel instance(Op::logical_and, Relation::both);
  return instance;
}

}  // namespace burin
