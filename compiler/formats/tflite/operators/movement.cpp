// Readers of operators that take elements to other places.
#include <algorithm>

#include "formats/tflite/operators/common.hpp"
#include "formats/tflite/operators/operators.hpp"
#include "ops/movement/joining.hpp"

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

Result<NodeDraft> read_blocks(SourceOperator& source) {
  const int64_t side = std::clamp<int64_t>(source.integer("block_size"), 0, INT32_MAX);
  return NodeDraft{.inputs = {source.inputs().at(0)},
                   .attributes = Attributes::of(BlockAttributes{static_cast<int32_t>(side)})};
}

Result<NodeDraft> read_concatenation(SourceOperator& source) {
  if (source.integer("fused_activation_function") != 0)
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "a fused activation is not supported",
                      .help = "export the activation as an operator of its own"};
  NodeDraft draft{.inputs = {},
                  .attributes = Attributes::of(AxisAttributes{
                      resolved_axis(source.integer("axis"), source.output().type.shape.rank())})};
  for (const TensorId id : source.inputs())
    if (!id.valid() || source.tensor(id).type.shape.elements() > 0) draft.inputs.push_back(id);
  return draft;
}

Result<NodeDraft> read_fill(SourceOperator& source) {
  return NodeDraft{.inputs = {source.inputs().at(1)}, .attributes = Attributes::of(NoAttributes{})};
}

Result<NodeDraft> read_gather(SourceOperator& source) {
  return NodeDraft{.inputs = source.inputs(),
                   .attributes = Attributes::of(GatherAttributes{
                       resolved_axis(source.integer("axis"), source.input(0).type.shape.rank()),
                       resolved_axis(source.integer("batch_dims"), source.input(1).type.shape.rank())})};
}

// MIRROR_PAD, axis after axis: what stands before and after the input is a slice of it, read backwards.
// REFLECT leaves the elements at the edges out of that, SYMMETRIC repeats them.
Result<NodeDraft> read_mirror_pad(SourceOperator& source) {
  const auto paddings = source.constant_integers(1);
  const size_t rank = source.input(0).type.shape.rank();
  if (!paddings || paddings->size() != 2 * rank)
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "the paddings are not constants, two for every dimension",
                      .help = "make the paddings constant"};
  constexpr int64_t reflect = 0;
  const int32_t left_out = source.integer("mode") == reflect ? 1 : 0;
  NodeDraft last{.inputs = {source.inputs()[0]},
                 .attributes = Attributes::of(NoAttributes{}),
                 .op = Op::reshape};  // where nothing is padded
  const Tensor element = source.input(0);
  std::vector<int32_t> dims = element.type.shape.dims();
  const auto add = [&](std::vector<int32_t> shape) {
    return source.add_tensor({.name = element.name,
                              .type = {element.type.dtype, Shape(std::move(shape))},
                              .quantization = element.quantization});
  };
  TensorId whole = source.inputs()[0];
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t before = (*paddings)[2 * axis];
    const int64_t after = (*paddings)[2 * axis + 1];
    const int32_t extent = dims[axis];
    if (std::min(before, after) < 0 || std::max(before, after) > extent - left_out)
      return Diagnostic{.code = DiagnosticCode::E0303,
                        .message = "the paddings reach beyond what there is to mirror"};
    if (before == 0 && after == 0) continue;
    if (!last.outputs.empty()) source.add_node(last);
    std::vector<TensorId> parts;
    const auto add_mirrored = [&](int32_t begin, int64_t count) {
      if (count == 0) return;
      SliceAttributes slice{std::vector<int32_t>(rank, 0), std::vector<int32_t>(rank, 1), dims};
      slice.begin[axis] = begin;
      slice.step[axis] = -1;
      slice.extent[axis] = static_cast<int32_t>(count);
      parts.push_back(add(slice.extent));
      source.add_node({.inputs = {whole},
                       .attributes = Attributes::of(std::move(slice)),
                       .op = Op::strided_slice,
                       .outputs = {parts.back()}});
    };
    add_mirrored(static_cast<int32_t>(before) - 1 + left_out, before);
    parts.push_back(whole);
    add_mirrored(extent - 1 - left_out, after);
    dims[axis] += static_cast<int32_t>(before + after);
    whole = add(dims);
    last = {.inputs = std::move(parts),
            .attributes = Attributes::of(AxisAttributes{static_cast<int32_t>(axis)}),
            .op = Op::concatenation,
            .outputs = {whole}};
  }
  last.outputs.clear();  // those of the operator
  return last;
}

