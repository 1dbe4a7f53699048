// The textual form of a graph, `.tir`: a third input format, the form of golden files and of bug reports.
// docs/ir.md holds the grammar. The form is exact: parsing what was printed gives an equal graph.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.hpp"
#include "support/result.hpp"

namespace burin {

// The graph as text, ending with a line end. Tensors stand in the order of their ids, nodes in execution
// order. The graph need not be valid, but its attributes hold finite numbers.
std::string print_graph(const Graph& graph);

// Builds an operator's attributes from names and values; on failure puts a sentence into `error`. What
// attributes there are is known in ops/, above this folder.
using ParseAttributes =
    std::function<Attributes(Op op, const std::vector<NamedAttribute>& list, std::string& error)>;

// True where the text begins as the form does.
bool is_graph_text(std::string_view text);

// Any text gives a graph, or E0304 with line and column. All ids in the graph name tensors, and constants are
// as long as their types; the other rules of ir/verify.hpp are for the caller to check.
Result<Graph> parse_graph(std::string_view text, const ParseAttributes& parse_attributes);

}  // namespace burin
