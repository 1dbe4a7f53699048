// Operators with state.
#include "formats/tflite/node_writer.hpp"
#include "ops/recurrent/attributes.hpp"

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

// The format's 24 operands: peepholes, a projection and layer normalization are absent.
void write_lstm(const NodeWriter& writer) {
  const std::vector<Index> given = writer.emitter.operands(writer.node);
  std::vector<Index> inputs(24, -1);
  for (size_t i = 0; i < 9; ++i) inputs[i] = given[i];
  for (size_t i = 0; i < 4; ++i) inputs[12 + i] = given[9 + i];
  inputs[18] = given[13];
  inputs[19] = given[14];
  // Tensors inside the operator, whose quantization a runtime asks for: the sums of the four gates, and the
  // hidden state.
  std::vector<Index> intermediates;
  if (writer.view.input(0).type.dtype == DType::s8) {
    constexpr float gate_scale = 0x1p-12f;
    for (const char* gate : {"input_gate", "forget_gate", "cell_gate", "output_gate"}) {
      Tensor sums;
      sums.name = writer.view.output().name + "/" + gate;
      sums.type = {DType::s16, Shape{0}};
      sums.quantization = {.scales = {gate_scale}, .zero_points = {0}};
      intermediates.push_back(writer.emitter.add_tensor(std::move(sums)));
    }
    intermediates.push_back(writer.like(writer.view.input(13), "hidden", Shape{0}));
  }
  const auto& a = writer.view.attributes<LstmAttributes>();
  writer.emitter.add_operator(
      writer.kind(), inputs, writer.emitter.results(writer.node),
      writer.emitter.options(
          schema::BuiltinOptions::UnidirectionalSequenceLSTMOptions,
          schema::CreateUnidirectionalSequenceLSTMOptions(
              writer.emitter.builder(), schema::ActivationFunctionType::TANH, a.cell_clip, 0, a.time_major)),
      intermediates);
}

// Runtimes demand RELU of an integer SVDF, and take no notice of it.
void write_svdf(const NodeWriter& writer) {
  const bool integer = writer.view.input(0).type.dtype != DType::f32;
  writer.add(writer.emitter.options(
      schema::BuiltinOptions::SVDFOptions,
      schema::CreateSVDFOptions(writer.emitter.builder(), writer.view.attributes<SvdfAttributes>().rank,
                                integer ? schema::ActivationFunctionType::RELU : writer.activation())));
}

}  // namespace

bool write_recurrent(const NodeWriter& writer) {
  switch (writer.node.op) {
    case Op::unidirectional_sequence_lstm:
      write_lstm(writer);
      return true;
    case Op::svdf:
      write_svdf(writer);
      return true;
    case Op::read_variable:
      writer.add({writer.emitter.handle(writer.node.inputs[0])});
      return true;
    case Op::assign_variable:
      writer.add(
          {writer.emitter.handle(writer.node.inputs[0]), writer.emitter.operand(writer.node.inputs[1])});
      return true;
    default:
      return false;
  }
}

}  // namespace burin::tflite
