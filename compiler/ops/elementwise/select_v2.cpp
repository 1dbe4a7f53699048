// SELECT_V2: elements of one tensor where a condition holds, of another where it does not.
#include "ops/elementwise/selection.hpp"

namespace burin {

const Operator& select_v2_operator() {
  static const SelectOperator instance(Op::select_v2, "SELECT_V2");
  return instance;
}

const Kernel& select_v2_kernel() {
  static const SelectKernel instance(Op::select_v2);
  return instance;
}

}  // namespace burin
