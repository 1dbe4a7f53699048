// Reading a model, whatever its format. Everything in a model file is untrusted: any bytes give a graph or
// diagnostics, in time and memory bounded by the file's size.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
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

// What the user says about an ONNX model. The other formats leave nothing open, and refuse these.
struct ImportOptions {
  std::map<std::string, std::vector<int32_t>> input_shapes{};  // by the input's name
  std::map<std::string, double> input_values{};                // inputs that are constant, all elements alike
  // Inputs of rank 4 are [N, H, W, C] to the user, where the model has [N, C, H, W].
  bool channels_last_inputs = false;
  // Operators between DequantizeLinear and QuantizeLinear become integer operators; without it they stay what
  // the file says, in float32.
  bool integer_layers = true;
  // Called with what was decided without being asked, where set: a sentence each.
  std::function<void(const std::string&)> note{};
};

// Reads a model file, recognizing the format by its content: TFLite has the bytes TFL3 at offset 4, the text
// form starts with its keyword, and ONNX, which has no mark, with its version or a name that ends in .onnx.
// The graph keeps the rules of ir/verify.hpp and all constraints of its operators; it is named after the
// file. On failure every finding is reported, not only the first; `file` is set in each of them.
Result<Graph> import_model(const std::filesystem::path& path, const ImportOptions& options = {});

// The same for bytes in memory; `file_name` is for messages, its stem names the graph, and its folder is
// where the constants lie that an ONNX model keeps in other files.
Result<Graph> import_bytes(std::span<const std::byte> bytes, std::string_view file_name,
                           const ImportOptions& options = {});

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
Result<std::vector<ModelOperator>> list_operators(const std::filesystem::path& path,
                                                  const ImportOptions& options = {});
Result<std::vector<ModelOperator>> list_operators(std::span<const std::byte> bytes,
                                                  std::string_view file_name,
                                                  const ImportOptions& options = {});

}  // namespace burin
