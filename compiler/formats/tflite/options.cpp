#include "formats/tflite/options.hpp"

#include <flatbuffers/reflection.h>

#include <algorithm>
#include <string>

#include "formats/tflite/schema_bfbs_generated.h"
#include "support/check.hpp"
#include "tensor/shape.hpp"

namespace burin::tflite {
namespace {

const reflection::Schema& binary_schema() {
  return *reflection::GetSchema(schema::ModelBinarySchema::data());
}

const reflection::Object* object_of(schema::BuiltinOptions type) {
  const reflection::Enum* options =
      binary_schema().enums()->LookupByKey("burin.tflite_schema.BuiltinOptions");
  BURIN_CHECK(options != nullptr, "the schema has no BuiltinOptions");
  const reflection::EnumVal* value = options->values()->LookupByKey(static_cast<int64_t>(type));
  if (value == nullptr || value->union_type() == nullptr || value->union_type()->index() < 0) return nullptr;
  return binary_schema().objects()->Get(static_cast<uint32_t>(value->union_type()->index()));
}

// "burin.tflite_schema.Conv2DOptions" and "CONV_2D" both as "conv2d".
std::string normalized(std::string_view name) {
  name.remove_prefix(std::min(name.size(), name.rfind('.') + 1));
  if (name.ends_with("Options")) name.remove_suffix(7);
  std::string result;
  for (const char c : name)
    if (c != '_') result += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return result;
}

bool describes_options(const reflection::Object& object) {
  return object.name()->string_view().ends_with("Options");
}

const reflection::Field* field_of(const reflection::Object* object, std::string_view name) {
  return object ? object->fields()->LookupByKey(std::string(name).c_str()) : nullptr;
}

bool is_integer(const reflection::Field& field) {
  const reflection::BaseType type = field.type()->base_type();
  return type >= reflection::Bool && type <= reflection::ULong;
}

}  // namespace

struct Options::Found {
  const reflection::Field& field;
  const flatbuffers::Table* table;  // null: the field has its default
};

Options::Options(const schema::Operator& op, std::string_view operator_name)
    : custom_(operator_name.starts_with("CUSTOM ")) {
  constexpr size_t most_bytes = 1 << 16;
  if (custom_) {
    const auto* bytes = op.custom_options();
    if (bytes == nullptr || bytes->size() == 0 || bytes->size() > most_bytes) return;
    std::vector<uint8_t> seen;  // so that what is named twice is looked at once
    if (!flexbuffers::VerifyBuffer(bytes->data(), bytes->size(), &seen)) return;
    if (flexbuffers::GetRoot(bytes->data(), bytes->size()).IsMap()) map_ = {bytes->data(), bytes->size()};
    return;
  }
  // A kind of options that the schema does not describe has not been verified, and is not looked into.
  object_ = object_of(op.builtin_options_type());
  if (object_) table_ = static_cast<const flatbuffers::Table*>(op.builtin_options());
  const std::string name = normalized(operator_name);
  for (const reflection::Object* object : *binary_schema().objects())
    if (describes_options(*object) && normalized(object->name()->string_view()) == name) usual_ = object;
}

Options::Found Options::find(std::string_view name) const {
  if (table_)
    if (const reflection::Field* field = field_of(object_, name)) return {*field, table_};
  if (const reflection::Field* field = field_of(usual_, name)) return {*field, nullptr};
  for (const reflection::Object* object : *binary_schema().objects())
    if (describes_options(*object))
      if (const reflection::Field* field = field_of(object, name)) return {*field, nullptr};
  internal_error("no options have a field " + std::string(name), __FILE__, __LINE__);
}

flexbuffers::Reference Options::entry(std::string_view field) const {
  if (map_.empty()) return {};
  return flexbuffers::GetRoot(map_.data(), map_.size()).AsMap()[std::string(field).c_str()];
}

bool Options::states(std::string_view field) const {
  const flexbuffers::Reference found = entry(field);
  return found.IsNumeric() || found.IsBool();
}

int64_t Options::integer(std::string_view name) const {
  if (custom_) return states(name) ? entry(name).AsInt64() : 0;
  const Found found = find(name);
  BURIN_CHECK(is_integer(found.field), std::string(name) + " is not an integer");
  return found.table ? flatbuffers::GetAnyFieldI(*found.table, found.field) : found.field.default_integer();
}

float Options::real(std::string_view name) const {
  if (custom_) return states(name) ? entry(name).AsFloat() : 0;
  const Found found = find(name);
  BURIN_CHECK(found.field.type()->base_type() == reflection::Float,
              std::string(name) + " is not a real number");
  return static_cast<float>(found.table ? flatbuffers::GetAnyFieldF(*found.table, found.field)
                                        : found.field.default_real());
}

std::string_view Options::text(std::string_view name) const {
  const Found found = find(name);
  BURIN_CHECK(found.field.type()->base_type() == reflection::String, std::string(name) + " is not a string");
  const flatbuffers::String* string =
      found.table ? flatbuffers::GetFieldS(*found.table, found.field) : nullptr;
  return string ? std::string_view(string->c_str(), string->size()) : std::string_view();
}

std::vector<int32_t> Options::integers(std::string_view name) const {
  const Found found = find(name);
  BURIN_CHECK(found.field.type()->base_type() == reflection::Vector &&
                  found.field.type()->element() == reflection::Int,
              std::string(name) + " is not a list of integers");
  const auto* list = found.table ? flatbuffers::GetFieldV<int32_t>(*found.table, found.field) : nullptr;
  std::vector<int32_t> result;
  for (uint32_t i = 0; list && i < list->size() && i <= Shape::max_rank; ++i) result.push_back(list->Get(i));
  return result;
}

std::vector<int64_t> Options::subgraphs() const {
  std::vector<int64_t> result;
  if (!table_) return result;
  for (const reflection::Field* field : *object_->fields())
    if (is_integer(*field) && field->name()->string_view().find("subgraph") != std::string_view::npos)
      result.push_back(flatbuffers::GetAnyFieldI(*table_, *field));
  return result;
}

}  // namespace burin::tflite
