#include "kernels/generic/movement/resizing.hpp"

namespace burin {

ResizeGeometry resize_geometry(const NodeView& view) {
  const Shape& from = view.input(0).type.shape;
  const Shape& to = view.output().type.shape;
  return {.batches = from[0],
          .channels = from[3],
          .input_height = from[1],
          .input_width = from[2],
          .output_height = to[1],
          .output_width = to[2]};
}

}  // namespace burin
