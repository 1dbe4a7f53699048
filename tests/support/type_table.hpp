// Operators against element types: what is supported here, and what TensorFlow Lite Micro's kernels support.
#pragma once

#include <map>
#include <set>
#include <string>

#include "ir/graph.hpp"

namespace burin::test {

// By the operator's name in TFLite: the types of its first tensor of data.
using TypesOf = std::map<std::string, std::set<DType>>;

// Found by trying: a sample of the operator in that type keeps its constraints, and a portable kernel takes
// it.
TypesOf supported_types();

// What the reference kernels of TensorFlow Lite Micro 90b983c take, read from their sources.
TypesOf types_of_tflm();

// Why what TensorFlow Lite Micro has is missing, by operator and type ("DIV int8"), or by operator.
std::map<std::string, std::string> explained_gaps();

// The table, in Markdown, with what it explains below.
std::string type_table();

}  // namespace burin::test
