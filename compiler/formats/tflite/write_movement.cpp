// Operators that move elements. What configures them is an attribute in the graph, and mostly a constant
// operand in the format.
#include <algorithm>

#include "formats/tflite/node_writer.hpp"
#include "ops/movement/attributes.hpp"

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

std::vector<int32_t> dims_of(const Tensor& tensor) {
  return tensor.type.shape.dims();
}

Index input_of(const NodeWriter& writer) {
  return writer.emitter.operand(writer.node.inputs[0]);
}

// One operand, and a constant that says the new shape.
void add_reshape(const NodeWriter& writer, Index from, Index to) {
  const std::vector<int32_t> dims = dims_of(writer.emitter.tensor(to));
  auto& builder = writer.emitter.builder();
  const auto shape = builder.CreateVector(dims);
  writer.emitter.add_operator(BuiltinOperator::RESHAPE, {from, writer.constant("shape", dims)}, {to},
                              writer.emitter.options(schema::BuiltinOptions::ReshapeOptions,
                                                     schema::CreateReshapeOptions(builder, shape)));
}

void write_reshape(const NodeWriter& writer) {
  add_reshape(writer, input_of(writer), writer.emitter.result(writer.node.outputs[0]));
}

// The axes of 1 that `from` has and `to` does not: of equal neighbors the first ones. Where the two differ
// in more than that, `to` is not what `from` is without these axes.
std::vector<int32_t> dropped_axes(const std::vector<int32_t>& from, const std::vector<int32_t>& to) {
  std::vector<int32_t> axes;
  size_t left = to.size();
  for (size_t axis = from.size(); axis-- > 0;) {
    if (left > 0 && from[axis] == to[left - 1])
      --left;
    else if (from[axis] == 1)
      axes.insert(axes.begin(), static_cast<int32_t>(axis));
  }
  return axes;
}

std::vector<int32_t> without(const std::vector<int32_t>& dims, const std::vector<int32_t>& axes) {
  std::vector<int32_t> rest;
  for (size_t axis = 0; axis < dims.size(); ++axis)
    if (std::ranges::find(axes, static_cast<int32_t>(axis)) == axes.end()) rest.push_back(dims[axis]);
  return rest;
}

void write_squeeze(const NodeWriter& writer) {
  const std::vector<int32_t> from = dims_of(writer.view.input(0));
  const std::vector<int32_t> axes = dropped_axes(from, dims_of(writer.view.output()));
  // No axes at all would drop every dimension of 1.
  if (axes.empty() || without(from, axes) != dims_of(writer.view.output())) return write_reshape(writer);
  auto& builder = writer.emitter.builder();
  const auto list = builder.CreateVector(axes);
  writer.add(writer.emitter.options(schema::BuiltinOptions::SqueezeOptions,
                                    schema::CreateSqueezeOptions(builder, list)));
}

void write_expand_dims(const NodeWriter& writer) {
  const std::vector<int32_t> to = dims_of(writer.view.output());
  const std::vector<int32_t> axes = dropped_axes(to, dims_of(writer.view.input(0)));
  if (axes.size() != 1 || without(to, axes) != dims_of(writer.view.input(0))) return write_reshape(writer);
  writer.add({input_of(writer), writer.constant("axis", Shape(), axes)});
}

