// REDUCE_PROD: the product over some of the dimensions.
#include "ops/reduction/reduction.hpp"

namespace burin {

const Operator& reduce_prod_operator() {
  static const ReductionOperator instance(Op::reduce_prod, "REDUCE_PROD",
                                          "Products over some of the dimensions.", ReductionKind::product);
  return instance;
}

const Kernel& reduce_prod_kernel() {
  static const ReductionKernel instance(Op::reduce_prod, ReductionKind::product);
  return instance;
}

}  // namespace burin
