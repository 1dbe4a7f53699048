// SPACE_TO_BATCH_ND: the pixels of every phase of a grid become an image of their own.
#include "ops/movement/space_batch.hpp"

namespace burin {

const Operator& space_to_batch_nd_operator() {
  static const SpaceBatchOperator instance(Op::space_to_batch_nd, "SPACE_TO_BATCH_ND",
                                           "Each phase of a grid as an image.", true);
  return instance;
}

const Kernel& space_to_batch_nd_kernel() {
  static const SpaceBatchKernel instance(Op::space_to_batch_nd, true);
  return instance;
}

}  // namespace burin
