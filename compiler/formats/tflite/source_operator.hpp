// An operator of a TFLite model as its reader sees it, and what the reader makes of it. Fields are looked up
// by the format's own names.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ir/graph.hpp"
#include "support/result.hpp"

namespace burin {

// A node that a reader makes; the import adds name and position.
struct NodeDraft {
  std::vector<TensorId> inputs;
  Attributes attributes;
  Activation activation = Activation::none;
  bool keeps_infinities = false;
  std::optional<Op> op{};           // where it is not the one of the reader's row
  std::vector<TensorId> outputs{};  // where they are not those of the foreign operator
  bool without_outputs = false;     // an assignment
};

class SourceOperator {
 public:
  virtual ~SourceOperator() = default;

  // Operands as tensors of the graph under construction. An absent optional input has an invalid id.
  virtual const std::vector<TensorId>& inputs() const = 0;
  virtual const std::vector<TensorId>& outputs() const = 0;
  // Tensors inside the operator, there for their quantization only; a graph that has been read holds none of
  // them.
  virtual const std::vector<TensorId>& intermediates() const = 0;
  virtual const Tensor& tensor(TensorId id) const = 0;

  // Attributes by the format's field name; where the file has none, the format's default. A name that the
  // format does not know is an internal error.
  virtual int64_t integer(std::string_view field) const = 0;
  virtual float real(std::string_view field) const = 0;
  virtual std::vector<int32_t> integers(std::string_view field) const = 0;
  // Whether the options of a custom operator have the field; else it is 0.
  virtual bool states(std::string_view) const { return false; }

  // For an operator that becomes several nodes: adds a tensor, and a node in front of the one that the reader
  // returns. Nodes are checked and folded in their order, after the reader has returned. References to
  // tensors do not survive a new one.
  virtual TensorId add_tensor(Tensor tensor) = 0;
  virtual void add_node(NodeDraft node) = 0;

  // The elements of an integer constant, where the operand is present and constant.
  std::optional<std::vector<int64_t>> constant_integers(size_t input) const;
  bool has_input(size_t i) const { return i < inputs().size() && inputs()[i].valid(); }
  const Tensor& input(size_t i) const { return tensor(inputs().at(i)); }
  const Tensor& output(size_t i = 0) const { return tensor(outputs().at(i)); }
};

}  // namespace burin
