// Reading the textual form, docs/ir.md, with what the operators know about their attributes.
#pragma once

#include <string_view>
#include <vector>

#include "formats/import.hpp"

namespace burin {

// The contract is import_model's, but that the graph has the name that stands in the text.
Result<Graph> import_tir(std::string_view text);

Result<std::vector<ModelOperator>> list_tir_operators(std::string_view text);

}  // namespace burin
