// Kernels of this family that are an instance of a class for many.
#include "kernels/generic/movement/joining.hpp"
#include "kernels/generic/movement/movement.hpp"
#include "kernels/generic/movement/reshaping.hpp"
#include "kernels/generic/movement/space_batch.hpp"

namespace burin {

const Kernel& batch_to_space_nd_kernel() {
  static const SpaceBatchKernel instance(Op::batch_to_space_nd, false);
  return instance;
}

const Kernel& broadcast_to_copy_kernel() {
  static const StridedCopyKernel instance(Op::broadcast_to);
  return instance;
}

const Kernel& concatenation_join_kernel() {
  static const JoinKernel instance(Op::concatenation);
  return instance;
}

const Kernel& depth_to_space_copy_kernel() {
  static const StridedCopyKernel instance(Op::depth_to_space);
  return instance;
}

const Kernel& expand_dims_copy_kernel() {
  static const CopyKernel instance(Op::expand_dims);
  return instance;
}

const Kernel& fill_copy_kernel() {
  static const StridedCopyKernel instance(Op::fill);
  return instance;
}

const Kernel& pack_join_kernel() {
  static const JoinKernel instance(Op::pack);
  return instance;
}

const Kernel& reshape_copy_kernel() {
  static const CopyKernel instance(Op::reshape);
  return instance;
}

const Kernel& reverse_v2_copy_kernel() {
  static const StridedCopyKernel instance(Op::reverse_v2);
  return instance;
}

const Kernel& slice_copy_kernel() {
  static const StridedCopyKernel instance(Op::slice);
  return instance;
}

const Kernel& space_to_batch_nd_kernel() {
  static const SpaceBatchKernel instance(Op::space_to_batch_nd, true);
  return instance;
}

const Kernel& space_to_depth_copy_kernel() {
  static const StridedCopyKernel instance(Op::space_to_depth);
  return instance;
}

const Kernel& split_separate_kernel() {
  static const SeparateKernel instance(Op::split);
  return instance;
}

const Kernel& split_v_separate_kernel() {
  static const SeparateKernel instance(Op::split_v);
  return instance;
}

const Kernel& squeeze_copy_kernel() {
  static const CopyKernel instance(Op::squeeze);
  return instance;
}

const Kernel& strided_slice_copy_kernel() {
  static const StridedCopyKernel instance(Op::strided_slice);
  return instance;
}

const Kernel& tile_copy_kernel() {
  static const StridedCopyKernel instance(Op::tile);
  return instance;
}

const Kernel& transpose_copy_kernel() {
  static const StridedCopyKernel instance(Op::transpose);
  return instance;
}

const Kernel& unpack_separate_kernel() {
  static const SeparateKernel instance(Op::unpack);
  return instance;
}

}  // namespace burin
