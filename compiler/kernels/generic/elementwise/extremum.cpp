#include "kernels/generic/elementwise/extremum.hpp"

#include "kernels/generic/elementwise/binary.hpp"

namespace burin {

std::variant<KernelCall, Refusal> ExtremumKernel::lower(const NodeView& view, const LoweringContext&) const {
  for (size_t i = 0; i < 2; ++i)
    if (view.input(i).is_constant() && has_dtype(view.input(i), DType::s64))
      return Refusal{"an int64 operand is computed"};
  KernelCall call;
  describe_broadcast(view, call);
  call.work.instructions = 30 + 10 * view.output().type.shape.elements();
  call.code_bytes = 80;
  return call;
}

}  // namespace burin
