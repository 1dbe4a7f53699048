// The ONNX import engine. It knows the file format and no operators: their readers are in operators/. Models
// keep their own layout, with channels in front of height and width; what is computed the other way round
// stands between TRANSPOSEs, which the pass propagate_layout moves together.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "formats/import.hpp"

namespace burin {

// True where the bytes start like an ONNX model, or where the file's name ends in .onnx and the bytes like no
// other format's. The format has no identifier of its own.
bool is_onnx(std::span<const std::byte> bytes, std::string_view file_name);

// The graph of an ONNX model; the rest of the contract is import_model's. Constants in other files are looked
// for in `folder` and below.
Result<Graph> import_onnx(std::span<const std::byte> bytes, const std::filesystem::path& folder,
                          const ImportOptions& options);

Result<std::vector<ModelOperator>> list_onnx_operators(std::span<const std::byte> bytes,
                                                       const std::filesystem::path& folder,
                                                       const ImportOptions& options);

}  // namespace burin
