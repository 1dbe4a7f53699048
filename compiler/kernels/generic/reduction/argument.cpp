#include "kernels/generic/reduction/argument.hpp"

#include "kernels/generic/movement/movement.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"

namespace burin {

using namespace argument;

namespace {

struct ArgumentGeometry {
  int32_t outer;
  int32_t length;
  int32_t inner;
  bool greater;

  template <class Visit>
  void fields(Visit visit) const {
    visit("outer", outer);
    visit("length", length);
    visit("inner", inner);
    visit("greater", greater);
  }
};

}  // namespace

std::variant<KernelCall, Refusal> ArgumentKernel::lower(const NodeView& view, const LoweringContext&) const {
  const ArgumentExtents e = extents_of(view);
  KernelCall call;
  call.geometry = Geometry(ArgumentGeometry{.outer = static_cast<int32_t>(e.outer),
                                            .length = static_cast<int32_t>(e.length),
                                            .inner = static_cast<int32_t>(e.inner),
                                            .greater = greater_});
  call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}};
  call.work.instructions = 40 + 9 * e.outer * e.length * e.inner;
  call.code_bytes = 100;
  return call;
}

}  // namespace burin
