// SUM: the sum over some of the dimensions.
#include "ops/reduction/reduction.hpp"

namespace burin {

const Operator& sum_operator() {
  static const ReductionOperator instance(Op::sum, "SUM", "Sums over some of the dimensions.",
                                          ReductionKind::sum);
  return instance;
}

const Kernel& sum_kernel() {
  static const ReductionKernel instance(Op::sum, ReductionKind::sum);
  return instance;
}

const Kernel& sum_quantized_kernel() {
  static const QuantizedSumKernel instance;
  return instance;
}

}  // namespace burin
