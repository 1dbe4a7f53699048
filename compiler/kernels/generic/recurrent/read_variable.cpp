#include "kernels/generic/movement/reshaping.hpp"

namespace burin {

const Kernel& read_variable_copy_kernel() {
  static const CopyKernel instance(Op::read_variable);
  return instance;
}

}  // namespace burin
