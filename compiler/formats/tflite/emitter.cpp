#include "formats/tflite/emitter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "formats/tflite/versions.hpp"
#include "ops/value.hpp"

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

constexpr size_t alignment = 16;  // of constants in the file
constexpr uint32_t format_version = 3;
constexpr int32_t placeholder_code = 127;  // in the old field, of operators beyond its range

bool takes_handle(Op op) {
  return op == Op::read_variable || op == Op::assign_variable;
}

bool starts_from_zero(const Tensor& variable) {
  Tensor without = variable;
  without.constant.reset();
  return std::ranges::equal(variable.constant->bytes(), initial_value(without).bytes);
}

}  // namespace

schema::TensorType tensor_type(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return schema::TensorType::FLOAT32;
    case DType::s8:
      return schema::TensorType::INT8;
    case DType::u8:
      return schema::TensorType::UINT8;
    case DType::s16:
      return schema::TensorType::INT16;
    case DType::s32:
      return schema::TensorType::INT32;
    case DType::s64:
      return schema::TensorType::INT64;
    case DType::boolean:
      return schema::TensorType::BOOL;
  }
  internal_error("an element type outside of DType", __FILE__, __LINE__);
}

Emitter::Emitter(const Graph& graph) : graph_(graph) {
  for (const Tensor& tensor : graph.tensors) tensors_.push_back({tensor});
  find_resources();
  begin_variables();
}

void Emitter::find_resources() {
  std::set<TensorId> found;
  for (const Node& node : graph_.nodes)
    if (takes_handle(node.op)) found.insert(node.inputs[0]);
  resources_.assign(found.begin(), found.end());
  std::set<std::string> taken;
  for (const TensorId id : resources_) {
    const std::string wanted = graph_.at(id).name;
    std::string name = wanted;
    for (int32_t number = 2; !taken.insert(name).second; ++number)
      name = fmt::format("{}_{}", wanted, number);
    names_[id] = name;
    tensors_[id.index].is_handle = true;
  }
}

WrittenOptions Emitter::handle_options(const std::string& name) {
  const auto container = builder_.CreateString("");
  const auto shared = builder_.CreateString(name);
  return options(schema::BuiltinOptions::VarHandleOptions,
                 schema::CreateVarHandleOptions(builder_, container, shared));
}

// Operators that stand in front of all others: the call of what gives variables their initial values, and
// their handles.
void Emitter::begin_variables() {
  if (resources_.empty()) return;
  add_operator(BuiltinOperator::CALL_ONCE, {}, {},
               options(schema::BuiltinOptions::CallOnceOptions, schema::CreateCallOnceOptions(builder_, 1)));
  for (const TensorId id : resources_)
    add_operator(BuiltinOperator::VAR_HANDLE, {}, {handle(id)}, handle_options(names_.at(id)));
}

Index Emitter::operand(TensorId id) {
  if (!id.valid()) return -1;
  if (!tensors_.at(id.index).is_handle) return static_cast<Index>(id.index);
  Tensor value = graph_.at(id);
  value.variable = false;
  value.constant.reset();
  value.name += "/value";
  const Index index = add_tensor(std::move(value));
  add_operator(BuiltinOperator::READ_VARIABLE, {handle(id)}, {index});
  return index;
}

std::vector<Index> Emitter::operands(const Node& node) {
  std::vector<Index> indices;
  for (const TensorId id : node.inputs) indices.push_back(operand(id));
  return indices;
}

std::vector<Index> Emitter::results(const Node& node) const {
  std::vector<Index> indices;
  for (const TensorId id : node.outputs) indices.push_back(result(id));
  return indices;
}

Index Emitter::add_tensor(Tensor tensor) {
  tensors_.push_back({std::move(tensor)});
  return static_cast<Index>(tensors_.size()) - 1;
}

Index Emitter::add_constant(const std::string& name, Shape shape, const std::vector<int32_t>& values) {
  Tensor tensor;
  tensor.name = name;
  tensor.type = {DType::s32, std::move(shape)};
  tensor.constant = Constant::of(values);
  return add_tensor(std::move(tensor));
}

uint32_t Emitter::code(Code code) {
  const auto found = std::ranges::find(codes_, code);
  if (found != codes_.end()) return static_cast<uint32_t>(found - codes_.begin());
  codes_.push_back(std::move(code));
  return static_cast<uint32_t>(codes_.size()) - 1;
}

