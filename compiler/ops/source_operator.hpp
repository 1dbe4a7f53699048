// A view of an operator in a foreign model, for the readers in the operators' files. Fields are looked up by
// the format's own names, so that an import engine needs no operator names and an operator no import engine.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ir/graph.hpp"
#include "support/result.hpp"

namespace burin {

class SourceOperator {
 public:
  virtual ~SourceOperator() = default;

  // Operands as tensors of the graph under construction. An absent optional input has an invalid id.
  virtual const std::vector<TensorId>& inputs() const = 0;
  virtual const std::vector<TensorId>& outputs() const = 0;
  // Tensors inside the operator, there for their quantisation only; a graph that has been read holds none of
  // them.
  virtual const std::vector<TensorId>& intermediates() const = 0;
  virtual const Tensor& tensor(TensorId id) const = 0;

  // Attributes by the format's field name; where the file has none, the format's default. A name that the
  // format does not know is an internal error.
  virtual int64_t integer(std::string_view field) const = 0;
  virtual float real(std::string_view field) const = 0;
  virtual std::vector<int32_t> integers(std::string_view field) const = 0;

  // The elements of an integer constant, where the operand is present and constant.
  std::optional<std::vector<int64_t>> constant_integers(size_t input) const;
  bool has_input(size_t i) const { return i < inputs().size() && inputs()[i].valid(); }
  const Tensor& input(size_t i) const { return tensor(inputs().at(i)); }
  const Tensor& output(size_t i = 0) const { return tensor(outputs().at(i)); }
};

// What a reader makes of it; the import engine adds name, position and outputs.
struct NodeDraft {
  std::vector<TensorId> inputs;
  Attributes attributes;
  Activation activation = Activation::none;
  // Where set, a diagnostic-free way to say that the operator does nothing else than another one: its
  // replacement.
  std::optional<Op> op{};
};

// The fused activation of a TFLite operator from its field `fused_activation_function`; TANH and SIGN_BIT,
// which no converter fuses, are refused with E0402.
Result<Activation> tflite_activation(const SourceOperator& source);

}  // namespace burin
