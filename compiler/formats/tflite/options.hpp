// An operator's options by field name, through the binary schema that flatc embeds: readers in ops/ need not
// know the generated accessors, and the engine not the operators.
#pragma once

#include <flatbuffers/flexbuffers.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "formats/tflite/schema.hpp"

namespace flatbuffers {
class Table;
}
namespace reflection {
struct Object;
}

namespace burin::tflite {

class Options {
 public:
  // Options of `op`, whose kind is called `operator_name` ("CONV_2D"). Where the file has none, every field
  // has the format's default. A custom operator's are a map in the FlexBuffers format; a field that it lacks
  // is 0.
  Options(const schema::Operator& op, std::string_view operator_name);

  // A name that no options of the format have is an internal error.
  int64_t integer(std::string_view field) const;
  float real(std::string_view field) const;
  std::string_view text(std::string_view field) const;
  // Lists in the format are shapes and axes. A list that is longer than any rank is cut one element beyond
  // it, so that it still cannot be taken for one.
  std::vector<int32_t> integers(std::string_view field) const;
  // Whether the map of a custom operator has the field.
  bool states(std::string_view field) const;
  // Numbers of the subgraphs that the options name.
  std::vector<int64_t> subgraphs() const;

 private:
  struct Found;
  Found find(std::string_view field) const;
  flexbuffers::Reference entry(std::string_view field) const;

  bool custom_ = false;
  std::span<const uint8_t> map_;  // where a custom operator's options are one
  const flatbuffers::Table* table_ = nullptr;
  const reflection::Object* object_ = nullptr;  // describes the table
  const reflection::Object* usual_ = nullptr;   // options named like the operator; may be null
};

}  // namespace burin::tflite
