// Kernels of this family that are an instance of a class for many.
#include "kernels/arm_dsp/elementwise/sum.hpp"

namespace burin {

const Kernel& add_s8_proved_kernel() {
  static const SumProvedKernel instance(Op::add, 1);
  return instance;
}

const Kernel& sub_s8_proved_kernel() {
  static const SumProvedKernel instance(Op::sub, -1);
  return instance;
}

}  // namespace burin
