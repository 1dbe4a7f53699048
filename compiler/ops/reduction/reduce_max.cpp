// REDUCE_MAX: the largest element along some of the dimensions.
#include "ops/reduction/reduction.hpp"

namespace burin {

const Operator& reduce_max_operator() {
  static const ReductionOperator instance(
      Op::reduce_max, "REDUCE_MAX", "The largest element along some dimensions.", ReductionKind::maximum);
  return instance;
}

const Kernel& reduce_max_kernel() {
  static const ReductionKernel instance(Op::reduce_max, ReductionKind::maximum);
  return instance;
}

}  // namespace burin
