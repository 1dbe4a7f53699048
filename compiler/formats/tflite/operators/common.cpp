#include "formats/tflite/operators/common.hpp"

namespace burin::tflite {

Result<Activation> fused_activation(const SourceOperator& source) {
  switch (source.integer("fused_activation_function")) {
    case 0:
      return Activation::none;
    case 1:
      return Activation::relu;
    case 2:
      return Activation::relu_n1_to_1;
    case 3:
      return Activation::relu6;
    default:
      return Diagnostic{.code = DiagnosticCode::E0402,
                        .message = "the fused activation is not one of RELU, RELU_N1_TO_1 and RELU6",
                        .help = "export the activation as an operator of its own"};
  }
}

Result<NodeDraft> read_operands(SourceOperator& source) {
  return NodeDraft{.inputs = source.inputs(), .attributes = Attributes::of(NoAttributes{})};
}

Result<NodeDraft> read_first_operand(SourceOperator& source) {
  return NodeDraft{.inputs = {source.inputs().at(0)}, .attributes = Attributes::of(NoAttributes{})};
}

Result<NodeDraft> read_fused_activation(SourceOperator& source) {
  const Result<Activation> activation = fused_activation(source);
  if (!activation) return activation.diagnostics();
  return NodeDraft{
      .inputs = source.inputs(), .attributes = Attributes::of(NoAttributes{}), .activation = *activation};
}

WindowAttributes read_window(const SourceOperator& source, int32_t window_height, int32_t window_width,
                             bool dilated) {
  const auto field = [&](std::string_view name) { return static_cast<int32_t>(source.integer(name)); };
  WindowAttributes attributes{.stride_height = field("stride_h"), .stride_width = field("stride_w")};
  if (dilated) {
    attributes.dilation_height = field("dilation_h_factor");
    attributes.dilation_width = field("dilation_w_factor");
  }
  constexpr int64_t padding_same = 0;
  if (source.integer("padding") != padding_same || !source.has_input(0)) return attributes;
  const Shape& input = source.input(0).type.shape;
  if (input.rank() != 4) return attributes;
  Windows windows = attributes.windows(input, window_height, window_width);
  if (!windows.sound()) return attributes;
  windows.height.pad_same();
  windows.width.pad_same();
  return WindowAttributes::of(windows);
}

}  // namespace burin::tflite