// SLICE has no steps and keeps all dimensions; STRIDED_SLICE can drop those that are single elements.
void write_slice(const NodeWriter& writer) {
  const auto& slice = writer.view.attributes<SliceAttributes>();
  const std::vector<int32_t> dims = dims_of(writer.view.output());
  const std::vector<int32_t> dropped = dropped_axes(slice.extent, dims);
  const bool drops = without(slice.extent, dropped) == dims;
  const bool steps = std::ranges::any_of(slice.step, [](int32_t step) { return step != 1; });
  const bool strided = writer.node.op == Op::strided_slice || steps;
  const bool kept = slice.extent == dims;
  // What neither can do is left to a RESHAPE.
  const bool reshaped = strided ? !drops : !kept;
  Index to = writer.emitter.result(writer.node.outputs[0]);
  const Index whole = reshaped ? writer.like(writer.view.output(), "whole", Shape(slice.extent)) : to;
  if (strided) {
    int32_t end_mask = 0;
    int32_t shrink_mask = 0;
    std::vector<int32_t> ends;
    for (size_t i = 0; i < slice.begin.size(); ++i) {
      const int32_t last = slice.begin[i] + (slice.extent[i] - 1) * slice.step[i];
      const int32_t end = slice.step[i] > 0 ? last + 1 : last - 1;
      // An end of -1 would count from the input's end.
      if (end < 0) end_mask |= 1 << i;
      if (!reshaped && std::ranges::find(dropped, static_cast<int32_t>(i)) != dropped.end())
        shrink_mask |= 1 << i;
      ends.push_back(std::max(end, 0));
    }
    writer.emitter.add_operator(
        BuiltinOperator::STRIDED_SLICE,
        {input_of(writer), writer.constant("begin", slice.begin), writer.constant("end", ends),
         writer.constant("strides", slice.step)},
        {whole},
        writer.emitter.options(
            schema::BuiltinOptions::StridedSliceOptions,
            schema::CreateStridedSliceOptions(writer.emitter.builder(), 0, end_mask, 0, 0, shrink_mask)));
  } else {
    writer.emitter.add_operator(
        BuiltinOperator::SLICE,
        {input_of(writer), writer.constant("begin", slice.begin), writer.constant("size", slice.extent)},
        {whole});
  }
  if (reshaped) add_reshape(writer, whole, to);
}

// SPLIT makes equal parts only.
void write_split(const NodeWriter& writer) {
  const int32_t axis = writer.view.attributes<AxisAttributes>().axis;
  std::vector<int32_t> sizes;
  for (size_t i = 0; i < writer.node.outputs.size(); ++i)
    sizes.push_back(writer.view.output(i).type.shape[axis]);
  auto& builder = writer.emitter.builder();
  const auto parts = static_cast<int32_t>(sizes.size());
  const bool equal = std::ranges::all_of(sizes, [&](int32_t size) { return size == sizes[0]; });
  if (writer.node.op == Op::split && equal) {
    writer.add({writer.constant("axis", Shape(), {axis}), input_of(writer)},
               writer.emitter.options(schema::BuiltinOptions::SplitOptions,
                                      schema::CreateSplitOptions(builder, parts)));
    return;
  }
  writer.emitter.add_operator(
      BuiltinOperator::SPLIT_V,
      {input_of(writer), writer.constant("sizes", sizes), writer.constant("axis", Shape(), {axis})},
      writer.emitter.results(writer.node),
      writer.emitter.options(schema::BuiltinOptions::SplitVOptions,
                             schema::CreateSplitVOptions(builder, parts)));
}

// The attributes leave open what is added or cut off behind the last row and column: the shapes say it.
void write_space_batch(const NodeWriter& writer) {
  const auto& a = writer.view.attributes<SpaceBatchAttributes>();
  const bool to_batch = writer.node.op == Op::space_to_batch_nd;
  const Shape& wide = to_batch ? writer.view.input(0).type.shape : writer.view.output().type.shape;
  const Shape& many = to_batch ? writer.view.output().type.shape : writer.view.input(0).type.shape;
  std::vector<int32_t> blocks = {a.block_height};
  std::vector<int32_t> edges = {a.top, many[1] * a.block_height - wide[1] - a.top};
  if (wide.rank() == 4) {
    blocks.push_back(a.block_width);
    edges.insert(edges.end(), {a.left, many[2] * a.block_width - wide[2] - a.left});
  }
  const auto sides = static_cast<int32_t>(blocks.size());
  writer.add({input_of(writer), writer.constant("blocks", blocks),
              writer.constant(to_batch ? "paddings" : "crops", Shape{sides, 2}, edges)});
}

}  // namespace

