#include "target/target.hpp"

#include <flatbuffers/idl.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "support/embedded_files.hpp"
#include "support/files.hpp"
#include "support/near_names.hpp"
#include "target_schema/schema_generated.h"

namespace burin {
namespace {

namespace schema = target_schema;

// The two lists of names, here and in the schema, must end together.
static_assert(static_cast<int>(schema::Kind::MAX) == static_cast<int>(TargetKind::board));
static_assert(static_cast<int>(schema::Architecture::MAX) == static_cast<int>(Architecture::armv8_1m_main));
static_assert(static_cast<int>(schema::Feature::MAX) == static_cast<int>(Feature::vector_float));
static_assert(static_cast<int>(schema::KernelSet::MAX) == static_cast<int>(KernelSet::arm_dsp));
static_assert(static_cast<int>(schema::Memory::MAX) == static_cast<int>(MemoryRegion::Kind::ram));

// Deep enough for any sensible family of boards, and an end to a file that inherits itself.
constexpr int inheritance_limit = 8;
// Cycles of one piece of work: so that sums of them stay in range.
constexpr float dearest = 100'000;
// A target file is a page of text.
constexpr uint64_t file_limit = 1 << 20;

std::string path_of(std::string_view name) {
  return fmt::format("targets/{}.json", name);
}

Diagnostic bad_file(const std::string& file, std::string message, std::string place = {}) {
  return {
      .code = DiagnosticCode::E0207,
      .message = std::move(message),
      .place = std::move(place),
      .help = "targets/schema.fbs in the source tree lists every key; `burin targets` shows those that exist",
      .file = file};
}

Diagnostic unknown_target(std::string_view name) {
  return {.code = DiagnosticCode::E0202,
          .message = fmt::format("there is no target \"{}\"", printable(name.substr(0, 64))),
          .place = {},
          .help = did_you_mean(name, target_names()) + "`burin targets` lists all of them",
          .file = {}};
}

// A parser that has read the schema and a JSON text; the root lies in its builder.
Result<std::unique_ptr<flatbuffers::Parser>> parse(std::string_view json, const std::string& file) {
  flatbuffers::IDLOptions options;
  options.strict_json = true;
  auto parser = std::make_unique<flatbuffers::Parser>(options);
  const std::string schema_text(embedded_file("targets/schema.fbs").value_or(""));
  BURIN_CHECK(parser->Parse(schema_text.c_str()), "targets/schema.fbs: " + parser->error_);
  const std::string text(json);
  if (text.find('\0') != std::string::npos) return bad_file(file, "not a text file");
  if (!parser->ParseJson(text.c_str())) {
    // "1: 7: error: unknown field: flahs, originally at: :0"
    const std::string said = parser->error_.substr(0, parser->error_.find(", originally"));
    const std::string_view mark = " error: ";
    const size_t cut = said.find(mark);
    if (cut == std::string::npos) return bad_file(file, printable(said));
    return bad_file(file, printable(said.substr(cut + mark.size())),
                    "line " + said.substr(0, said.find(':')));
  }
  return parser;
}

std::string text_of(const flatbuffers::String* text) {
  return text ? text->str() : std::string();
}

template <class To, class From>
std::vector<To> enums_of(const flatbuffers::Vector<From>& values) {
  std::vector<To> result;
  for (const auto value : values) result.push_back(static_cast<To>(value));
  return result;
}

// Replaces in `target` whatever `file` gives.
void apply(const schema::Target& file, Target& target) {
  target.name = text_of(file.name());
  target.kind = static_cast<TargetKind>(file.kind());
  if (target.kind == TargetKind::core) target.core = target.name;
  target.description = text_of(file.description());
  if (file.architecture()) target.architecture = static_cast<Architecture>(*file.architecture());
  if (file.features()) target.features = enums_of<Feature>(*file.features());
  if (file.kernel_sets()) target.kernel_sets = enums_of<KernelSet>(*file.kernel_sets());
  if (file.compiler_flags()) {
    target.compiler_flags.clear();
    for (const auto* flag : *file.compiler_flags()) target.compiler_flags.push_back(flag->str());
  }
  if (file.guard()) target.guard = file.guard()->str();
  if (const auto* costs = file.costs()) {
    Costs& own = target.costs;
    own.instruction = costs->instruction().value_or(own.instruction);
    own.packed = costs->packed().value_or(own.packed);
    own.product = costs->product().value_or(own.product);
    own.requantization = costs->requantization().value_or(own.requantization);
    own.division = costs->division().value_or(own.division);
    own.float_product = costs->float_product().value_or(own.float_product);
    own.float_function = costs->float_function().value_or(own.float_function);
  }
  if (const auto* emulator = file.emulator()) {
    target.emulator = Emulator{.machine = text_of(emulator->machine()),
                               .note = text_of(emulator->note()),
                               .vectors = emulator->vectors(),
                               .flash_origin = emulator->flash_origin(),
                               .flash_bytes = emulator->flash_bytes(),
                               .ram_origin = emulator->ram_origin(),
                               .ram_bytes = emulator->ram_bytes()};
  }
  if (file.regions()) {
    target.regions.clear();
    for (const auto* region : *file.regions()) {
      target.regions.push_back({.name = text_of(region->name()),
                                .kind = static_cast<MemoryRegion::Kind>(region->memory()),
                                .origin = region->origin(),
                                .bytes = region->bytes()});
    }
  }
}

Result<Target> load(std::string_view json, const std::string& file, int depth) {
  if (depth > inheritance_limit) return bad_file(file, "the chain of inherited targets does not end");
  const auto parser = parse(json, file);
  if (!parser) return parser.diagnostics();
  const auto& root = *flatbuffers::GetRoot<schema::Target>((*parser)->builder_.GetBufferPointer());
  Target target;
  if (root.inherits()) {
    const std::string parent = root.inherits()->str();
    const auto text = embedded_file(path_of(parent));
    if (!text) return bad_file(file, fmt::format("inherits \"{}\", which is no target", printable(parent)));
    Result<Target> inherited = load(*text, path_of(parent), depth + 1);
    if (!inherited) return inherited;
    target = *std::move(inherited);
    if (target.kind == TargetKind::board && root.kind() == schema::Kind::core) {
      return bad_file(file, fmt::format("a core cannot inherit the board \"{}\"", printable(parent)));
    }
  }
  apply(root, target);
  if (target.core.empty()) return bad_file(file, "a board must inherit a core");
  std::string unsound;
  Costs::fields(target.costs, [&](const char* name, float cost) {
    if (!(cost >= 0 && cost <= dearest)) unsound = name;
  });
  if (!unsound.empty())
    return bad_file(file, fmt::format("costs: {} is not a number of cycles from 0 to {}", unsound, dearest));
  if (target.kernel_sets.empty())
    return bad_file(file, "kernel_sets is empty, here and in what is inherited");
  return target;
}

Result<Target> load_file(const std::string& path) {
  const Result<std::string> text = read_file(path, file_limit);
  if (!text) return text.diagnostics();
  return load(*text, path, 0);
}

}  // namespace

std::string_view name_of(TargetKind kind) {
  return schema::EnumNameKind(static_cast<schema::Kind>(kind));
}
std::string_view name_of(Architecture architecture) {
  return schema::EnumNameArchitecture(static_cast<schema::Architecture>(architecture));
}
std::string_view name_of(Feature feature) {
  return schema::EnumNameFeature(static_cast<schema::Feature>(feature));
}
std::string_view name_of(KernelSet set) {
  return schema::EnumNameKernelSet(static_cast<schema::KernelSet>(set));
}

bool Target::has(Feature feature) const {
  return std::find(features.begin(), features.end(), feature) != features.end();
}

std::optional<uint64_t> Target::longest_run(MemoryRegion::Kind memory) const {
  std::vector<MemoryRegion> wanted;
  std::copy_if(regions.begin(), regions.end(), std::back_inserter(wanted),
               [&](const MemoryRegion& region) { return region.kind == memory; });
  if (wanted.empty()) return std::nullopt;
  std::sort(wanted.begin(), wanted.end(), [](const auto& a, const auto& b) { return a.origin < b.origin; });
  uint64_t longest = 0;
  uint64_t run = 0;
  uint64_t end = 0;
  for (const MemoryRegion& region : wanted) {
    run = region.bytes + (region.origin == end ? run : 0);
    end = region.origin + region.bytes;
    longest = std::max(longest, run);
  }
  return longest;
}

Result<Target> load_target(std::string_view name) {
  if (name.ends_with(".json")) return load_file(std::string(name));
  const auto text = embedded_file(path_of(name));
  if (!text) return unknown_target(name);
  return load(*text, path_of(name), 0);
}

Result<Target> parse_target(std::string_view json, const std::string& file) {
  return load(json, file, 0);
}

std::vector<std::string> target_names() {
  std::vector<std::string> cores;
  std::vector<std::string> boards;
  for (const EmbeddedFile& file : embedded_files_under("targets/")) {
    if (!file.path.ends_with(".json")) continue;
    const Result<Target> target = parse_target(file.contents, std::string(file.path));
    BURIN_CHECK(target.ok(),
                "a target that travels with the tool cannot be loaded: " + std::string(file.path));
    (target->kind == TargetKind::core ? cores : boards).push_back(target->name);
  }
  std::sort(cores.begin(), cores.end());
  std::sort(boards.begin(), boards.end());
  cores.insert(cores.end(), boards.begin(), boards.end());
  return cores;
}

}  // namespace burin
