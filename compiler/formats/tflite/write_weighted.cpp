// Products with weights. Padding is explicit in the graph, and SAME or VALID in the format.
#include "formats/tflite/node_writer.hpp"
#include "formats/tflite/padding.hpp"
#include "ops/weighted/attributes.hpp"

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

// The input surrounded by zeros, as another tensor.
Index padded_input(const NodeWriter& writer, const Windows& windows) {
  const Tensor& input = writer.view.input(0);
  const Shape& shape = input.type.shape;
  const Index padded =
      writer.like(input, "padded",
                  Shape{shape[0], shape[1] + windows.height.pad_before + windows.height.pad_after,
                        shape[2] + windows.width.pad_before + windows.width.pad_after, shape[3]});
  const Index paddings = writer.constant("paddings", Shape{4, 2},
                                         {0, 0, windows.height.pad_before, windows.height.pad_after,
                                          windows.width.pad_before, windows.width.pad_after, 0, 0});
  writer.emitter.add_operator(BuiltinOperator::PAD, {writer.emitter.operand(writer.node.inputs[0]), paddings},
                              {padded});
  return padded;
}

void write_convolution(const NodeWriter& writer) {
  const Tensor& input = writer.view.input(0);
  const Shape& weights = writer.view.input(1).type.shape;
  const auto& a = writer.view.attributes<WindowAttributes>();
  const Windows windows = a.windows(input.type.shape, weights[1], weights[2]);
  std::vector<Index> inputs = writer.emitter.operands(writer.node);
  std::optional<schema::Padding> padding = padding_of(windows);
  if (!padding) {
    inputs[0] = padded_input(writer, windows);
    padding = schema::Padding::VALID;
  }
  auto& builder = writer.emitter.builder();
  if (writer.node.op == Op::depthwise_convolution_2d) {
    const bool dilated = a.dilation_height != 1 || a.dilation_width != 1;
    writer.add(std::move(inputs),
               writer.emitter.options(
                   schema::BuiltinOptions::DepthwiseConv2DOptions,
                   schema::CreateDepthwiseConv2DOptions(builder, *padding, a.stride_width, a.stride_height,
                                                        weights[3] / input.type.shape[3], writer.activation(),
                                                        a.dilation_width, a.dilation_height),
                   dilated ? 2 : 1));
    return;
  }
  const schema::TensorType bias = bias_type(writer.view, 2);
  writer.add(std::move(inputs),
             writer.emitter.options(
                 schema::BuiltinOptions::Conv2DOptions,
                 schema::CreateConv2DOptions(builder, *padding, a.stride_width, a.stride_height,
                                             writer.activation(), a.dilation_width, a.dilation_height, bias),
                 bias == schema::TensorType::FLOAT32 ? 1 : 8));
}

void write_fully_connected(const NodeWriter& writer) {
  const bool keep = writer.view.attributes<FullyConnectedAttributes>().keep_rank;
  const schema::TensorType bias = bias_type(writer.view, 2);
  const int32_t version = bias != schema::TensorType::FLOAT32 ? 11 : keep ? 5 : 1;
  writer.add(writer.emitter.options(
      schema::BuiltinOptions::FullyConnectedOptions,
      schema::CreateFullyConnectedOptions(writer.emitter.builder(), writer.activation(),
                                          schema::FullyConnectedOptionsWeightsFormat::DEFAULT, keep, false,
                                          bias),
      version));
}

// The format's output has the size that an operand says, and is cut above and on the left as SAME says or
// not at all: other cuts are a slice behind it.
void write_transpose_conv(const NodeWriter& writer) {
  const auto& a = writer.view.attributes<TransposeConvAttributes>();
  const Shape& weights = writer.view.input(1).type.shape;
  const Tensor& output = writer.view.output();
  const Shape& shape = output.type.shape;
  WindowAxis height{.input = shape[1], .window = weights[1], .stride = a.stride_height};
  WindowAxis width{.input = shape[2], .window = weights[2], .stride = a.stride_width};
  height.pad_same();
  width.pad_same();
  const bool valid = a.pad_top == 0 && a.pad_left == 0;
  const bool same = !valid && a.pad_top == height.pad_before && a.pad_left == width.pad_before;
  const Shape whole =
      valid || same ? shape : Shape{shape[0], shape[1] + a.pad_top, shape[2] + a.pad_left, shape[3]};
  const Index to =
      valid || same ? writer.emitter.result(writer.node.outputs[0]) : writer.like(output, "whole", whole);
  std::vector<Index> inputs = {writer.constant("shape", whole.dims()),
                               writer.emitter.operand(writer.node.inputs[1]),
                               writer.emitter.operand(writer.node.inputs[0])};
  if (writer.view.has_input(2)) inputs.push_back(writer.emitter.operand(writer.node.inputs[2]));
  const schema::TensorType bias = bias_type(writer.view, 2);
  const int32_t version = bias != schema::TensorType::FLOAT32          ? 5
                          : writer.node.activation != Activation::none ? 4
                                                                       : 1;
  writer.emitter.add_operator(
      writer.kind(), inputs, {to},
      writer.emitter.options(
          schema::BuiltinOptions::TransposeConvOptions,
          schema::CreateTransposeConvOptions(writer.emitter.builder(),
                                             same ? schema::Padding::SAME : schema::Padding::VALID,
                                             a.stride_width, a.stride_height, writer.activation(), bias),
          version));
  if (valid || same) return;
  writer.emitter.add_operator(
      BuiltinOperator::SLICE,
      {to, writer.constant("begin", {0, a.pad_top, a.pad_left, 0}), writer.constant("size", shape.dims())},
      {writer.emitter.result(writer.node.outputs[0])});
}

}  // namespace

schema::TensorType bias_type(const NodeView& view, size_t operand) {
  if (!view.has_input(operand) || view.input(0).type.dtype != DType::s16) return schema::TensorType::FLOAT32;
  const bool usual = view.input(operand).type.dtype == DType::s64;
  return usual ? schema::TensorType::FLOAT32 : tensor_type(view.input(operand).type.dtype);
}

bool write_weighted(const NodeWriter& writer) {
  switch (writer.node.op) {
    case Op::convolution_2d:
    case Op::depthwise_convolution_2d:
      write_convolution(writer);
      return true;
    case Op::fully_connected:
      write_fully_connected(writer);
      return true;
    case Op::transpose_conv:
      write_transpose_conv(writer);
      return true;
    case Op::batch_matmul: {
      const auto& a = writer.view.attributes<BatchMatmulAttributes>();
      writer.add(writer.emitter.options(
          schema::BuiltinOptions::BatchMatMulOptions,
          schema::CreateBatchMatMulOptions(writer.emitter.builder(), a.adj_x, a.adj_y)));
      return true;
    }
    default:
      return false;
  }
}

}  // namespace burin::tflite
