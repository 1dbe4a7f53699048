// SPACE_TO_DEPTH: blocks of pixels become groups of channels.
#include "ops/movement/blocks.hpp"

namespace burin {

const Operator& space_to_depth_operator() {
  static const BlockOperator instance(Op::space_to_depth, "SPACE_TO_DEPTH",
                                      "Blocks of pixels as groups of channels.", true);
  return instance;
}

const Kernel& space_to_depth_copy_kernel() {
  static const StridedCopyKernel instance(Op::space_to_depth);
  return instance;
}

}  // namespace burin
