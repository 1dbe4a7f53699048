// DEPTH_TO_SPACE: groups of channels become blocks of pixels.
#include "ops/movement/blocks.hpp"

namespace burin {

const Operator& depth_to_space_operator() {
  static const BlockOperator instance(Op::depth_to_space, "DEPTH_TO_SPACE",
                                      "Groups of channels as blocks of pixels.", false);
  return instance;
}

const Kernel& depth_to_space_copy_kernel() {
  static const StridedCopyKernel instance(Op::depth_to_space);
  return instance;
}

}  // namespace burin
