// Graph: operators and tensors, what to compute. A value: copying is cheap, comparison is `==`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/attributes.hpp"
#include "ir/op.hpp"
#include "support/ids.hpp"
#include "tensor/constant.hpp"
#include "tensor/dtype.hpp"
#include "tensor/quantization.hpp"
#include "tensor/shape.hpp"

namespace burin {

struct TensorType {
  DType dtype = DType::s8;
  Shape shape{};

  int64_t bytes() const { return shape.elements() * byte_width(dtype); }
  bool operator==(const TensorType&) const = default;
};

std::string to_string(const TensorType& type);      // "s8[1,49,10,1]"
std::string describe_type(const TensorType& type);  // "int8[1,49,10,1]", in messages

struct Tensor {
  std::string name{};  // as in the model: untrusted text
  TensorType type{};
  Quantization quantization{};
  std::optional<Constant> constant{};  // weights and other known values
  // State: keeps its value between invocations and starts from `constant`, or where that is absent from real
  // zero.
  bool variable = false;

  bool is_constant() const { return constant.has_value() && !variable; }
  bool operator==(const Tensor&) const = default;
};

struct Node {
  Op op;
  std::vector<TensorId> inputs{};  // an absent optional input is an invalid id
  std::vector<TensorId> outputs{};
  Attributes attributes{};
  Activation activation = Activation::none;
  // Whether float32 results may be infinite. TensorFlow Lite clamps the results of operators that can carry
  // an activation, and its extrema, to the finite numbers; other formats do not. Integers do not mind.
  bool keeps_infinities = false;
  std::string name{};         // as in the model: untrusted text
  int32_t source_index = -1;  // position of the operator in the model file, for messages

  bool operator==(const Node&) const = default;
};

// Nodes stand in an order of execution. Producers and uses are computed when wanted, never stored.
struct Graph {
  std::string name{};
  std::vector<Tensor> tensors{};
  std::vector<Node> nodes{};
  std::vector<TensorId> inputs{};
  std::vector<TensorId> outputs{};

  const Tensor& at(TensorId id) const { return tensors.at(id.index); }
  Tensor& at(TensorId id) { return tensors.at(id.index); }
  const Node& at(NodeId id) const { return nodes.at(id.index); }
  Node& at(NodeId id) { return nodes.at(id.index); }
  bool operator==(const Graph&) const = default;
};

// The node that writes each tensor, by tensor index; invalid for inputs, constants and unused tensors.
std::vector<NodeId> producers(const Graph& graph);
// The nodes that read each tensor, by tensor index, in execution order; a node that reads it twice counts
// twice.
std::vector<std::vector<NodeId>> uses(const Graph& graph);
bool is_graph_output(const Graph& graph, TensorId id);

// A node with its graph: what operators and kernels are asked about.
struct NodeView {
  const Graph& graph;
  const Node& node;

  bool has_input(size_t i) const { return i < node.inputs.size() && node.inputs[i].valid(); }
  const Tensor& input(size_t i) const { return graph.at(node.inputs.at(i)); }
  const Tensor& output(size_t i = 0) const { return graph.at(node.outputs.at(i)); }
  template <class T>
  const T& attributes() const {
    return node.attributes.as<T>();
  }
};

// The node for a message: `op 12 "decoder/gather"`.
std::string describe_place(const Node& node);

}  // namespace burin
