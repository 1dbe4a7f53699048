// A TFLite file after its FlatBuffer has been verified: from here on every table, vector and string lies
// inside of the file. What the numbers in it mean is still unchecked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/tflite/schema.hpp"
#include "support/result.hpp"

namespace burin::tflite {

class File {
 public:
  File(File&&) = default;
  File& operator=(File&&) = default;
  // `bytes` must outlive the file. E0302 where it is damaged, E0403 where it is of another version.
  static Result<File> open(std::span<const std::byte> bytes);

  const schema::Model& model() const { return *schema::GetModel(bytes_.data()); }
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  File() = default;

  std::span<const std::byte> bytes_;
  std::vector<std::byte> copy_;  // where the caller's bytes are not aligned
};

// Work and memory that reading may cost. FlatBuffers can name the same bytes any number of times, so that the
// size of a file bounds nothing by itself.
class Budget {
 public:
  explicit Budget(uint64_t units) : left_(units) {}
  // False where there is not as much left.
  bool take(uint64_t units) {
    if (units > left_) return false;
    left_ -= units;
    return true;
  }

 private:
  uint64_t left_;
};

// FlatBuffers leaves out what is empty; these take an absent vector or string for an empty one.
template <class Element>
size_t size_of(const flatbuffers::Vector<Element>* vector) {
  return vector ? vector->size() : 0;
}
inline std::string_view view_of(const flatbuffers::String* string) {
  return string ? std::string_view(string->c_str(), string->size()) : std::string_view();
}

// Number of an operator's kind. The file has two fields for it, see schema.fbs.
schema::BuiltinOperator kind_of(const schema::OperatorCode& code);
// Name of an operator's kind, printable: "CONV_2D", or for a custom one `CUSTOM "Name"`.
std::string name_of(const schema::OperatorCode& code);

// `tensor 12 "conv2d/kernel"`
std::string describe_place(size_t index, const schema::Tensor& tensor);
// Type of a tensor whatever it may be: "int32[1,32,2]", "string[1]".
std::string describe_type(const schema::Tensor& tensor);
// Of an operator's operands: "int32[1,32,2], none".
std::string describe_operands(const schema::SubGraph& subgraph, const flatbuffers::Vector<int32_t>* indices);

}  // namespace burin::tflite
