// BATCH_TO_SPACE_ND: images become the phases of a grid.
#include "ops/movement/space_batch.hpp"

namespace burin {

const Operator& batch_to_space_nd_operator() {
  static const SpaceBatchOperator instance(Op::batch_to_space_nd, "BATCH_TO_SPACE_ND",
                                           "Images as the phases of a grid.", false);
  return instance;
}

const Kernel& batch_to_space_nd_kernel() {
  static const SpaceBatchKernel instance(Op::batch_to_space_nd, false);
  return instance;
}

}  // namespace burin
