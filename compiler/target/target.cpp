#include "target/target.hpp"

#include <flatbuffers/idl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <tuple>

#include "support/embedded_files.hpp"
#include "support/files.hpp"
#include "support/near_names.hpp"
#include "target/listing.hpp"
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
// Where memories end at most: sums of their sizes stay far from what 64 bits hold.
constexpr uint64_t address_limit = uint64_t{1} << 48;
constexpr size_t longest_name = 64;
constexpr size_t longest_text = 400;

// The name as people may write it: without case and what stands between the words.
std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name.substr(0, 2 * longest_name)) {
    if (c == '-' || c == '_' || c == '.' || c == ':' || c == ' ') continue;
    text += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

Diagnostic bad_file(const std::string& file, std::string message, std::string place = {}) {
  return {
      .code = DiagnosticCode::E0207,
      .message = std::move(message),
      .place = std::move(place),
      .help = "targets/schema.fbs in the source tree lists every key; `burin targets` shows those that exist",
      .file = file};
}

const std::vector<Listing>& all_listings();  // cores first, then boards, each sorted by name

// The core of the chips whose names begin as this one does; empty where none is known.
std::string core_of_chip(std::string_view name) {
  const std::string chip = plain(name);
  std::string core;
  size_t longest = 0;
  for (const Listing& listing : all_listings())
    for (const std::string& start : listing.chips)
      if (start.size() > longest && chip.starts_with(start)) {
        longest = start.size();
        core = listing.target.name;
      }
  return core;
}

Diagnostic unknown_target(std::string_view name) {
  const std::string core = core_of_chip(name);
  const std::string help =
      core.empty()
          ? did_you_mean(name, target_names()) +
                "`burin targets` lists all; another board takes the core of its chip, with --ram-limit and "
                "--flash-limit, or a .json file of its own; `generic` is right for any processor"
          : fmt::format(
                "its core is a target: -t {}, with --ram-limit and --flash-limit for the memories of the "
                "chip, "
                "or with a .json file that inherits {} and lists them",
                core, core);
  return {.code = DiagnosticCode::E0202,
          .message = fmt::format("there is no target \"{}\"", printable(name.substr(0, longest_name))),
          .place = {},
          .help = help,
          .file = {}};
}

// ---- what a target file says, beyond what the schema asks ----

// Names stand in generated code and in file names, texts on terminals, guards in a preprocessor's line.
bool is_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '+';
  };
  return !text.empty() && text.size() <= longest_name && std::ranges::all_of(text, allowed);
}

bool is_line(std::string_view text) {
  return text.size() <= longest_text && printable(text, longest_text) == text;
}

bool is_condition(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_ ()!&|<>=+-").find(c) != std::string_view::npos;
  };
  return text.size() <= longest_text && std::ranges::all_of(text, allowed);
}

// What says which processor it is; options that name files or run programs do not.
bool is_flag(std::string_view text) {
  if (!is_line(text) || text.find_first_of(" \t/@") != std::string_view::npos) return false;
  if (text.starts_with("-f")) return text.find('=') == std::string_view::npos;
  return text.size() > 2 && (text.starts_with("-m") || text.starts_with("-D") || text.starts_with("-U"));
}

