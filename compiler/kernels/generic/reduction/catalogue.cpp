// Kernels of this family that are an instance of a class for many.
#include "kernels/generic/reduction/argument.hpp"
#include "kernels/generic/reduction/reduction.hpp"

namespace burin {

const Kernel& arg_max_kernel() {
  static const ArgumentKernel instance(Op::arg_max, true);
  return instance;
}

const Kernel& arg_min_kernel() {
  static const ArgumentKernel instance(Op::arg_min, false);
  return instance;
}

const Kernel& reduce_max_kernel() {
  static const ReductionKernel instance(Op::reduce_max, ReductionKind::maximum);
  return instance;
}

const Kernel& reduce_min_kernel() {
  static const ReductionKernel instance(Op::reduce_min, ReductionKind::minimum);
  return instance;
}

const Kernel& reduce_prod_kernel() {
  static const ReductionKernel instance(Op::reduce_prod, ReductionKind::product);
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
