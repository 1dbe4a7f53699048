#include "codegen/generate.hpp"

#include "codegen/text.hpp"

namespace burin::codegen {

GeneratedFiles generate(const Program& program, const GenerateOptions& options) {
  return {generate_source(program, options), generate_header(program, options), generate_report(program)};
}

std::optional<std::string> origin_of(std::string_view text) {
  if (text.starts_with("{\n  \"tool\": \"burin\",")) return "";
  if (!text.starts_with("// SPDX-") && !text.starts_with("/* SPDX-")) return std::nullopt;
  text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line.size() < 3 || !line.substr(3).starts_with(generated_mark)) return std::nullopt;
  const size_t begin = line.find('"');
  const size_t end = line.rfind('"');
  return std::string(begin < end ? line.substr(begin + 1, end - begin - 1) : "");
}

std::string origin_of_model(std::string_view model_file) {
  return comment_text(model_file);
}

}  // namespace burin::codegen
