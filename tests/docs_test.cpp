// The documentation against the project: what is generated is fresh, and what is named exists.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "cli/driver.hpp"
#include "support/reference.hpp"

using namespace burin;

namespace {

namespace fs = std::filesystem;

const fs::path source = BURIN_SOURCE_DIR;

std::string contents(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Every match: the whole and its groups.
std::vector<std::vector<std::string>> matches(const std::string& text, const std::regex& pattern) {
  std::vector<std::vector<std::string>> found;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match)
    found.emplace_back(match->begin(), match->end());
  return found;
}

std::vector<fs::path> pages() {
  std::vector<fs::path> found = {source / "README.md", source / "CONTRIBUTING.md", source / "CHANGELOG.md"};
  for (const char* folder : {"docs", "models"})
    for (const auto& entry : fs::recursive_directory_iterator(source / folder))
      if (entry.path().extension() == ".md") found.push_back(entry.path());
  return found;
}

// The anchor that a heading gets on the usual web sites.
std::string anchor(const std::string& heading) {
  std::string result;
  for (const char c : heading) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == ' ')
      result += '-';
    else if (std::isalnum(byte) || c == '-' || c == '_' || byte >= 0x80)
      result += static_cast<char>(byte < 0x80 ? std::tolower(byte) : byte);
  }
  return result;
}

std::set<std::string> anchors(const fs::path& page) {
  std::set<std::string> found;
  bool fenced = false;
  for (const std::string& line : lines_of(contents(page))) {
    if (line.starts_with("```")) fenced = !fenced;
    if (!fenced && line.starts_with("#")) found.insert(anchor(line.substr(line.find_first_not_of("# "))));
  }
  return found;
}

// What a page shows as typed: code spans, and lines of code blocks.
std::vector<std::string> code(const fs::path& page) {
  static const std::regex span("`([^`\n]+)`");
  std::vector<std::string> found;
  std::string prose;  // a paragraph a line: spans may go across line ends
  bool fenced = false;
  for (const std::string& line : lines_of(contents(page))) {
    if (line.starts_with("```"))
      fenced = !fenced;
    else if (fenced || (line.starts_with("    ") && (prose.empty() || prose.ends_with('\n'))))
      found.push_back(line.substr(std::min(line.find_first_not_of(' '), line.size())));
    else if (line.empty())
      prose += '\n';
    else
      prose += (prose.empty() || prose.ends_with('\n') ? "" : " ") + line.substr(line.find_first_not_of(' '));
  }
  for (const auto& match : matches(prose, span)) found.push_back(match[1]);
  return found;
}

// Names of options in a help text.
std::set<std::string> options(const std::string& help) {
  static const std::regex listed("(?:^|\n)  (-[^ ]+)");
  std::set<std::string> found;
  for (const auto& match : matches(help, listed)) {
    std::istringstream names(match[1]);
    for (std::string name; std::getline(names, name, ',');) found.insert(name);
  }
  return found;
}

// Whether `text` has `word` as a code span of its own or the beginning of one.
bool mentions(const std::string& text, const std::string& word) {
  const std::regex pattern("\\b" + word + "\\b");
  return std::regex_search(text, pattern);
}

void collect_keys(const nlohmann::json& json, std::set<std::string>& keys) {
  if (json.is_object())
    for (const auto& [key, value] : json.items()) {
      keys.insert(key);
      collect_keys(value, keys);
    }
  if (json.is_array())
    for (const auto& value : json) collect_keys(value, keys);
}

}  // namespace

TEST_CASE("docs/reference.md is what the tool says", "[docs]") {
  const fs::path path = source / "docs/reference.md";
  const std::string page = reference_page();
  if (std::getenv("BURIN_BLESS") != nullptr) std::ofstream(path, std::ios::binary) << page;
  const std::vector<std::string> actual = lines_of(contents(path));
  const std::vector<std::string> expected = lines_of(page);
  size_t line = 0;
  while (line < actual.size() && line < expected.size() && actual[line] == expected[line]) ++line;
  INFO("docs/reference.md differs from line "
       << line + 1 << " on; BURIN_BLESS=1 build/tests/burin_tests '[docs]' rewrites it");
  CHECK((line < expected.size() ? expected[line] : "") == (line < actual.size() ? actual[line] : ""));
  CHECK(expected.size() == actual.size());
}

TEST_CASE("docs/output-format.md names everything that is generated", "[docs]") {
  const std::string page = contents(source / "docs/output-format.md");
  CompileOptions compile_options;
  compile_options.model = (source / "models/digits/digits.tflite").string();
  compile_options.target = "cortex-m4";
  compile_options.self_test = 1;
  const Result<Compilation> compilation = compile(compile_options);
  REQUIRE(compilation);
  // Functions, types and macros, with the names that the page uses for the parts that vary.
  const std::string text = compilation->files.header + compilation->files.source;
  std::set<std::string> names;
  for (const auto& match : matches(text, std::regex("\\b(digits|DIGITS)_[A-Za-z_]+\\b"))) {
    std::string name = std::regex_replace(match[0], std::regex("^digits"), "ID");
    name = std::regex_replace(name, std::regex("^DIGITS"), "UP");
    name = std::regex_replace(name, std::regex("_(image|digit|IMAGE|DIGIT)"), "_PORT");
    if (name != "UP_H") names.insert(name);
  }
  CHECK(names.size() > 20);
  for (const std::string& name : names) {
    INFO(name);
    CHECK(mentions(page, name));
  }
  std::set<std::string> keys;
  collect_keys(nlohmann::json::parse(compilation->files.report), keys);
  CHECK(keys.size() > 30);
  for (const std::string& key : keys) {
    INFO("field " << key);
    CHECK(page.find("`" + key + "`") != std::string::npos);
  }
}

