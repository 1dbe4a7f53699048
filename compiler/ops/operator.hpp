// The interface of an operator: what it means. How a format writes it is in formats/, how it is computed
// in kernels/. One operator, or one kind of them, is one file of its family's folder.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.hpp"
#include "ops/value.hpp"
#include "support/result.hpp"

namespace burin {

// A rule that a use of the operator must keep. The sentence is the error text and the documentation.
struct Constraint {
  std::string_view sentence;
  bool (*holds)(const NodeView&);
  // E0303 where breaking it makes no sense, such as weights for another input, rather than being too much
  // asked.
  DiagnosticCode code = DiagnosticCode::E0402;
};

// What an operator's evaluation is given. Inputs of absent optional operands have no data.
struct Evaluation {
  NodeView view;
  std::span<const Value* const> inputs;
  std::span<Value> outputs;       // allocated with the inferred types, zeroed
  std::span<Value* const> state;  // by input index: the variable behind a variable input, else null
  Rounding rounding = Rounding::tflm;

  const Value& input(size_t i) const { return *inputs[i]; }
  Value& output(size_t i = 0) const { return outputs[i]; }
  bool has_input(size_t i) const { return i < inputs.size() && inputs[i] != nullptr; }
};

struct OperatorFacts {
  Op op;
  std::string_view tflite_name;  // in the TFLite format; empty where no single operator there corresponds
  std::string_view summary;      // one sentence
  int32_t minimum_inputs;
  int32_t maximum_inputs;
  int32_t minimum_outputs;
  int32_t maximum_outputs;
  bool activation = false;        // may carry a fused activation
  bool changes_state = false;     // writes the variables among its inputs
  bool needs_only_types = false;  // its outputs follow from the inputs' types, whatever their values
  bool extremum = false;          // starts from the last finite number, unless the node keeps infinities

  // Whether float32 results are finite numbers where the node does not keep infinities.
  bool limits_reals() const { return activation || extremum; }
};

// What passes may rely on, whatever an operator's attributes and types are. A trait that is not claimed is
// never missed for a correct result, only for a better one.
struct OperatorTraits {
  // An element of the output is a function of one element of each operand, the one at its place; operands
  // repeat along dimensions of 1 and those in front of theirs.
  bool elementwise = false;
  // The output has the elements of the only operand in their order, under another shape.
  bool reshapes = false;
  // No output falls where an input rises.
  bool monotone = false;
  // Of two operands: for one of them fixed, each output lies between those at the ends of the other's range.
  bool monotone_in_each = false;
  // The evaluation takes one step for an element that it reads or writes, rather than one for each pair of
  // them.
  bool linear_time = false;
};

class Operator {
 public:
  virtual ~Operator() = default;

  virtual const OperatorFacts& facts() const = 0;
  virtual OperatorTraits traits() const { return {}; }
  // Whether every element of the outputs depends on elements of its own channel alone, the last dimension of
  // all tensors, operands with one element for all channels aside. The constraints hold.
  virtual bool is_channelwise(const NodeView&) const { return traits().elementwise; }
  // Attributes by name, for the text form.
  virtual Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const = 0;

  // In the order they are checked: a later one may rely on the earlier ones. Number of operands is checked
  // before.
  virtual std::span<const Constraint> constraints() const = 0;
  // Types of the outputs. The constraints hold.
  virtual std::vector<TensorType> infer(const NodeView& view) const = 0;
  // The reference: plain loops from the format's definition.
  virtual void evaluate(const Evaluation& evaluation) const = 0;
  // Nominal multiply-accumulates.
  virtual int64_t macs(const NodeView&) const { return 0; }
  // What the evaluation reads besides one element after the other and products: those under a pool's windows.
  virtual int64_t window_reads(const NodeView&) const { return 0; }
};

const Operator& operator_of(Op op);
inline const Operator& operator_of(const Node& node) {
  return operator_of(node.op);
}
// All of them, sorted by name.
std::vector<const Operator*> all_operators();

// Checks operand counts, the constraints and the inferred types of a node, and gives every finding: E0402 for
// constraints, E0303 where declared types contradict the inferred. Shapes, constants and quantizations keep
// the rules of ir/verify.hpp.
Diagnostics check_operator(const NodeView& view);
// The same for every node.
Diagnostics check_operators(const Graph& graph);

}  // namespace burin