Emitter::OperatorOffset Emitter::write_operator(BuiltinOperator kind, const std::vector<Index>& inputs,
                                                const std::vector<Index>& outputs,
                                                const WrittenOptions& options,
                                                const std::vector<Index>& intermediates, int32_t version) {
  const auto input_list = builder_.CreateVector(inputs);
  const auto output_list = builder_.CreateVector(outputs);
  const auto intermediate_list = intermediates.empty() ? flatbuffers::Offset<flatbuffers::Vector<int32_t>>()
                                                       : builder_.CreateVector(intermediates);
  schema::OperatorBuilder op(builder_);
  op.add_opcode_index(code({kind, version}));
  op.add_inputs(input_list);
  op.add_outputs(output_list);
  if (options.type != schema::BuiltinOptions::NONE) {
    op.add_builtin_options_type(options.type);
    op.add_builtin_options(options.offset);
  }
  if (!intermediates.empty()) op.add_intermediates(intermediate_list);
  return op.Finish();
}

void Emitter::add_operator(BuiltinOperator kind, const std::vector<Index>& inputs,
                           const std::vector<Index>& outputs, const WrittenOptions& options,
                           const std::vector<Index>& intermediates) {
  const auto types = [&](const std::vector<Index>& indices) {
    std::vector<const Tensor*> found;
    for (const Index index : indices) found.push_back(index < 0 ? nullptr : &tensor(index));
    return found;
  };
  const int32_t version = std::max(options.version, version_of(kind, types(inputs), types(outputs)));
  operators_.push_back(write_operator(kind, inputs, outputs, options, intermediates, version));
}

void Emitter::add_custom(const std::string& name, const std::vector<Index>& inputs,
                         const std::vector<Index>& outputs, const std::vector<uint8_t>& options) {
  const auto input_list = builder_.CreateVector(inputs);
  const auto output_list = builder_.CreateVector(outputs);
  const auto option_list = builder_.CreateVector(options);
  schema::OperatorBuilder op(builder_);
  op.add_opcode_index(code({BuiltinOperator::CUSTOM, 1, name}));
  op.add_inputs(input_list);
  op.add_outputs(output_list);
  op.add_custom_options(option_list);
  operators_.push_back(op.Finish());
}

uint32_t Emitter::buffer(const Tensor& tensor) {
  // State that starts from zero needs no value; TensorFlow Lite takes none.
  if (!tensor.constant || tensor.constant->bytes().empty()) return 0;
  if (tensor.variable && starts_from_zero(tensor)) return 0;
  const std::span<const std::byte> bytes = tensor.constant->bytes();
  const auto [entry, fresh] = buffer_of_.try_emplace({bytes.data(), bytes.size()}, 0u);
  if (fresh) {
    buffers_.push_back(*tensor.constant);
    entry->second = static_cast<uint32_t>(buffers_.size());
  }
  return entry->second;
}

flatbuffers::Offset<schema::Tensor> Emitter::write_tensor(const FileTensor& from) {
  const Tensor& tensor = from.tensor;
  const Quantization& quantization = tensor.quantization;
  flatbuffers::Offset<schema::QuantizationParameters> parameters;
  if (quantization.present() && !from.is_handle) {
    const auto scales = builder_.CreateVector(quantization.scales);
    const auto zero_points = builder_.CreateVector(
        std::vector<int64_t>(quantization.zero_points.begin(), quantization.zero_points.end()));
    schema::QuantizationParametersBuilder built(builder_);
    built.add_scale(scales);
    built.add_zero_point(zero_points);
    built.add_quantized_dimension(quantization.scales.size() > 1 ? quantization.axis : 0);
    parameters = built.Finish();
  }
  const auto shape =
      builder_.CreateVector(from.is_handle ? std::vector<int32_t>() : tensor.type.shape.dims());
  const auto name = builder_.CreateString(tensor.name);
  schema::TensorBuilder built(builder_);
  built.add_shape(shape);
  built.add_type(from.is_handle ? schema::TensorType::RESOURCE : tensor_type(tensor.type.dtype));
  built.add_buffer(from.is_handle ? 0 : buffer(tensor));
  built.add_name(name);
  if (quantization.present() && !from.is_handle) built.add_quantization(parameters);
  built.add_is_variable(tensor.variable && !from.is_handle);
  built.add_has_rank(true);
  return built.Finish();
}

Emitter::SubGraphOffset Emitter::write_main() {
  for (const TensorId id : graph_.inputs) inputs_.push_back(result(id));
  for (const TensorId id : graph_.outputs) outputs_.push_back(operand(id));
  std::vector<flatbuffers::Offset<schema::Tensor>> tensors;
  for (const FileTensor& tensor : tensors_) tensors.push_back(write_tensor(tensor));
  const auto tensor_list = builder_.CreateVector(tensors);
  const auto input_list = builder_.CreateVector(inputs_);
  const auto output_list = builder_.CreateVector(outputs_);
  const auto operator_list = builder_.CreateVector(operators_);
  const auto name = builder_.CreateString(graph_.name.empty() ? std::string("main") : graph_.name);
  return schema::CreateSubGraph(builder_, tensor_list, input_list, output_list, operator_list, name);
}

