// Readers of operators that keep state.
#include <algorithm>

#include "formats/tflite/operators/common.hpp"
#include "formats/tflite/operators/operators.hpp"
#include "ops/recurrent/attributes.hpp"

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

Result<NodeDraft> read_svdf(SourceOperator& source) {
  const Result<Activation> activation = fused_activation(source);
  if (!activation) return activation.diagnostics();
  const int64_t rank = std::clamp<int64_t>(source.integer("rank"), 0, INT32_MAX);
  // The reference's int8 form saturates to the output's type and takes no notice of the activation.
  const bool integer = source.input(0).type.dtype != DType::f32;
  return NodeDraft{.inputs = source.inputs(),
                   .attributes = Attributes::of(SvdfAttributes{static_cast<int32_t>(rank)}),
                   .activation = integer ? Activation::none : *activation};
}

Result<NodeDraft> read_unidirectional_sequence_lstm(SourceOperator& source) {
  const auto refuse = [](const char* message) {
    return Diagnostic{.code = DiagnosticCode::E0402,
                      .message = message,
                      .help = "convert the model with the LSTM of Keras, without options"};
  };
  constexpr int64_t tanh_activation = 4;
  if (source.integer("fused_activation_function") != tanh_activation)
    return refuse("the cell's activation is not TANH");
  for (size_t i = 9; i < 12; ++i)
    if (source.has_input(i)) return refuse("peepholes are not supported");
  for (size_t i = 16; i < 18; ++i)
    if (source.has_input(i)) return refuse("a projection is not supported");
  for (size_t i = 20; i < 24; ++i)
    if (source.has_input(i)) return refuse("layer normalization is not supported");
  if (!source.has_input(1)) return refuse("input and forget gates that are coupled are not supported");
  NodeDraft draft{.inputs = {},
                  .attributes = Attributes::of(LstmAttributes{.time_major = source.integer("time_major") != 0,
                                                              .cell_clip = source.real("cell_clip")})};
  for (const size_t i : {0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 14, 15, 18, 19})
    draft.inputs.push_back(source.inputs().at(i));
  return draft;
}

constexpr OperatorReader rows[] = {
    {BuiltinOperator::ASSIGN_VARIABLE, Op::assign_variable, read_operands},
    {BuiltinOperator::READ_VARIABLE, Op::read_variable, read_operands},
    {BuiltinOperator::SVDF, Op::svdf, read_svdf},
    {BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM, Op::unidirectional_sequence_lstm,
     read_unidirectional_sequence_lstm},
};

}  // namespace

std::span<const OperatorReader> recurrent_operators() {
  return rows;
}

}  // namespace burin::tflite
