#include "kernels/generic/movement/reshaping.hpp"

#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"

namespace burin {

std::variant<KernelCall, Refusal> CopyKernel::lower(const NodeView& view, const LoweringContext&) const {
  KernelCall call;
  const int64_t bytes = view.output().type.bytes();
  call.geometry = Geometry(BytesGeometry{.bytes = static_cast<int32_t>(bytes)});
  const KernelArgument input = operand_argument(view, 0, "input", call);
  call.arguments = {input, OutputArgument{0}};
  allow_in_place(view, 0, call);
  call.work.instructions = 30 + bytes;
  call.code_bytes = 24;
  return call;
}

}  // namespace burin
