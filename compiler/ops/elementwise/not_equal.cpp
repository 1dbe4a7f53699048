// NOT_EQUAL: true where the operands differ.
#include "ops/elementwise/comparison.hpp"

namespace burin {

const Operator& not_equal_operator() {
  static const ComparisonOperator instance(Op::not_equal, "NOT_EQUAL", "Where two tensors differ.",
                                           Relation::not_equal);
  return instance;
}

const Kernel& not_equal_kernel() {
  static const ComparisonKernel instance(Op::not_equal, Relation::not_equal);
  return instance;
}

const Kernel& not_equal_scaled_kernel() {
  static const ScaledComparisonKernel instance(Op::not_equal, Relation::not_equal);
  return instance;
}

}  // namespace burin
