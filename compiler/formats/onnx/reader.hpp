// What the reader of an operator is given: the operator's attributes and operands, and a builder for what
// becomes of it. The readers are in operators/, one file a family; the engine that calls them knows no
// operators.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/onnx/builder.hpp"

namespace burin::onnx {

namespace schema {
class AttributeProto;
class NodeProto;
}  // namespace schema

class Reader : public Builder {
 public:
  struct Operand {
    TensorId id;               // invalid where it is absent
    bool only_reader = false;  // nothing else in the model reads it
  };

  Reader(Graph& graph, Work& work, const schema::NodeProto& node, int64_t opset, std::vector<Operand> inputs,
         std::vector<bool> wanted_outputs, std::function<Tensor(const schema::AttributeProto&)> read_tensor);

  // The version of the operator's domain that the model is written for.
  int64_t opset() const { return opset_; }

  // ---- attributes, by the format's names; a default where the model has none ----
  bool has(std::string_view name) const { return find(name) != nullptr; }
  int64_t integer(std::string_view name, int64_t otherwise) const;
  float real(std::string_view name, float otherwise) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  using Builder::integers;
  std::vector<int64_t> integers(std::string_view name, std::vector<int64_t> otherwise = {}) const;
  std::vector<float> reals(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  // E0303 where it is absent.
  int64_t required_integer(std::string_view name) const;
  std::vector<int64_t> required_integers(std::string_view name) const;
  TensorId tensor(std::string_view name);

  // ---- operands ----
  size_t input_count() const { return inputs_.size(); }
  bool has_input(size_t i) const { return i < inputs_.size() && inputs_[i].id.valid(); }
  TensorId input(size_t i) const;           // E0303 where it is absent
  TensorId optional_input(size_t i) const;  // invalid where it is absent
  bool is_only_reader(size_t i) const { return i < inputs_.size() && inputs_[i].only_reader; }
  // The elements of an operand that has to be known at compile time; `what` it is, for the message. Nothing
  // where the operand is absent.
  std::optional<std::vector<int64_t>> constant_integers(size_t i, std::string_view what) const;
  std::optional<std::vector<float>> constant_floats(size_t i, std::string_view what) const;
  // Axes that moved from an attribute to an operand at some version.
  std::optional<std::vector<int64_t>> axes(size_t i, int64_t since_version) const;

  // ---- outputs ----
  size_t output_count() const { return wanted_.size(); }
  bool wants(size_t i) const { return i < wanted_.size() && wanted_[i]; }
  void set(size_t i, TensorId id);
  void finish(TensorId id) { set(0, id); }
  const std::vector<TensorId>& outputs() const { return outputs_; }

 private:
  const schema::AttributeProto* find(std::string_view name) const;

  const schema::NodeProto& node_;
  int64_t opset_;
  std::vector<Operand> inputs_;
  std::vector<bool> wanted_;
  std::function<Tensor(const schema::AttributeProto&)> read_tensor_;
  std::vector<TensorId> outputs_;
};

// An axis that counts from the end where it is negative, as one from the start. E0303 where there is no such
// axis.
int32_t axis_of(int64_t axis, int32_t rank);
// The same for many, sorted, each once.
std::vector<int32_t> axes_of(const std::vector<int64_t>& axes, int32_t rank);
// Refuses constants of more elements than a model computes for good reason: 2^24.
void bound_elements(int64_t count);
// Within what a dimension may be; E0303 where it is not.
int32_t dimension_of(int64_t value, std::string_view what);

// ---- the table of operators ----

struct OperatorEntry {
  std::string_view name;  // "Relu"; of another domain than ai.onnx with it: "com.microsoft::Gelu"
  void (*read)(Reader&);
};

std::span<const OperatorEntry> activation_operators();
std::span<const OperatorEntry> arithmetic_operators();
std::span<const OperatorEntry> attention_operators();
std::span<const OperatorEntry> constant_operators();
std::span<const OperatorEntry> indexing_operators();
std::span<const OperatorEntry> matrix_operators();
std::span<const OperatorEntry> movement_operators();
std::span<const OperatorEntry> normalization_operators();
std::span<const OperatorEntry> pooling_operators();
std::span<const OperatorEntry> quantization_operators();
std::span<const OperatorEntry> recurrent_operators();
std::span<const OperatorEntry> reduction_operators();
std::span<const OperatorEntry> resizing_operators();
std::span<const OperatorEntry> spectrum_operators();
std::span<const OperatorEntry> convolution_operators();
std::span<const OperatorEntry> tree_operators();

// Its entry, or null where Burin does not read it.
const OperatorEntry* find_operator(std::string_view name);
// All names, sorted.
std::vector<std::string> operator_names();

}  // namespace burin::onnx