// The subgraph that assigns initial values, in constants, to the resource variables.
Emitter::SubGraphOffset Emitter::write_initialization() {
  std::vector<flatbuffers::Offset<schema::Tensor>> tensors;
  std::vector<OperatorOffset> operators;
  for (const TensorId id : resources_) {
    Tensor value = graph_.at(id);
    if (!value.constant) value.constant = Constant(initial_value(value).bytes);
    value.variable = false;
    const auto at = static_cast<Index>(tensors.size());
    tensors.push_back(write_tensor({graph_.at(id), true}));
    value.name += "/initial";
    tensors.push_back(write_tensor({value}));
    operators.push_back(
        write_operator(BuiltinOperator::VAR_HANDLE, {}, {at}, handle_options(names_.at(id)), {}, 1));
    operators.push_back(write_operator(BuiltinOperator::ASSIGN_VARIABLE, {at, at + 1}, {}, {}, {}, 1));
  }
  const auto tensor_list = builder_.CreateVector(tensors);
  const auto none = builder_.CreateVector(std::vector<Index>());
  const auto operator_list = builder_.CreateVector(operators);
  const auto name = builder_.CreateString("initialize");
  return schema::CreateSubGraph(builder_, tensor_list, none, none, operator_list, name);
}

// The ports under their tensors' names, where these tell them apart.
bool Emitter::has_signature() const {
  for (const std::vector<Index>& ports : {inputs_, outputs_}) {
    std::set<std::string> names;
    for (const Index index : ports)
      if (tensor(index).name.empty() || !names.insert(tensor(index).name).second) return false;
  }
  return true;
}

flatbuffers::Offset<schema::SignatureDef> Emitter::write_signature() {
  const auto list = [&](const std::vector<Index>& indices) {
    std::vector<flatbuffers::Offset<schema::TensorMap>> entries;
    for (const Index index : indices) {
      const auto name = builder_.CreateString(tensor(index).name);
      entries.push_back(schema::CreateTensorMap(builder_, name, static_cast<uint32_t>(index)));
    }
    return builder_.CreateVector(entries);
  };
  const auto inputs = list(inputs_);
  const auto outputs = list(outputs_);
  return schema::CreateSignatureDef(builder_, inputs, outputs, builder_.CreateString("serving_default"), 0);
}

std::string Emitter::finish() {
  std::vector<SubGraphOffset> subgraphs = {write_main()};
  if (!resources_.empty()) subgraphs.push_back(write_initialization());
  std::vector<flatbuffers::Offset<schema::OperatorCode>> codes;
  for (const auto& [kind, version, custom] : codes_) {
    const auto name =
        custom.empty() ? flatbuffers::Offset<flatbuffers::String>() : builder_.CreateString(custom);
    const auto number = std::min(static_cast<int32_t>(kind), placeholder_code);
    schema::OperatorCodeBuilder built(builder_);
    built.add_deprecated_builtin_code(static_cast<int8_t>(number));
    built.add_version(version);
    built.add_builtin_code(kind);
    if (!custom.empty()) built.add_custom_code(name);
    codes.push_back(built.Finish());
  }
  std::vector<flatbuffers::Offset<schema::Buffer>> buffers = {schema::BufferBuilder(builder_).Finish()};
  for (const Constant& constant : buffers_) {
    const std::span<const std::byte> bytes = constant.bytes();
    builder_.ForceVectorAlignment(bytes.size(), 1, alignment);
    const auto data = builder_.CreateVector(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    buffers.push_back(schema::CreateBuffer(builder_, data));
  }
  const auto code_list = builder_.CreateVector(codes);
  const auto subgraph_list = builder_.CreateVector(subgraphs);
  const auto description = builder_.CreateString("Written by Burin.");
  const auto buffer_list = builder_.CreateVector(buffers);
  std::vector<flatbuffers::Offset<schema::SignatureDef>> signatures;
  if (has_signature()) signatures.push_back(write_signature());
  const auto signature_list = builder_.CreateVector(signatures);
  schema::ModelBuilder model(builder_);
  model.add_version(format_version);
  model.add_operator_codes(code_list);
  model.add_subgraphs(subgraph_list);
  model.add_description(description);
  model.add_buffers(buffer_list);
  model.add_signature_defs(signature_list);
  schema::FinishModelBuffer(builder_, model.Finish());
  return {reinterpret_cast<const char*>(builder_.GetBufferPointer()), builder_.GetSize()};
}

}  // namespace burin::tflite
