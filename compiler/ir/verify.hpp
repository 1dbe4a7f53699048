// The structural rules of a graph, checked after import and after every pass.
#pragma once

#include <string>
#include <vector>

#include "ir/graph.hpp"

namespace burin {

// Every broken rule as a sentence; empty for a valid graph:
//  * every id names a tensor; every tensor but inputs, constants and variables has exactly one producer;
//  * a tensor is produced before it is read; constants, variables and graph inputs are not produced;
//  * constants have as many bytes as their type; shapes are sane;
//  * a quantized tensor has finite positive scales, as many zero points as scales, inside the element type's
//  range,
//    and one, or as many as its axis has slices.
std::vector<std::string> broken_rules(const Graph& graph);

}  // namespace burin