// The first finding about the texts and numbers of a file; empty where there is none.
std::string flaw_of(const Listing& listing) {
  const Target& target = listing.target;
  if (!is_name(target.name))
    return fmt::format("name: \"{}\" is not a word of at most {} letters, digits, '-', '_', '.' and '+'",
                       printable(target.name, longest_name), longest_name);
  for (const auto* names : {&listing.aliases, &listing.chips})
    for (const std::string& name : *names)
      if (!is_name(name))
        return fmt::format("{}: \"{}\" is no name", names == &listing.aliases ? "aliases" : "chips",
                           printable(name, longest_name));
  const auto line = [](const char* key, std::string_view text) {
    return is_line(text) ? std::string()
                         : fmt::format("{}: \"{}\" is not one line of at most {} printable characters", key,
                                       printable(text, 60), longest_text);
  };
  if (const std::string flaw = line("description", target.description); !flaw.empty()) return flaw;
  if (const std::string flaw = line("datasheet", listing.datasheet); !flaw.empty()) return flaw;
  if (!is_condition(target.guard))
    return fmt::format(
        "guard: \"{}\" is not a condition of names, numbers, parentheses and operators on one line",
        printable(target.guard, 60));
  for (const std::string& flag : target.compiler_flags)
    if (!is_flag(flag))
      return fmt::format(
          "compiler_flags: \"{}\" is no flag that says what the processor is: -m…, -f…, -D… or -U…",
          printable(flag, 60));
  if (target.emulator) {
    const Emulator& emulator = *target.emulator;
    if (!is_name(emulator.machine))
      return fmt::format("emulator: machine \"{}\" is no name", printable(emulator.machine, longest_name));
    if (const std::string flaw = line("emulator: note", emulator.note); !flaw.empty()) return flaw;
    constexpr uint64_t least = 65536;  // vectors and start-up code, with room for a program
    for (const auto& [what, origin, bytes] :
         {std::tuple{"flash", emulator.flash_origin, emulator.flash_bytes},
          std::tuple{"ram", emulator.ram_origin, emulator.ram_bytes}})
      if (bytes < least || bytes > address_limit || origin > address_limit - bytes)
        return fmt::format("emulator: {} is not a memory of {} bytes at least that ends below 2^48", what,
                           least);
  }
  for (const MemoryRegion& region : target.regions) {
    if (!is_name(region.name))
      return fmt::format("regions: \"{}\" is no name", printable(region.name, longest_name));
    if (region.bytes == 0 || region.bytes > address_limit || region.origin > address_limit - region.bytes)
      return fmt::format("regions: \"{}\" of {} bytes at {:#x} is not a memory that ends below 2^48",
                         region.name, region.bytes, region.origin);
  }
  for (size_t i = 0; i < target.regions.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      const MemoryRegion& a = target.regions[i];
      const MemoryRegion& b = target.regions[j];
      if (a.origin < b.origin + b.bytes && b.origin < a.origin + a.bytes)
        return fmt::format("regions: \"{}\" and \"{}\" overlap", b.name, a.name);
    }
  return {};
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

std::vector<std::string> texts_of(
    const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* texts) {
  std::vector<std::string> result;
  if (texts)
    for (const auto* text : *texts) result.push_back(text->str());
  return result;
}

template <class To, class From>
std::vector<To> enums_of(const flatbuffers::Vector<From>& values) {
  std::vector<To> result;
  for (const auto value : values) result.push_back(static_cast<To>(value));
  return result;
}

// Replaces in `listing` whatever `file` gives.
void apply(const schema::Target& file, Listing& listing) {
  listing.datasheet = text_of(file.datasheet());
  listing.aliases = texts_of(file.aliases());
  listing.chips = texts_of(file.chips());
  if (file.clock_hz()) listing.clock_hz = *file.clock_hz();
  Target& target = listing.target;
  target.name = text_of(file.name());
  target.kind = static_cast<TargetKind>(file.kind());
  if (target.kind == TargetKind::core) target.core = target.name;
  target.description = text_of(file.description());
  if (file.architecture()) target.architecture = static_cast<Architecture>(*file.architecture());
  if (file.features()) target.features = enums_of<Feature>(*file.features());
  if (file.kernel_sets()) target.kernel_sets = enums_of<KernelSet>(*file.kernel_sets());
  if (file.compiler_flags()) target.compiler_flags = texts_of(file.compiler_flags());
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

// The file in the tool whose target has this very name; nothing if there is none.
const EmbeddedFile* file_of(std::string_view name) {
  static const std::vector<EmbeddedFile> files = embedded_files_under("targets/");
  for (const EmbeddedFile& file : files) {
    std::string_view path = file.path;
    if (!path.ends_with(".json")) continue;
    path.remove_suffix(5);
    if (path.substr(path.rfind('/') + 1) == name) return &file;
  }
  return nullptr;
}

Result<Listing> load(std::string_view json, const std::string& file, int depth) {
  if (depth > inheritance_limit) return bad_file(file, "the chain of inherited targets does not end");
  const auto parser = parse(json, file);
  if (!parser) return parser.diagnostics();
  const auto& root = *flatbuffers::GetRoot<schema::Target>((*parser)->builder_.GetBufferPointer());
  Listing listing;
  if (root.inherits()) {
    const std::string parent = root.inherits()->str();
    const EmbeddedFile* const text = file_of(parent);
    if (!text)
      return bad_file(file,
                      fmt::format("inherits \"{}\", which is no target", printable(parent, longest_name)));
    Result<Listing> inherited = load(text->contents, std::string(text->path), depth + 1);
    if (!inherited) return inherited;
    listing = *std::move(inherited);
    if (listing.target.kind == TargetKind::board && root.kind() == schema::Kind::core)
      return bad_file(file,
                      fmt::format("a core cannot inherit the board \"{}\"", printable(parent, longest_name)));
  }
  apply(root, listing);
  const Target& target = listing.target;
  if (const std::string flaw = flaw_of(listing); !flaw.empty()) return bad_file(file, flaw);
  if (target.core.empty()) return bad_file(file, "a board must inherit a core");
  std::string unsound;
  Costs::fields(target.costs, [&](const char* name, float cost) {
    if (!(cost >= 0 && cost <= dearest)) unsound = name;
  });
  if (!unsound.empty())
    return bad_file(file, fmt::format("costs: {} is not a number of cycles from 0 to {}", unsound, dearest));
  if (target.kernel_sets.empty())
    return bad_file(file, "kernel_sets is empty, here and in what is inherited");
  return listing;
}

Result<Listing> load_own(const EmbeddedFile& file) {
  Result<Listing> listing = load(file.contents, std::string(file.path), 0);
  BURIN_CHECK(listing.ok(),
              "a target that travels with the tool cannot be loaded: " + std::string(file.path));
  return listing;
}

const std::vector<Listing>& all_listings() {
  static const std::vector<Listing> listings = [] {
    std::vector<Listing> loaded;
    for (const EmbeddedFile& file : embedded_files_under("targets/"))
      if (file.path.ends_with(".json")) loaded.push_back(*load_own(file));
    std::ranges::sort(loaded, {},
                      [](const Listing& each) { return std::pair(each.target.kind, each.target.name); });
    return loaded;
  }();
  return listings;
}

Result<Target> target_of(Result<Listing> listing) {
  if (!listing) return listing.diagnostics();
  return std::move(listing->target);
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

Result<Listing> load_listing(std::string_view name) {
  if (name.ends_with(".json")) {
    const std::string path(name);
    const Result<std::string> text = read_file(path, file_limit);
    if (!text) return text.diagnostics();
    return load(*text, path, 0);
  }
  if (const EmbeddedFile* const file = file_of(name)) return load_own(*file);
  const std::string wanted = plain(name);
  for (const Listing& listing : all_listings()) {
    std::vector<std::string> names = listing.aliases;
    names.push_back(listing.target.name);
    for (const std::string& each : names)
      if (plain(each) == wanted || plain(each) == "cortex" + wanted || "arm" + plain(each) == wanted)
        return listing;
  }
  return unknown_target(name);
}

Result<Target> load_target(std::string_view name) {
  return target_of(load_listing(name));
}

Result<Target> parse_target(std::string_view json, const std::string& file) {
  return target_of(load(json, file, 0));
}

bool runs_here(const Target& target) {
  return !target.emulator && target.kind == TargetKind::core &&
         (target.core == "generic" || target.core == "host");
}

std::optional<Diagnostic> why_not_executed(const Target& target) {
  if (target.emulator || runs_here(target)) return std::nullopt;
  const bool portable = std::ranges::equal(target.kernel_sets, std::array{KernelSet::generic});
  return Diagnostic{
      .code = DiagnosticCode::E0202,
      .message = fmt::format(
          "code for {} cannot be executed: this machine is none, and no emulator stands in for it",
          target.name),
      .place = {},
      .help =
          portable
              ? "-t generic executes the same portable kernels on this machine, which says nothing about the "
                "other compiler and processor"
              : "choose a target that `burin targets` shows an emulator for",
      .file = {}};
}

std::optional<Diagnostic> why_not_measured(const Target& target) {
  if (target.emulator) return std::nullopt;
  return Diagnostic{
      .code = DiagnosticCode::E0202,
      .message = fmt::format("target {} cannot be measured: no emulator stands in for it", target.name),
      .place = {},
      .help = "choose a core or board that `burin targets` shows an emulator for, such as -t cortex-m4",
      .file = {}};
}

std::vector<std::string> target_names() {
  std::vector<std::string> names;
  for (const Listing& listing : all_listings()) names.push_back(listing.target.name);
  return names;
}

}  // namespace burin
