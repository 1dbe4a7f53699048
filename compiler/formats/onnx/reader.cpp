#include "formats/onnx/reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "formats/onnx/onnx.pb.h"

namespace burin::onnx {

Reader::Reader(Graph& graph, Work& work, const schema::NodeProto& node, int64_t opset,
               std::vector<Operand> inputs, std::vector<bool> wanted_outputs,
               std::function<Tensor(const schema::AttributeProto&)> read_tensor)
    : Builder(graph, work),
      node_(node),
      opset_(opset),
      inputs_(std::move(inputs)),
      wanted_(std::move(wanted_outputs)),
      read_tensor_(std::move(read_tensor)),
      outputs_(wanted_.size()) {}

const schema::AttributeProto* Reader::find(std::string_view name) const {
  for (const schema::AttributeProto& attribute : node_.attribute())
    if (attribute.name() == name) return &attribute;
  return nullptr;
}

int64_t Reader::integer(std::string_view name, int64_t otherwise) const {
  const auto* attribute = find(name);
  return attribute == nullptr ? otherwise : attribute->i();
}

float Reader::real(std::string_view name, float otherwise) const {
  const auto* attribute = find(name);
  return attribute == nullptr ? otherwise : attribute->f();
}

std::string Reader::text(std::string_view name, std::string_view otherwise) const {
  const auto* attribute = find(name);
  return std::string(attribute == nullptr ? otherwise : std::string_view(attribute->s()));
}

std::vector<int64_t> Reader::integers(std::string_view name, std::vector<int64_t> otherwise) const {
  const auto* attribute = find(name);
  if (attribute == nullptr) return otherwise;
  return {attribute->ints().begin(), attribute->ints().end()};
}

std::vector<float> Reader::reals(std::string_view name) const {
  const auto* attribute = find(name);
  if (attribute == nullptr) return {};
  return {attribute->floats().begin(), attribute->floats().end()};
}

std::vector<std::string> Reader::texts(std::string_view name) const {
  const auto* attribute = find(name);
  if (attribute == nullptr) return {};
  return {attribute->strings().begin(), attribute->strings().end()};
}

int64_t Reader::required_integer(std::string_view name) const {
  if (!has(name)) contradiction(fmt::format("the attribute {} is missing", name));
  return integer(name, 0);
}

std::vector<int64_t> Reader::required_integers(std::string_view name) const {
  if (!has(name)) contradiction(fmt::format("the attribute {} is missing", name));
  return integers(name);
}

TensorId Reader::tensor(std::string_view name) {
  const auto* attribute = find(name);
  if (attribute == nullptr || !attribute->has_t())
    contradiction(fmt::format("the attribute {} is missing, or no tensor", name));
  Tensor value = read_tensor_(*attribute);
  return constant(value.type, *value.constant);
}

TensorId Reader::input(size_t i) const {
  if (!has_input(i)) contradiction(fmt::format("input {} is missing", i));
  return inputs_[i].id;
}

TensorId Reader::optional_input(size_t i) const {
  return has_input(i) ? inputs_[i].id : TensorId();
}

namespace {

[[noreturn]] void refuse_computed(const Tensor& tensor, std::string_view what) {
  unsupported(fmt::format("the {} comes from the tensor \"{}\", which is computed at run time", what,
                          printable(tensor.name, 80)),
              "make it constant: fold constants when you export the model, or pin what it depends on by "
              "--input-shape "
              "or --input-value");
}

}  // namespace

std::optional<std::vector<int64_t>> Reader::constant_integers(size_t i, std::string_view what) const {
  if (!has_input(i)) return std::nullopt;
  if (!is_constant(input(i))) refuse_computed(at(input(i)), what);
  return integers_of(input(i));
}

std::optional<std::vector<float>> Reader::constant_floats(size_t i, std::string_view what) const {
  if (!has_input(i)) return std::nullopt;
  if (!is_constant(input(i))) refuse_computed(at(input(i)), what);
  return floats_of(input(i));
}

std::optional<std::vector<int64_t>> Reader::axes(size_t i, int64_t since_version) const {
  if (opset() >= since_version) return constant_integers(i, "list of axes");
  if (!has("axes")) return std::nullopt;
  return integers("axes");
}

void Reader::set(size_t i, TensorId id) {
  if (i < outputs_.size()) outputs_[i] = id;
}

int32_t axis_of(int64_t axis, int32_t rank) {
  if (axis < -rank || axis >= rank) contradiction(fmt::format("there is no axis {} of {}", axis, rank));
  return static_cast<int32_t>(axis < 0 ? axis + rank : axis);
}

std::vector<int32_t> axes_of(const std::vector<int64_t>& axes, int32_t rank) {
  std::vector<int32_t> result;
  for (const int64_t axis : axes) result.push_back(axis_of(axis, rank));
  std::ranges::sort(result);
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

void bound_elements(int64_t count) {
  if (count < 0 || count > (int64_t{1} << 24))
    refuse(DiagnosticCode::E0403, fmt::format("a constant of {} elements would be computed", count));
}

int32_t dimension_of(int64_t value, std::string_view what) {
  if (value < 0 || value > Shape::max_elements) contradiction(fmt::format("the {} is {}", what, value));
  return static_cast<int32_t>(value);
}

namespace {

const std::map<std::string_view, const OperatorEntry*>& operator_table() {
  static const auto table = [] {
    std::map<std::string_view, const OperatorEntry*> result;
    for (const auto family :
         {activation_operators(), arithmetic_operators(), attention_operators(), constant_operators(),
          convolution_operators(), indexing_operators(), matrix_operators(), movement_operators(),
          normalization_operators(), pooling_operators(), quantization_operators(), recurrent_operators(),
          reduction_operators(), resizing_operators(), spectrum_operators(), tree_operators()})
      for (const OperatorEntry& entry : family) result[entry.name] = &entry;
    return result;
  }();
  return table;
}

}  // namespace

const OperatorEntry* find_operator(std::string_view name) {
  const auto entry = operator_table().find(name);
  return entry == operator_table().end() ? nullptr : entry->second;
}

std::vector<std::string> operator_names() {
  std::vector<std::string> names;
  for (const auto& [name, entry] : operator_table()) names.emplace_back(name);
  return names;
}

}  // namespace burin::onnx
