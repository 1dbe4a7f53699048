#include "ops/movement/blocks.hpp"

namespace burin {
namespace {

int32_t block_of(const NodeView& view) {
  return view.attributes<BlockAttributes>().block_size;
}

constexpr Constraint common[] = {
    {keeps_type_sentence, keeps_type},
    {"input and output are of rank 4, and the block's side is 1 to 255",
     [](const NodeView& v) {
       return v.input(0).type.shape.rank() == 4 && v.output().type.shape.rank() == 4 && block_of(v) >= 1 &&
              block_of(v) <= 255;
     }},
};
constexpr Constraint to_depth_list[] = {
    common[0],
    common[1],
    {"the block's side divides height and width",
     [](const NodeView& v) {
       const Shape& shape = v.input(0).type.shape;
       return shape[1] % block_of(v) == 0 && shape[2] % block_of(v) == 0;
     }},
};
constexpr Constraint to_space_list[] = {
    common[0],
    common[1],
    {"the block's elements divide the channels",
     [](const NodeView& v) { return v.input(0).type.shape[3] % (block_of(v) * block_of(v)) == 0; }},
};

}  // namespace

std::span<const Constraint> BlockOperator::constraints() const {
  return to_depth_ ? std::span<const Constraint>(to_depth_list) : std::span<const Constraint>(to_space_list);
}

std::vector<TensorType> BlockOperator::infer(const NodeView& view) const {
  const Shape& from = view.input(0).type.shape;
  const int32_t block = block_of(view);
  if (to_depth_)
    return {{view.output().type.dtype,
             Shape{from[0], from[1] / block, from[2] / block, from[3] * block * block}}};
  return {{view.output().type.dtype,
           Shape{from[0], from[1] * block, from[2] * block, from[3] / (block * block)}}};
}

Movement BlockOperator::movement(const NodeView& view) const {
  const Shape& from = view.input(0).type.shape;
  const int32_t block = block_of(view);
  const std::vector<int64_t> strides = dense_strides(from);
  Movement movement;
  if (to_depth_) {  // output [batch, row, column, row in block, column in block, channel]
    movement.axes = {{from[0], strides[0]},
                     {from[1] / block, strides[1] * block},
                     {from[2] / block, strides[2] * block},
                     {block, strides[1]},
                     {block, strides[2]},
                     {from[3], 1}};
  } else {  // output [batch, row, row in block, column, column in block, channel]
    const int32_t channels = from[3] / (block * block);
    movement.axes = {{from[0], strides[0]}, {from[1], strides[1]}, {block, int64_t{block} * channels},
                     {from[2], strides[2]}, {block, channels},     {channels, 1}};
  }
  return movement;
}

// ---- its operators ----

const Operator& depth_to_space_operator() {
  static const BlockOperator instance(Op::depth_to_space, "DEPTH_TO_SPACE",
                                      "Groups of channels as blocks of pixels.", false);
  return instance;
}

const Operator& space_to_depth_operator() {
  static const BlockOperator instance(Op::space_to_depth, "SPACE_TO_DEPTH",
                                      "Blocks of pixels as groups of channels.", true);
  return instance;
}

}  // namespace burin
