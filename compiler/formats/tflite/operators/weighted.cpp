// Readers of products with weights.
#include "formats/tflite/operators/common.hpp"
#include "formats/tflite/operators/operators.hpp"
#include "ops/weighted/attributes.hpp"

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

Result<NodeDraft> read_batch_matmul(SourceOperator& source) {
  return NodeDraft{.inputs = source.inputs(),
                   .attributes = Attributes::of(
                       BatchMatmulAttributes{source.integer("adj_x") != 0, source.integer("adj_y") != 0})};
}

Result<NodeDraft> read_convolution(SourceOperator& source) {
  const Result<Activation> activation = fused_activation(source);
  if (!activation) return activation.diagnostics();
  WindowAttributes attributes;
  if (source.has_input(1) && source.input(1).type.shape.rank() == 4) {
    const Shape& weights = source.input(1).type.shape;
    attributes = read_window(source, weights[1], weights[2], true);
  }
  return NodeDraft{.inputs = source.inputs(),
                   .attributes = Attributes::of(attributes),
                   .activation = *activation,
                   .op = {}};
}

Result<NodeDraft> read_fully_connected(SourceOperator& source) {
  const Result<Activation> activation = fused_activation(source);
  if (!activation) return activation.diagnostics();
  if (source.integer("weights_format") != 0)
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = "the weights are shuffled",
                      .help = "convert the model without shuffled weights"};
  return NodeDraft{
      .inputs = source.inputs(),
      .attributes = Attributes::of(FullyConnectedAttributes{source.integer("keep_num_dims") != 0}),
      .activation = *activation};
}

Result<NodeDraft> read_transpose_conv(SourceOperator& source) {
  const Result<Activation> activation = fused_activation(source);
  if (!activation) return activation.diagnostics();
  TransposeConvAttributes attributes{.stride_height = static_cast<int32_t>(source.integer("stride_h")),
                                     .stride_width = static_cast<int32_t>(source.integer("stride_w"))};
  const Shape& weights = source.input(1).type.shape;
  const Shape& output = source.output().type.shape;
  constexpr int64_t padding_same = 0;
  if (source.integer("padding") == padding_same && weights.rank() == 4 && output.rank() == 4) {
    // What a convolution from the output to the input would have.
    WindowAxis height{.input = output[1], .window = weights[1], .stride = attributes.stride_height};
    WindowAxis width{.input = output[2], .window = weights[2], .stride = attributes.stride_width};
    if (height.sound() && width.sound()) {
      height.pad_same();
      width.pad_same();
      attributes.pad_top = height.pad_before;
      attributes.pad_left = width.pad_before;
    }
  }
  std::vector<TensorId> inputs = {source.inputs().at(2), source.inputs().at(1)};
  if (source.has_input(3)) inputs.push_back(source.inputs()[3]);
  return NodeDraft{.inputs = inputs, .attributes = Attributes::of(attributes), .activation = *activation};
}

constexpr OperatorReader rows[] = {
    {BuiltinOperator::BATCH_MATMUL, Op::batch_matmul, read_batch_matmul},
    {BuiltinOperator::CONV_2D, Op::convolution_2d, read_convolution},
    {BuiltinOperator::DEPTHWISE_CONV_2D, Op::depthwise_convolution_2d, read_convolution},
    {BuiltinOperator::FULLY_CONNECTED, Op::fully_connected, read_fully_connected},
    {BuiltinOperator::TRANSPOSE_CONV, Op::transpose_conv, read_transpose_conv},
};

}  // namespace

std::span<const OperatorReader> weighted_operators() {
  return rows;
}

}  // namespace burin::tflite
