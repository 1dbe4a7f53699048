// REDUCE_MIN: the smallest element along some of the dimensions.
#include "ops/reduction/reduction.hpp"

namespace burin {

const Operator& reduce_min_operator() {
  static const ReductionOperator instance(
      Op::reduce_min, "REDUCE_MIN", "The smallest element along some dimensions.", ReductionKind::minimum);
  return instance;
}

const Kernel& reduce_min_kernel() {
  static const ReductionKernel instance(Op::reduce_min, ReductionKind::minimum);
  return instance;
}

}  // namespace burin