Result<NodeDraft> read_pack(SourceOperator& source) {
  const size_t rank = source.input(0).type.shape.rank() + 1;
  return NodeDraft{.inputs = source.inputs(),
                   .attributes = Attributes::of(AxisAttributes{resolved_axis(source.integer("axis"), rank)})};
}

Result<NodeDraft> read_pad(SourceOperator& source) {
  const auto paddings = source.constant_integers(1);
  if (!paddings)
    return Diagnostic{.code = DiagnosticCode::E0402, .message = "the paddings are not constant", .help = {}};
  PadAttributes attributes;
  for (const int64_t padding : *paddings)
    attributes.paddings.push_back(static_cast<int32_t>(std::clamp<int64_t>(padding, INT32_MIN, INT32_MAX)));
  return NodeDraft{.inputs = {source.inputs()[0]},
                   .attributes = Attributes::of(std::move(attributes)),
                   .activation = Activation::none,
                   .op = {}};
}

Result<NodeDraft> read_resize(SourceOperator& source) {
  return NodeDraft{.inputs = {source.inputs().at(0)},
                   .attributes = Attributes::of(ResizeAttributes{source.integer("align_corners") != 0,
                                                                 source.integer("half_pixel_centers") != 0})};
}

Result<NodeDraft> read_reverse(SourceOperator& source) {
  const auto axes = source.constant_integers(1);
  if (!axes)
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "the axes are not constant",
                      .help = "make the axes constant"};
  ReverseAttributes attributes;
  const auto rank = static_cast<int64_t>(source.input(0).type.shape.rank());
  for (const int64_t axis : *axes)
    attributes.axes.push_back(
        static_cast<int32_t>(std::clamp<int64_t>(axis < 0 ? axis + rank : axis, -1, rank)));
  return NodeDraft{.inputs = {source.inputs().at(0)}, .attributes = Attributes::of(std::move(attributes))};
}

Result<NodeDraft> read_slice(SourceOperator& source) {
  const auto begin = source.constant_integers(1);
  const auto size = source.constant_integers(2);
  const std::vector<int32_t>& dims = source.input(0).type.shape.dims();
  if (!begin || !size || begin->size() != dims.size() || size->size() != dims.size())
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "beginning and size are not constants with one element an axis",
                      .help = "make the slice's bounds constant"};
  SliceAttributes slice;
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t first = std::clamp<int64_t>((*begin)[i], -1, dims[i]);
    const int64_t count = (*size)[i] == -1 ? dims[i] - first : std::clamp<int64_t>((*size)[i], 0, INT32_MAX);
    slice.begin.push_back(static_cast<int32_t>(first));
    slice.step.push_back(1);
    slice.extent.push_back(static_cast<int32_t>(count));
  }
  return NodeDraft{.inputs = {source.inputs().at(0)}, .attributes = Attributes::of(std::move(slice))};
}

Result<NodeDraft> read_space_batch(SourceOperator& source) {
  const auto block = source.constant_integers(1);
  const auto edges = source.constant_integers(2);
  const size_t sides = source.input(0).type.shape.rank() == 4 ? 2 : 1;
  if (!block || !edges || block->size() != sides || edges->size() != 2 * sides)
    return Diagnostic{
        .code = DiagnosticCode::E0402,
        .message = "the blocks and what is added or cut off are not constants of height and width",
        .help = "make both constant"};
  const auto narrow = [](int64_t x) { return static_cast<int32_t>(std::clamp<int64_t>(x, -1, INT32_MAX)); };
  SpaceBatchAttributes attributes{.block_height = narrow((*block)[0]), .top = narrow((*edges)[0])};
  if (sides == 2) {
    attributes.block_width = narrow((*block)[1]);
    attributes.left = narrow((*edges)[2]);
  }
  return NodeDraft{.inputs = {source.inputs().at(0)}, .attributes = Attributes::of(attributes)};
}

