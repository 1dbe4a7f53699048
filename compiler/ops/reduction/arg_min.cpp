// ARG_MIN: where along one dimension the smallest element stands.
#include "ops/reduction/argument.hpp"

namespace burin {

const Operator& arg_min_operator() {
  static const ArgumentOperator instance(Op::arg_min, "ARG_MIN",
                                         "The place of the smallest element along a dimension.", false);
  return instance;
}

const Kernel& arg_min_kernel() {
  static const ArgumentKernel instance(Op::arg_min, false);
  return instance;
}

}  // namespace burin
