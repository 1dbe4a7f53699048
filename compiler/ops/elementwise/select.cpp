// SELECT: elements of one tensor where a condition holds, of another where it does not.
#include "ops/elementwise/selection.hpp"

namespace burin {

const Operator& select_operator() {
  static const SelectOperator instance(Op::select, "SELECT");
  return instance;
}

const Kernel& select_kernel() {
  static const SelectKernel instance(Op::select);
  return instance;
}

}  // namespace burin