// With the tensor to split and its axis at these operands; the axis has to be constant.
Result<NodeDraft> read_parts(SourceOperator& source, size_t whole, size_t axis) {
  const auto value = source.constant_integers(axis);
  if (!value || value->size() != 1)
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "the axis is not a constant number",
                      .help = "make the axis constant"};
  const size_t rank = source.input(whole).type.shape.rank();
  return NodeDraft{.inputs = {source.inputs().at(whole)},
                   .attributes = Attributes::of(AxisAttributes{resolved_axis(value->front(), rank)})};
}

Result<NodeDraft> read_split(SourceOperator& source) {
  return read_parts(source, 1, 0);
}

// The lengths are those of the outputs, whose shapes are known.
Result<NodeDraft> read_split_v(SourceOperator& source) {
  return read_parts(source, 0, 2);
}

// What a TFLite operator says about one axis.
struct AxisSlice {
  int64_t begin;
  int64_t end;
  int64_t step;
  bool from_start;  // `begin` is ignored
  bool to_end;      // `end` is ignored
  bool single;      // one element; the axis is dropped from the output
};

void append_axis(SliceAttributes& slice, const AxisSlice& axis, int64_t dim) {
  // A slice backwards may end in front of the first element.
  const int64_t lowest = axis.step > 0 ? 0 : -1;
  const int64_t highest = axis.step > 0 ? dim : dim - 1;
  const auto resolved = [&](int64_t index) {
    return std::clamp(index < 0 ? index + dim : index, lowest, highest);
  };
  const int64_t begin = axis.from_start ? (axis.step > 0 ? 0 : dim - 1) : resolved(axis.begin);
  const int64_t end = axis.to_end ? (axis.step > 0 ? dim : -1) : resolved(axis.end);
  const int64_t sign = axis.step > 0 ? 1 : -1;
  const int64_t extent = axis.single ? 1 : std::max<int64_t>(0, (end - begin + axis.step - sign) / axis.step);
  slice.begin.push_back(static_cast<int32_t>(begin));
  slice.step.push_back(static_cast<int32_t>(axis.single ? 1 : axis.step));
  slice.extent.push_back(static_cast<int32_t>(extent));
}

Diagnostic slice_refusal(const char* message) {
  return {.code = DiagnosticCode::E0402, .message = message, .help = "make the slice's bounds constant"};
}

Result<NodeDraft> read_strided_slice(SourceOperator& source) {
  const auto begin = source.constant_integers(1);
  const auto end = source.constant_integers(2);
  const auto step = source.constant_integers(3);
  if (!begin || !end || !step) return slice_refusal("beginning, end and steps are not constant");
  if (end->size() != begin->size() || step->size() != begin->size() || begin->size() > 32)
    return slice_refusal("beginning, end and steps are not of one length");
  const auto masked = [&](const char* mask, size_t i) { return (source.integer(mask) >> i & 1) != 0; };
  const std::vector<int32_t>& dims = source.input(0).type.shape.dims();
  size_t consumed = 0;  // axes that the entries besides an ellipsis stand for
  for (size_t i = 0; i < begin->size(); ++i)
    if (!masked("ellipsis_mask", i) && !masked("new_axis_mask", i)) ++consumed;
  if (consumed > dims.size()) return slice_refusal("the slice has more axes than its input");
  SliceAttributes slice;
  const auto append_whole = [&] {
    append_axis(slice, {0, 0, 1, true, true, false}, dims[slice.begin.size()]);
  };
  for (size_t i = 0; i < begin->size(); ++i) {
    if (masked("ellipsis_mask", i)) {
      for (size_t missing = dims.size() - consumed; missing > 0; --missing) append_whole();
      consumed = dims.size();
    } else if (!masked("new_axis_mask", i)) {
      const int64_t stride = (*step)[i];
      if (stride == 0 || std::abs(stride) > INT32_MAX) return slice_refusal("a step is 0");
      const int64_t last = source.integer("offset") != 0 ? (*begin)[i] + (*end)[i] : (*end)[i];
      append_axis(slice,
                  {(*begin)[i], last, stride, masked("begin_mask", i), masked("end_mask", i),
                   masked("shrink_axis_mask", i)},
                  dims[slice.begin.size()]);
    }
  }
  while (slice.begin.size() < dims.size()) append_whole();
  return NodeDraft{.inputs = {source.inputs().at(0)}, .attributes = Attributes::of(std::move(slice))};
}

