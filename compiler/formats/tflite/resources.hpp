// Resource variables: TensorFlow's own variables, as streaming models keep their state in them. The format
// spreads one over three places: operators that make a handle to it by its name, operators that read and
// assign through the handle, and a subgraph that runs once and assigns the initial values. A graph has one
// variable tensor instead, which the operators that read and assign take for the handle. A variable that only
// the initial values are assigned to is a constant.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "formats/tflite/tensors.hpp"

namespace burin::tflite {

struct Resources {
  std::vector<Tensor> variables;
  // By index of the first subgraph's tensors: the number of the variable that the tensor is a handle to, or
  // -1.
  std::vector<int32_t> variable_of;
  // By index of the first subgraph's operators: it only makes a handle, or only has the initial values
  // assigned, or reads what nothing assigns, and has no place in a graph.
  std::vector<bool> resolved;
  // By index of such an operator: why the values are not known before run time.
  std::map<size_t, Diagnostics> findings;
  // By number of the subgraph: it only assigns initial values.
  std::vector<bool> subgraph_resolved;
};

// Gives the outputs of an operator their values in a graph whose tensors are those of the operator's
// subgraph. False where they are not constant, or the operator cannot be read. Its operands are in range.
using FoldOperator = std::function<bool(Graph& graph, const schema::Operator& op)>;

// `main` holds the tensors of the first subgraph. Opcode indices may be out of range.
Resources resolve_resources(const File& file, const SubgraphTensors& main, TensorReader& reader,
                            Budget& budget, const FoldOperator& fold);

}  // namespace burin::tflite
