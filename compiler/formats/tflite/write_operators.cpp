#include <flatbuffers/flexbuffers.h>
#include <fmt/format.h>

#include <algorithm>

#include "formats/tflite/node_writer.hpp"
#include "ops/detection/attributes.hpp"
#include "ops/elementwise/attributes.hpp"
#include "ops/movement/attributes.hpp"
#include "ops/operator.hpp"
#include "ops/pooling/attributes.hpp"
#include "ops/reduction/attributes.hpp"

namespace burin::tflite {

using schema::BuiltinOperator;

schema::BuiltinOperator NodeWriter::kind() const {
  const std::string_view name = operator_of(node).facts().tflite_name;
  for (const BuiltinOperator candidate : schema::EnumValuesBuiltinOperator())
    if (schema::EnumNameBuiltinOperator(candidate) == name) return candidate;
  internal_error("the format has no operator " + std::string(name), __FILE__, __LINE__);
}

schema::ActivationFunctionType NodeWriter::activation() const {
  switch (node.activation) {
    case Activation::none:
      return schema::ActivationFunctionType::NONE;
    case Activation::relu:
      return schema::ActivationFunctionType::RELU;
    case Activation::relu_n1_to_1:
      return schema::ActivationFunctionType::RELU_N1_TO_1;
    case Activation::relu6:
      return schema::ActivationFunctionType::RELU6;
  }
  internal_error("an activation outside of Activation", __FILE__, __LINE__);
}

void NodeWriter::add(const WrittenOptions& options) const {
  add(emitter.operands(node), options);
}

void NodeWriter::add(std::vector<Index> inputs, const WrittenOptions& options) const {
  emitter.add_operator(kind(), inputs, emitter.results(node), options);
}

Index NodeWriter::constant(const char* what, Shape shape, const std::vector<int32_t>& values) const {
  return emitter.add_constant(fmt::format("{}/{}", view.output().name, what), std::move(shape), values);
}

Index NodeWriter::constant(const char* what, const std::vector<int32_t>& values) const {
  return constant(what, Shape{static_cast<int32_t>(values.size())}, values);
}

Index NodeWriter::like(const Tensor& tensor, const std::string& what, Shape shape) const {
  Tensor result = tensor;
  result.name = fmt::format("{}/{}", view.output().name, what);
  result.type.shape = std::move(shape);
  result.constant.reset();
  result.variable = false;
  return emitter.add_tensor(std::move(result));
}

bool write_reduction(const NodeWriter& writer) {
  auto& builder = writer.emitter.builder();
  const auto reduce = [&](const std::vector<int32_t>& axes, bool keep_dims) {
    std::vector<Index> inputs = writer.emitter.operands(writer.node);
    inputs.push_back(writer.constant("axes", axes));
    writer.add(std::move(inputs), writer.emitter.options(schema::BuiltinOptions::ReducerOptions,
                                                         schema::CreateReducerOptions(builder, keep_dims)));
    return true;
  };
  const auto argument = [&](schema::BuiltinOptions type, auto create) {
    std::vector<Index> inputs = writer.emitter.operands(writer.node);
    inputs.push_back(writer.constant("axis", Shape(), {writer.view.attributes<AxisAttributes>().axis}));
    writer.add(std::move(inputs),
               writer.emitter.options(type, create(builder, tensor_type(writer.view.output().type.dtype))));
    return true;
  };
  switch (writer.node.op) {
    case Op::mean: {
      const auto& attributes = writer.view.attributes<MeanAttributes>();
      return reduce(attributes.axes, attributes.keep_dims);
    }
    case Op::sum:
    case Op::reduce_max:
    case Op::reduce_min:
    case Op::reduce_prod: {
      const auto& attributes = writer.view.attributes<ReductionAttributes>();
      return reduce(attributes.axes, attributes.keep_dims);
    }
    case Op::arg_max:
      return argument(schema::BuiltinOptions::ArgMaxOptions, schema::CreateArgMaxOptions);
    case Op::arg_min:
      return argument(schema::BuiltinOptions::ArgMinOptions, schema::CreateArgMinOptions);
    case Op::cumsum: {
      const auto& a = writer.view.attributes<CumsumAttributes>();
      std::vector<Index> inputs = writer.emitter.operands(writer.node);
      inputs.push_back(writer.constant("axis", Shape(), {a.axis}));
      writer.add(std::move(inputs),
                 writer.emitter.options(schema::BuiltinOptions::CumsumOptions,
                                        schema::CreateCumsumOptions(builder, a.exclusive, a.reverse)));
      return true;
    }
    case Op::softmax:
      writer.add(writer.emitter.options(
          schema::BuiltinOptions::SoftmaxOptions,
          schema::CreateSoftmaxOptions(builder, writer.view.attributes<SoftmaxAttributes>().beta)));
      return true;
    case Op::l2_normalization:
      writer.add(writer.emitter.options(schema::BuiltinOptions::L2NormOptions,
                                        schema::CreateL2NormOptions(builder)));
      return true;
    case Op::log_softmax:
      writer.add();
      return true;
    default:
      return false;
  }
}

bool write_detection(const NodeWriter& writer) {
  if (writer.node.op != Op::detection_postprocess) return false;
  const auto& a = writer.view.attributes<DetectionAttributes>();
  flexbuffers::Builder options;
  options.Map([&] {
    options.Int("max_detections", a.max_detections);
    options.Int("max_classes_per_detection", 1);
    options.Int("detections_per_class", a.detections_per_class);
    options.Bool("use_regular_nms", a.by_class);
    options.Float("nms_score_threshold", a.score_threshold);
    options.Float("nms_iou_threshold", a.overlap_threshold);
    options.Int("num_classes", a.classes);
    options.Float("y_scale", a.y_scale);
    options.Float("x_scale", a.x_scale);
    options.Float("h_scale", a.h_scale);
    options.Float("w_scale", a.w_scale);
  });
  options.Finish();
  writer.emitter.add_custom("TFLite_Detection_PostProcess", writer.emitter.operands(writer.node),
                            writer.emitter.results(writer.node), options.GetBuffer());
  return true;
}

bool write_elementwise(const NodeWriter& writer) {
  auto& builder = writer.emitter.builder();
  const schema::ActivationFunctionType activation = writer.activation();
  // Scales of int16 sums need not be powers of two, which is what the format's default says.
  const bool pot_scale = writer.view.output().type.dtype != DType::s16;
  switch (writer.node.op) {
    case Op::add:
      writer.add(writer.emitter.options(schema::BuiltinOptions::AddOptions,
                                        schema::CreateAddOptions(builder, activation, pot_scale)));
      return true;
    case Op::sub:
      writer.add(writer.emitter.options(schema::BuiltinOptions::SubOptions,
                                        schema::CreateSubOptions(builder, activation, pot_scale)));
      return true;
    case Op::mul:
      writer.add(writer.emitter.options(schema::BuiltinOptions::MulOptions,
                                        schema::CreateMulOptions(builder, activation)));
      return true;
    case Op::div:
      writer.add(writer.emitter.options(schema::BuiltinOptions::DivOptions,
                                        schema::CreateDivOptions(builder, activation)));
      return true;
    case Op::leaky_relu:
      writer.add(writer.emitter.options(
          schema::BuiltinOptions::LeakyReluOptions,
          schema::CreateLeakyReluOptions(builder, writer.view.attributes<LeakyReluAttributes>().alpha)));
      return true;
    case Op::cast:
      writer.add(writer.emitter.options(
          schema::BuiltinOptions::CastOptions,
          schema::CreateCastOptions(builder, tensor_type(writer.view.input(0).type.dtype),
                                    tensor_type(writer.view.output().type.dtype))));
      return true;
    default:
      // All others are without options: they have no attributes either.
      if (!writer.node.attributes.list().empty()) return false;
      writer.add();
      return true;
  }
}

namespace {

// Whether the operator's options in the format have a field for an activation.
bool has_activation_field(Op op) {
  switch (op) {
    case Op::add:
    case Op::average_pool_2d:
    case Op::convolution_2d:
    case Op::depthwise_convolution_2d:
    case Op::div:
    case Op::fully_connected:
    case Op::max_pool_2d:
    case Op::mul:
    case Op::sub:
    case Op::svdf:
    case Op::transpose_conv:
      return true;
    default:
      return false;
  }
}

BuiltinOperator operator_for(Activation activation) {
  switch (activation) {
    case Activation::relu:
      return BuiltinOperator::RELU;
    case Activation::relu_n1_to_1:
      return BuiltinOperator::RELU_N1_TO_1;
    case Activation::relu6:
      return BuiltinOperator::RELU6;
    case Activation::none:
      break;
  }
  internal_error("no activation wants no operator", __FILE__, __LINE__);
}

std::optional<Diagnostic> check_variables(const Emitter& emitter, const Node& node) {
  if (operator_of(node).facts().changes_state && node.op != Op::assign_variable)
    for (const TensorId id : node.inputs)
      if (id.valid() && emitter.is_resource(id))
        return Diagnostic{
            .code = DiagnosticCode::E0403,
            .message = fmt::format("variable \"{}\" is an operator's own state and assigned as well, "
                                   "which a .tflite file cannot say",
                                   printable(emitter.graph().at(id).name, 80)),
            .place = describe_place(node),
            .help = "write a .tir file",
            .file = {}};
  return std::nullopt;
}

Diagnostic no_form(const Node& node) {
  return {.code = DiagnosticCode::E0403,
          .message = fmt::format("operator {} has no form in a .tflite file", name_of(node.op)),
          .place = describe_place(node),
          .help = "write a .tir file",
          .file = {}};
}

bool rounds_halves_to_even(const Node& node) {
  return node.op == Op::average_pool_2d && node.attributes.as<PoolAttributes>().halves_to_even;
}

Diagnostic no_such_rounding(const Node& node) {
  return {.code = DiagnosticCode::E0403,
          .message = "the average of integers rounds halves to even, and a .tflite file's away from zero",
          .place = describe_place(node),
          .help = "write a .tir file",
          .file = {}};
}

}  // namespace

std::optional<Diagnostic> write_node(Emitter& emitter, const Node& node) {
  if (operator_of(node).facts().tflite_name.empty()) return no_form(node);
  if (rounds_halves_to_even(node)) return no_such_rounding(node);
  if (const auto refused = check_variables(emitter, node)) return refused;
  if (node.activation != Activation::none && !has_activation_field(node.op)) {
    // The operator without it writes to a tensor that the activation reads.
    Node plain = node;
    plain.activation = Activation::none;
    Tensor between = emitter.graph().at(node.outputs[0]);
    between.name += "/before_activation";
    const Index index = emitter.add_tensor(between);
    emitter.redirect(node.outputs[0], index);
    const auto refused = write_node(emitter, plain);
    emitter.redirect(node.outputs[0], emitter.own(node.outputs[0]));
    if (!refused)
      emitter.add_operator(operator_for(node.activation), {index}, {emitter.own(node.outputs[0])});
    return refused;
  }
  const NodeWriter writer{emitter, node, {emitter.graph(), node}};
  for (const auto write : {write_weighted, write_pool, write_movement, write_reduction, write_recurrent,
                           write_detection, write_elementwise})
    if (write(writer)) return std::nullopt;
  return no_form(node);
}

}  // namespace burin::tflite