bool write_movement(const NodeWriter& writer) {
  auto& builder = writer.emitter.builder();
  const auto with_constant = [&](const char* what, const std::vector<int32_t>& values) {
    writer.add({input_of(writer), writer.constant(what, values)});
    return true;
  };
  const auto with_options = [&](const WrittenOptions& options) {
    writer.add(options);
    return true;
  };
  const auto axis = [&] { return writer.view.attributes<AxisAttributes>().axis; };
  switch (writer.node.op) {
    case Op::reshape:
      write_reshape(writer);
      return true;
    case Op::squeeze:
      write_squeeze(writer);
      return true;
    case Op::expand_dims:
      write_expand_dims(writer);
      return true;
    case Op::slice:
    case Op::strided_slice:
      write_slice(writer);
      return true;
    case Op::split:
    case Op::split_v:
      write_split(writer);
      return true;
    case Op::space_to_batch_nd:
    case Op::batch_to_space_nd:
      write_space_batch(writer);
      return true;
    case Op::pad: {
      const auto& paddings = writer.view.attributes<PadAttributes>().paddings;
      writer.add(
          {input_of(writer),
           writer.constant("paddings", Shape{static_cast<int32_t>(paddings.size() / 2), 2}, paddings)});
      return true;
    }
    case Op::transpose:
      return with_constant("permutation", writer.view.attributes<TransposeAttributes>().permutation);
    case Op::reverse_v2:
      return with_constant("axes", writer.view.attributes<ReverseAttributes>().axes);
    case Op::broadcast_to:
      return with_constant("shape", dims_of(writer.view.output()));
    case Op::tile: {
      std::vector<int32_t> multiples;
      for (size_t i = 0; i < dims_of(writer.view.output()).size(); ++i)
        multiples.push_back(dims_of(writer.view.output())[i] / dims_of(writer.view.input(0))[i]);
      return with_constant("multiples", multiples);
    }
    case Op::fill:
      writer.add({writer.constant("shape", dims_of(writer.view.output())), input_of(writer)});
      return true;
    case Op::resize_bilinear: {
      const auto& a = writer.view.attributes<ResizeAttributes>();
      const Shape& to = writer.view.output().type.shape;
      writer.add({input_of(writer), writer.constant("size", {to[1], to[2]})},
                 writer.emitter.options(
                     schema::BuiltinOptions::ResizeBilinearOptions,
                     schema::CreateResizeBilinearOptions(builder, a.align_corners, a.half_pixel_centers),
                     a.half_pixel_centers ? 3 : 1));
      return true;
    }
    case Op::resize_nearest_neighbor: {
      const auto& a = writer.view.attributes<ResizeAttributes>();
      const Shape& to = writer.view.output().type.shape;
      writer.add({input_of(writer), writer.constant("size", {to[1], to[2]})},
                 writer.emitter.options(schema::BuiltinOptions::ResizeNearestNeighborOptions,
                                        schema::CreateResizeNearestNeighborOptions(builder, a.align_corners,
                                                                                   a.half_pixel_centers),
                                        a.half_pixel_centers || a.align_corners ? 3 : 1));
      return true;
    }
    case Op::concatenation:
      return with_options(writer.emitter.options(schema::BuiltinOptions::ConcatenationOptions,
                                                 schema::CreateConcatenationOptions(builder, axis())));
    case Op::pack:
      return with_options(writer.emitter.options(
          schema::BuiltinOptions::PackOptions,
          schema::CreatePackOptions(builder, static_cast<int32_t>(writer.node.inputs.size()), axis())));
    case Op::unpack:
      return with_options(writer.emitter.options(
          schema::BuiltinOptions::UnpackOptions,
          schema::CreateUnpackOptions(builder, static_cast<int32_t>(writer.node.outputs.size()), axis())));
    case Op::gather: {
      const auto& a = writer.view.attributes<GatherAttributes>();
      return with_options(writer.emitter.options(schema::BuiltinOptions::GatherOptions,
                                                 schema::CreateGatherOptions(builder, a.axis, a.batch_dims),
                                                 a.batch_dims != 0 ? 5 : 1));
    }
    case Op::space_to_depth:
      return with_options(writer.emitter.options(
          schema::BuiltinOptions::SpaceToDepthOptions,
          schema::CreateSpaceToDepthOptions(builder, writer.view.attributes<BlockAttributes>().block_size)));
    case Op::depth_to_space:
      return with_options(writer.emitter.options(
          schema::BuiltinOptions::DepthToSpaceOptions,
          schema::CreateDepthToSpaceOptions(builder, writer.view.attributes<BlockAttributes>().block_size)));
    case Op::shape:
      return with_options(writer.emitter.options(
          schema::BuiltinOptions::ShapeOptions,
          schema::CreateShapeOptions(builder, tensor_type(writer.view.output().type.dtype))));
    default:
      return false;
  }
}

}  // namespace burin::tflite
