// The bytes of an ONNX model: recognizing and parsing them, with bounds on what they may ask for.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "ir/graph.hpp"
#include "support/result.hpp"

namespace burin::onnx {

namespace schema {
class ModelProto;
class TensorProto;
}  // namespace schema

// The parsed model. E0302 where the bytes are no such message, E0403 where they hold more parts than any
// model.
Result<std::shared_ptr<const schema::ModelProto>> parse(std::span<const std::byte> bytes);

// The element type that a graph holds a type of the format as, or nothing where there is none. Half precision
// and float64 become float32, four-bit integers int8 or uint8, unsigned ones of 32 and 64 bits int64: `exact`
// says whether the type is the same, as it has to be for inputs and outputs of a model.
struct ElementType {
  DType dtype = DType::f32;
  bool exact = true;
};
std::optional<ElementType> element_type_of(int32_t data_type);
std::string element_type_name(int32_t data_type);

// Reads the constants of a model, of which the larger ones may lie in other files below its folder.
class TensorReader {
 public:
  explicit TensorReader(std::filesystem::path folder, int64_t most_bytes)
      : folder_(std::move(folder)), left_(most_bytes) {}

  // A constant tensor without a name; one finding without a place where it cannot be read.
  Result<Tensor> read(const schema::TensorProto& source);

 private:
  Result<std::string> external_bytes(const schema::TensorProto& source, size_t expected);

  std::filesystem::path folder_;
  int64_t left_;  // bytes of all constants together
};

}  // namespace burin::onnx
