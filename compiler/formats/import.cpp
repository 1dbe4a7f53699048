#include "formats/import.hpp"

#include "formats/onnx/onnx.hpp"
#include "formats/tflite/tflite.hpp"
#include "formats/tir/tir.hpp"
#include "ir/text.hpp"
#include "support/files.hpp"

namespace burin {
namespace {

// Runs `read` and puts the file's name into its diagnostics.
template <class T, class Read>
Result<T> with_file_name(std::string_view file_name, const Read& read) {
  Result<T> result = read();
  if (result) return result;
  Diagnostics diagnostics = result.diagnostics();
  for (Diagnostic& diagnostic : diagnostics) diagnostic.file = file_name;
  return diagnostics;
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// What a file that is no model of ours seems to be, and what would do; empty where it looks like nothing
// known.
std::string advice_on(std::string_view text) {
  if (text.starts_with("\x89HDF\r\n") || text.starts_with("PK\x03\x04"))
    return "it looks like a model as Keras or PyTorch save it: convert it to .tflite, for Keras with "
           "tf.lite.TFLiteConverter.from_keras_model";
  // The beginning only: a name, a type, and a row of bytes.
  const std::string_view start = text.substr(0, 8192);
  const bool array =
      start.find("char") != std::string_view::npos || start.find("int8_t") != std::string_view::npos;
  if (array && start.find("[]") != std::string_view::npos && start.find("0x") != std::string_view::npos)
    return "it looks like a model as a C array: give Burin the .tflite file that the array was made from, or "
           "make one "
           "with: grep -o '0x..' FILE | cut -c3- | xxd -r -p >model.tflite";
  return {};
}

std::optional<Diagnostic> refusal(std::span<const std::byte> bytes, std::string_view file_name,
                                  const ImportOptions& options) {
  if (is_tflite(bytes) || is_graph_text(text_of(bytes))) {
    if (options.input_shapes.empty() && options.input_values.empty() && !options.channels_last_inputs)
      return std::nullopt;
    return Diagnostic{.code = DiagnosticCode::E0201,
                      .message = "--input-shape, --input-value and --input-layout are for ONNX models only",
                      .place = {},
                      .help = "leave them out: this model says what its inputs are",
                      .file = {}};
  }
  if (is_onnx(bytes, file_name)) return std::nullopt;
  if (const std::string advice = advice_on(text_of(bytes)); !advice.empty())
    return Diagnostic{.code = DiagnosticCode::E0301,
                      .message = "this is not a model that Burin can read",
                      .place = {},
                      .help = advice,
                      .file = {}};
  return Diagnostic{
      .code = DiagnosticCode::E0301,
      .message = bytes.empty() ? "the file is empty" : "this is not a model that Burin can read",
      .place = {},
      .help = "Burin reads .tflite, .onnx and .tir files",
      .file = {}};
}

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span<const char>(text));
}

}  // namespace

Result<std::string> read_model_file(const std::filesystem::path& path) {
  Result<std::string> bytes = read_file(path, max_model_bytes);
  if (bytes) return bytes;
  Diagnostics diagnostics = bytes.diagnostics();
  for (Diagnostic& diagnostic : diagnostics) diagnostic.code = DiagnosticCode::E0305;
  return diagnostics;
}

Result<Graph> import_bytes(std::span<const std::byte> bytes, std::string_view file_name,
                           const ImportOptions& options) {
  return with_file_name<Graph>(file_name, [&]() -> Result<Graph> {
    if (const auto refused = refusal(bytes, file_name, options)) return *refused;
    const std::filesystem::path path(file_name);
    if (is_tflite(bytes)) return import_tflite(bytes, path.stem().string());
    if (is_graph_text(text_of(bytes))) return import_tir(text_of(bytes));
    Result<Graph> graph = import_onnx(bytes, path.parent_path(), options);
    if (graph) graph->name = path.stem().string();
    return graph;
  });
}

Result<Graph> import_model(const std::filesystem::path& path, const ImportOptions& options) {
  const Result<std::string> file = read_model_file(path);
  if (!file) return file.diagnostics();
  return import_bytes(bytes_of(*file), path.string(), options);
}

Result<std::vector<ModelOperator>> list_operators(std::span<const std::byte> bytes,
                                                  std::string_view file_name, const ImportOptions& options) {
  using Rows = std::vector<ModelOperator>;
  return with_file_name<Rows>(file_name, [&]() -> Result<Rows> {
    if (const auto refused = refusal(bytes, file_name, options)) return *refused;
    if (is_tflite(bytes)) return list_tflite_operators(bytes);
    if (is_graph_text(text_of(bytes))) return list_tir_operators(text_of(bytes));
    return list_onnx_operators(bytes, std::filesystem::path(file_name).parent_path(), options);
  });
}

Result<std::vector<ModelOperator>> list_operators(const std::filesystem::path& path,
                                                  const ImportOptions& options) {
  const Result<std::string> file = read_model_file(path);
  if (!file) return file.diagnostics();
  return list_operators(bytes_of(*file), path.string(), options);
}

}  // namespace burin
