// ARG_MAX: where along one dimension the largest element stands.
#include "ops/reduction/argument.hpp"

namespace burin {

const Operator& arg_max_operator() {
  static const ArgumentOperator instance(Op::arg_max, "ARG_MAX",
                                         "The place of the largest element along a dimension.", true);
  return instance;
}

const Kernel& arg_max_kernel() {
  static const ArgumentKernel instance(Op::arg_max, true);
  return instance;
}

}  // namespace burin
