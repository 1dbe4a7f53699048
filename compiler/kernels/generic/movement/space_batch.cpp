#include "kernels/generic/movement/space_batch.hpp"

#include "kernels/generic/movement/movement.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"
#include "ops/movement/movement.hpp"

namespace burin {

using namespace space_batch;

std::variant<KernelCall, Refusal> SpaceBatchKernel::lower(const NodeView& view,
                                                          const LoweringContext&) const {
  const Images from = images_of(view.input(0));
  const Images to = images_of(view.output());
  const SpaceBatchAttributes& a = attributes_of(view);
  KernelCall call;
  call.geometry = {{"input_batches", from.batches},
                   {"input_height", from.height},
                   {"input_width", from.width},
                   {"output_batches", to.batches},
                   {"output_height", to.height},
                   {"output_width", to.width},
                   {"block_height", a.block_height},
                   {"block_width", a.block_width},
                   {"top", a.top},
                   {"left", a.left},
                   {"pixel_bytes", to.channels * byte_width(view.output().type.dtype)},
                   {"padding", padding_byte(view.output())}};
  call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}};
  call.work.instructions =
      60 + view.output().type.bytes() + 40 * view.output().type.shape.elements() / to.channels;
  call.code_bytes = 200;
  return call;
}

}  // namespace burin