Result<NodeDraft> read_transpose(SourceOperator& source) {
  const auto axes = source.constant_integers(1);
  if (!axes)
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "the permutation is not constant",
                      .help = "make the order of the axes constant"};
  TransposeAttributes attributes;
  const auto rank = static_cast<int64_t>(source.input(0).type.shape.rank());
  for (const int64_t axis : *axes)
    attributes.permutation.push_back(
        static_cast<int32_t>(std::clamp<int64_t>(axis < 0 ? axis + rank : axis, -1, rank)));
  return NodeDraft{.inputs = {source.inputs().at(0)}, .attributes = Attributes::of(std::move(attributes))};
}

Result<NodeDraft> read_unpack(SourceOperator& source) {
  const size_t rank = source.input(0).type.shape.rank();
  return NodeDraft{.inputs = source.inputs(),
                   .attributes = Attributes::of(AxisAttributes{resolved_axis(source.integer("axis"), rank)})};
}

constexpr OperatorReader rows[] = {
    {BuiltinOperator::BROADCAST_ARGS, Op::broadcast_args, read_operands},
    {BuiltinOperator::DYNAMIC_UPDATE_SLICE, Op::dynamic_update_slice, read_operands},
    {BuiltinOperator::BROADCAST_TO, Op::broadcast_to, read_first_operand},
    {BuiltinOperator::EXPAND_DIMS, Op::expand_dims, read_first_operand},
    {BuiltinOperator::RESHAPE, Op::reshape, read_first_operand},
    {BuiltinOperator::SQUEEZE, Op::squeeze, read_first_operand},
    {BuiltinOperator::TILE, Op::tile, read_first_operand},
    {BuiltinOperator::SHAPE, Op::shape, read_operands},
    {BuiltinOperator::ZEROS_LIKE, Op::zeros_like, read_operands},
    {BuiltinOperator::DEPTH_TO_SPACE, Op::depth_to_space, read_blocks},
    {BuiltinOperator::SPACE_TO_DEPTH, Op::space_to_depth, read_blocks},
    {BuiltinOperator::BATCH_TO_SPACE_ND, Op::batch_to_space_nd, read_space_batch},
    {BuiltinOperator::SPACE_TO_BATCH_ND, Op::space_to_batch_nd, read_space_batch},
    {BuiltinOperator::RESIZE_BILINEAR, Op::resize_bilinear, read_resize},
    {BuiltinOperator::RESIZE_NEAREST_NEIGHBOR, Op::resize_nearest_neighbor, read_resize},
    {BuiltinOperator::CONCATENATION, Op::concatenation, read_concatenation},
    {BuiltinOperator::FILL, Op::fill, read_fill},
    {BuiltinOperator::GATHER, Op::gather, read_gather},
    {BuiltinOperator::MIRROR_PAD, Op::concatenation, read_mirror_pad},
    {BuiltinOperator::PACK, Op::pack, read_pack},
    {BuiltinOperator::PAD, Op::pad, read_pad},
    {BuiltinOperator::REVERSE_V2, Op::reverse_v2, read_reverse},
    {BuiltinOperator::SLICE, Op::slice, read_slice},
    {BuiltinOperator::SPLIT, Op::split, read_split},
    {BuiltinOperator::SPLIT_V, Op::split_v, read_split_v},
    {BuiltinOperator::STRIDED_SLICE, Op::strided_slice, read_strided_slice},
    {BuiltinOperator::TRANSPOSE, Op::transpose, read_transpose},
    {BuiltinOperator::UNPACK, Op::unpack, read_unpack},
};

}  // namespace

std::span<const OperatorReader> movement_operators() {
  return rows;
}

}  // namespace burin::tflite
