// How a node of the graph becomes operators of the file, family by family.
#pragma once

#include <optional>

#include "formats/tflite/emitter.hpp"

namespace burin::tflite {

// Adds the operators that one of the graph's nodes becomes. E0403.
std::optional<Diagnostic> write_node(Emitter& emitter, const Node& node);

// ---- for the families' files. Each writes the node, or gives false where it is none of theirs. ----

struct NodeWriter {
  Emitter& emitter;
  const Node& node;
  NodeView view;

  schema::BuiltinOperator kind() const;
  schema::ActivationFunctionType activation() const;
  // Operators of the same kind as the node's, with all its operands and results.
  void add(const WrittenOptions& options = {}) const;
  // With further operands.
  void add(std::vector<Index> inputs, const WrittenOptions& options = {}) const;
  // A constant operand, named after the node's first result.
  Index constant(const char* what, Shape shape, const std::vector<int32_t>& values) const;
  Index constant(const char* what, const std::vector<int32_t>& values) const;  // a vector
  // A tensor like another of the graph's, with a shape of its own, named after the node's first result.
  Index like(const Tensor& tensor, const std::string& what, Shape shape) const;
};

bool write_weighted(const NodeWriter& writer);
bool write_pool(const NodeWriter& writer);
bool write_movement(const NodeWriter& writer);
bool write_reduction(const NodeWriter& writer);
bool write_recurrent(const NodeWriter& writer);
bool write_detection(const NodeWriter& writer);
bool write_elementwise(const NodeWriter& writer);

}  // namespace burin::tflite
