#include "kernels/generic/reduction/argument.hpp"

#include "kernels/generic/movement/movement.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"
#include "ops/movement/movement.hpp"

namespace burin {

using namespace argument;

std::variant<KernelCall, Refusal> ArgumentKernel::lower(const NodeView& view, const LoweringContext&) const {
  const ArgumentExtents e = extents_of(view);
  KernelCall call;
  call.geometry = {{"outer", static_cast<int32_t>(e.outer)},
                   {"length", static_cast<int32_t>(e.length)},
                   {"inner", static_cast<int32_t>(e.inner)},
                   {"greater", greater_ ? 1 : 0}};
  call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}};
  call.work.instructions = 40 + 9 * e.outer * e.length * e.inner;
  call.code_bytes = 100;
  return call;
}

}  // namespace burin
