// The TFLite import engine. It knows the file format and no operators: their readers are in ops/, and the
// table that leads to them is their facts.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "formats/import.hpp"

namespace burin {

// True where the bytes carry the format's identifier.
bool is_tflite(std::span<const std::byte> bytes);

// The graph of a TFLite model's first subgraph; the rest of the contract is import_model's.
Result<Graph> import_tflite(std::span<const std::byte> bytes, std::string graph_name);

Result<std::vector<ModelOperator>> list_tflite_operators(std::span<const std::byte> bytes);

}  // namespace burin
