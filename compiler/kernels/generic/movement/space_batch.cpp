#include "kernels/generic/movement/space_batch.hpp"

#include "kernels/generic/movement/movement.hpp"
#include "kernels/geometry.hpp"
#include "kernels/operands.hpp"
#include "ops/constraints.hpp"

namespace burin {

using namespace space_batch;

namespace {

struct SpaceBatchGeometry {
  int32_t input_batches;
  int32_t input_height;
  int32_t input_width;
  int32_t output_batches;
  int32_t output_height;
  int32_t output_width;
  int32_t block_height;
  int32_t block_width;
  int32_t top;
  int32_t left;
  int32_t pixel_bytes;
  int32_t padding;

  template <class Visit>
  void fields(Visit visit) const {
    visit("input_batches", input_batches);
    visit("input_height", input_height);
    visit("input_width", input_width);
    visit("output_batches", output_batches);
    visit("output_height", output_height);
    visit("output_width", output_width);
    visit("block_height", block_height);
    visit("block_width", block_width);
    visit("top", top);
    visit("left", left);
    visit("pixel_bytes", pixel_bytes);
    visit("padding", padding);
  }
};

}  // namespace

std::variant<KernelCall, Refusal> SpaceBatchKernel::lower(const NodeView& view,
                                                          const LoweringContext&) const {
  const Images from = images_of(view.input(0));
  const Images to = images_of(view.output());
  const SpaceBatchAttributes& a = attributes_of(view);
  KernelCall call;
  call.geometry =
      Geometry(SpaceBatchGeometry{.input_batches = from.batches,
                                  .input_height = from.height,
                                  .input_width = from.width,
                                  .output_batches = to.batches,
                                  .output_height = to.height,
                                  .output_width = to.width,
                                  .block_height = a.block_height,
                                  .block_width = a.block_width,
                                  .top = a.top,
                                  .left = a.left,
                                  .pixel_bytes = to.channels * byte_width(view.output().type.dtype),
                                  .padding = padding_byte(view.output())});
  call.arguments = {operand_argument(view, 0, "input", call), OutputArgument{0}};
  call.work.instructions =
      60 + view.output().type.bytes() + 40 * view.output().type.shape.elements() / to.channels;
  call.code_bytes = 200;
  return call;
}

}  // namespace burin
