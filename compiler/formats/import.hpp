// Reading a model, whatever its format. Everything in a model file is untrusted: any bytes give a graph or
// diagnostics, in time and memory bounded by the file's size.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.hpp"
#include "support/result.hpp"

namespace burin {

// Larger files are refused.
constexpr size_t max_model_bytes = size_t{256} << 20;

// The bytes of a model file. E0305 where it cannot be read, or is larger.
Result<std::string> read_model_file(const std::filesystem::path& path);

// Reads a model file, recognising the format by its content: TFLite has the bytes TFL3 at offset 4, the text
// form starts with its keyword. The graph keeps the rules of ir/verify.hpp and all constraints of its
// operators; it is named after the file. On failure every finding is reported, not only the first; `file` is
// set in each of them.
Result<Graph> import_model(const std::filesystem::path& path);

// The same for bytes in memory; `file_name` is for messages, and its stem names the graph.
Result<Graph> import_bytes(std::span<const std::byte> bytes, std::string_view file_name);

// One kind of operator in a model, for a table of what is supported.
struct ModelOperator {
  std::string name;       // in the model's format, printable: "CONV_2D"
  int32_t count = 0;      // how many the model has
  bool supported = true;  // all of them
  std::string reason{};   // where not: the first finding
  bool operator==(const ModelOperator&) const = default;
};

// The kinds of operators in a model, in the order of their first use. Fails only where the file is unreadable
// or malformed; an unsupported operator is a row.
Result<std::vector<ModelOperator>> list_operators(const std::filesystem::path& path);
Result<std::vector<ModelOperator>> list_operators(std::span<const std::byte> bytes,
                                                  std::string_view file_name);

}  // namespace burin
