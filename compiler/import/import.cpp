#include "import/import.hpp"

#include <fmt/format.h>

#include <fstream>

#include "import/tflite/tflite.hpp"
#include "import/tir/tir.hpp"
#include "ir/text.hpp"

namespace burin {
namespace {

Diagnostic unreadable(std::string message) {
  return {.code = DiagnosticCode::E0203, .message = std::move(message), .place = {}, .help = {}, .file = {}};
}

Result<std::vector<std::byte>> read_file(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return unreadable("the file does not exist");
  if (std::filesystem::is_directory(path, error)) return unreadable("this is a folder");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return unreadable("the file cannot be opened");
  // Not by the size that the file system tells: pipes and devices have none.
  std::vector<std::byte> bytes;
  size_t held = 0;
  while (stream && held <= max_model_bytes) {
    bytes.resize(std::max<size_t>(size_t{1} << 16, 2 * held));
    stream.read(reinterpret_cast<char*>(bytes.data() + held),
                static_cast<std::streamsize>(bytes.size() - held));
    held += static_cast<size_t>(stream.gcount());
  }
  if (stream.bad()) return unreadable("the file cannot be read");
  bytes.resize(held);
  return bytes;
}

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

std::optional<Diagnostic> refusal(std::span<const std::byte> bytes) {
  if (bytes.size() > max_model_bytes)
    return Diagnostic{.code = DiagnosticCode::E0403,
                      .message = fmt::format("the file is larger than {} MB", max_model_bytes >> 20),
                      .place = {},
                      .help = {},
                      .file = {}};
  if (is_tflite(bytes) || is_graph_text(text_of(bytes))) return std::nullopt;
  return Diagnostic{
      .code = DiagnosticCode::E0301,
      .message = bytes.empty() ? "the file is empty" : "this is not a model that Burin can read",
      .place = {},
      .help = "Burin reads .tflite and .tir files",
      .file = {}};
}

}  // namespace

Result<Graph> import_bytes(std::span<const std::byte> bytes, std::string_view file_name) {
  return with_file_name<Graph>(file_name, [&]() -> Result<Graph> {
    if (const auto refused = refusal(bytes)) return *refused;
    if (!is_tflite(bytes)) return import_tir(text_of(bytes));
    return import_tflite(bytes, std::filesystem::path(file_name).stem().string());
  });
}

Result<Graph> import_model(const std::filesystem::path& path) {
  const Result<std::vector<std::byte>> bytes = read_file(path);
  return with_file_name<Graph>(path.string(), [&]() -> Result<Graph> {
    if (!bytes) return bytes.diagnostics();
    return import_bytes(*bytes, path.string());
  });
}

Result<std::vector<ModelOperator>> list_operators(std::span<const std::byte> bytes,
                                                  std::string_view file_name) {
  using Rows = std::vector<ModelOperator>;
  return with_file_name<Rows>(file_name, [&]() -> Result<Rows> {
    if (const auto refused = refusal(bytes)) return *refused;
    return is_tflite(bytes) ? list_tflite_operators(bytes) : list_tir_operators(text_of(bytes));
  });
}

Result<std::vector<ModelOperator>> list_operators(const std::filesystem::path& path) {
  using Rows = std::vector<ModelOperator>;
  const Result<std::vector<std::byte>> bytes = read_file(path);
  return with_file_name<Rows>(path.string(), [&]() -> Result<Rows> {
    if (!bytes) return bytes.diagnostics();
    return list_operators(*bytes, path.string());
  });
}

}  // namespace burin
