#include "codegen/amalgamate.hpp"

#include <string_view>

#include "support/check.hpp"
#include "support/embedded_files.hpp"

namespace burin::codegen {
namespace {

class Amalgamator {
 public:
  explicit Amalgamator(std::string layer_folder) : layer_folder_(std::move(layer_folder)) {}

  void include(const std::string& path) {
    if (!seen_.insert(path).second) return;
    const auto contents = embedded_file("runtime-stub/" + path);
    BURIN_CHECK(contents.has_value(), "there is no kernel header " + path);
    std::string own;
    bool dropping = false;
    std::string_view rest = *contents;
    while (!rest.empty()) {
      const size_t end = rest.find('\n');
      const std::string_view line = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      if (line == "#ifdef BURIN_HOST") dropping = true;
      if (!dropping) add(line, own);
      if (line == "#endif  // BURIN_HOST") dropping = false;
    }
    BURIN_CHECK(!dropping, "a host-only region without an end in " + path);
    result.text += "// ---- " + path + " ----\n" + own + "\n";
    include_what_the_layer_does_better(path);
  }

  Amalgamation result;

 private:
  void include_what_the_layer_does_better(std::string_view path) {
    constexpr std::string_view generic = "generic/";
    if (!path.starts_with(generic)) return;
    path.remove_prefix(generic.size());
    const std::string better = layer_folder_ + "/" + std::string(path);
    if (embedded_file("runtime-stub/" + better)) include(better);
  }

  void add(std::string_view line, std::string& own) {
    constexpr std::string_view include_quoted = "#include \"";
    constexpr std::string_view include_system = "#include <";
    if (line == "#pragma once" || line == "#ifndef BURIN_HOST" || line == "#endif  // !BURIN_HOST") return;
    if (line.starts_with(include_quoted)) {
      include(std::string(line.substr(include_quoted.size(), line.rfind('"') - include_quoted.size())));
    } else if (line.starts_with(include_system)) {
      result.system_headers.insert(
          std::string(line.substr(include_system.size(), line.rfind('>') - include_system.size())));
    } else if (!line.empty() || !own.ends_with("\n\n")) {  // removed lines leave no double gaps
      own += line;
      own += '\n';
    }
  }

  std::string layer_folder_;
  std::set<std::string> seen_;
};

}  // namespace

Amalgamation amalgamate(const std::vector<std::string>& headers, const std::string& layer_folder) {
  Amalgamator amalgamator(layer_folder);
  for (const std::string& header : headers) amalgamator.include(header);
  return std::move(amalgamator.result);
}

}  // namespace burin::codegen