TEST_CASE("links in the documentation lead somewhere", "[docs]") {
  static const std::regex link("\\]\\(([^)\\s]+)\\)");
  size_t links = 0;
  for (const fs::path& page : pages()) {
    for (const auto& match : matches(contents(page), link)) {
      const std::string to = match[1];
      if (to.starts_with("http")) continue;
      ++links;
      INFO(page.string() << " links to " << to);
      const std::string file = to.substr(0, to.find('#'));
      const fs::path target = file.empty() ? page : page.parent_path() / file;
      CHECK(fs::exists(target));
      if (to.find('#') != std::string::npos) CHECK(anchors(target).contains(to.substr(to.find('#') + 1)));
    }
  }
  CHECK(links > 20);
}

TEST_CASE("commands in the documentation have verbs and options of the tool", "[docs]") {
  const std::vector<std::string> verbs = verb_names();
  CHECK(verbs.size() >= 8);
  const std::set<std::string> global = options(help_text({}));
  static const std::regex command("^(?:== |\\$ |build/)?burin (.+)$");
  size_t commands = 0;
  for (const fs::path& page : pages()) {
    for (const std::string& typed : code(page)) {
      std::smatch match;
      if (!std::regex_match(typed, match, command)) continue;
      INFO(page.string() << ": " << typed);
      std::istringstream words(match[1]);
      std::string verb;
      std::set<std::string> known = global;
      for (std::string word; words >> word;) {
        if (verb.empty() && !word.starts_with("-")) {
          verb = word;
          const bool model = verb == "MODEL" || verb.find('.') != std::string::npos;
          if (verb == "<verb>") break;
          if (model) verb = "compile";
          REQUIRE(std::ranges::find(verbs, verb) != verbs.end());
          known.merge(options(help_text(verb)));
          ++commands;
        } else if (word.starts_with("-")) {
          CHECK(known.contains(word.substr(0, word.find('='))));
        }
      }
    }
  }
  CHECK(commands > 20);
}

TEST_CASE("files that the documentation names exist", "[docs]") {
  static const std::regex path(
      "(^|[^A-Za-z0-9_./"
      "-])((?:compiler|codegen|runtime-stub|targets|tests|docs|scripts|models|cmake|benchmarks)/"
      "[A-Za-z0-9_./-]*[A-Za-z0-9_])");
  size_t named = 0;
  for (const fs::path& page : pages()) {
    for (const auto& match : matches(contents(page), path)) {
      const std::string name = match[2];
      if (std::regex_search(name, std::regex("NAME|FAMILY|OPERATOR"))) continue;  // yet to be written
      ++named;
      INFO(page.string() << " names " << name);
      CHECK(fs::exists(source / name));
    }
  }
  CHECK(named > 50);
}

TEST_CASE("folders include what docs/architecture.md lets them", "[docs]") {
  const std::string page = contents(source / "docs/architecture.md");
  const size_t begin = page.find("| folder | may include |");
  REQUIRE(begin != std::string::npos);
  static const std::regex row("^\\| `([a-z/]+)` \\| (.*) ?\\|$");
  static const std::regex include("#include \"([a-z_]+)/([^\"]+)\"");
  std::map<std::string, std::string> rules;
  for (const std::string& line : lines_of(page.substr(begin))) {
    std::smatch match;
    if (std::regex_match(line, match, row)) rules[match[1]] = match[2];
    if (line.empty()) break;
  }
  for (const auto& entry : fs::directory_iterator(source / "compiler"))
    if (entry.is_directory()) CHECK(rules.contains("compiler/" + entry.path().filename().string()));
  const std::set<std::string> device = {"generic", "arm_dsp"};  // folders of runtime-stub: "stub" below
  std::set<std::string> folders = {"stub"};
  for (const auto& [folder, rule] : rules) folders.insert(fs::path(folder).filename().string());
  for (const auto& [folder, rule] : rules) {
    std::set<std::string> allowed = {fs::path(folder).filename().string()};
    for (const auto& match : matches(rule, std::regex("[a-z]+"))) allowed.insert(match[0]);
    const bool all = rule.find("everything but") != std::string::npos;
    const bool operators = rule.find("list of operators") != std::string::npos;
    for (const auto& entry : fs::recursive_directory_iterator(source / folder)) {
      if (!entry.is_regular_file()) continue;
      for (const auto& match : matches(contents(entry.path()), include)) {
        const std::string from = device.contains(match[1]) ? "stub" : match[1];
        if (!folders.contains(from) || (operators && match[0].find("ops/ops.def") != std::string::npos))
          continue;
        INFO(entry.path().string() << " has " << match[0]);
        CHECK((all ? from != "stub" : allowed.contains(from)));
      }
    }
  }
}
