// burin targets: cores and boards, and what each turns on.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/verbs.hpp"
#include "target/listing.hpp"

namespace burin {
namespace {

using Json = nlohmann::ordered_json;

struct TargetsCommand {
  std::string name;
  bool json = false;
};

std::vector<std::string> feature_names(const Target& target) {
  std::vector<std::string> names;
  for (const Feature feature : target.features) names.emplace_back(name_of(feature));
  return names;
}

std::vector<std::string> kernel_set_names(const Target& target) {
  std::vector<std::string> names;
  for (const KernelSet set : target.kernel_sets) names.emplace_back(name_of(set));
  return names;
}

// As the target file has it: 0.65 rather than the nearest float32 in all its digits.
double rounded(float cost) {
  return std::round(static_cast<double>(cost) * 1000) / 1000;
}

Json regions_json(const Target& target) {
  Json regions = Json::array();
  for (const MemoryRegion& region : target.regions)
    regions.push_back({{"name", region.name},
                       {"memory", region.kind == MemoryRegion::Kind::flash ? "flash" : "ram"},
                       {"origin", region.origin},
                       {"bytes", region.bytes}});
  return regions;
}

Json target_json(const Listing& listing) {
  const Target& target = listing.target;
  Json costs;
  Costs::fields(target.costs, [&](const char* name, float cost) { costs[name] = rounded(cost); });
  const auto bytes = [](const std::optional<uint64_t>& value) { return value ? Json(*value) : Json(); };
  return {{"name", target.name},
          {"kind", name_of(target.kind)},
          {"description", target.description},
          {"aliases", listing.aliases},
          {"core", target.core},
          {"architecture", name_of(target.architecture)},
          {"features", feature_names(target)},
          {"kernel_sets", kernel_set_names(target)},
          {"compiler_flags", target.compiler_flags},
          {"costs", costs},
          {"clock_hz", listing.clock_hz == 0 ? Json() : Json(listing.clock_hz)},
          {"datasheet", listing.datasheet.empty() ? Json() : Json(listing.datasheet)},
          {"regions", regions_json(target)},
          {"flash_bytes", bytes(target.flash_bytes())},
          {"ram_bytes", bytes(target.ram_bytes())},
          {"emulator", target.emulator ? Json(target.emulator->machine) : Json()}};
}

void print_one(const Listing& listing) {
  const Target& target = listing.target;
  fmt::print("{} ({}): {}\n", target.name, name_of(target.kind), target.description);
  if (!listing.aliases.empty()) fmt::print("  also          {}\n", fmt::join(listing.aliases, ", "));
  fmt::print("  core          {}\n  architecture  {}\n  features      {}\n  kernel sets   {}\n", target.core,
             name_of(target.architecture), fmt::join(feature_names(target), ", "),
             fmt::join(kernel_set_names(target), ", then "));
  fmt::print("  flags         {}\n", target.compiler_flags.empty()
                                         ? "any"
                                         : fmt::format("{}", fmt::join(target.compiler_flags, " ")));
  std::vector<std::string> costs;
  Costs::fields(target.costs, [&](const char* name, float cost) {
    costs.push_back(fmt::format("{} {}", name, rounded(cost)));
  });
  fmt::print("  costs         {} (cycles, estimated)\n", fmt::join(costs, ", "));
  if (listing.clock_hz > 0)
    fmt::print("  clock         {} Hz\n", grouped(static_cast<int64_t>(listing.clock_hz)));
  for (const MemoryRegion& region : target.regions)
    fmt::print("  memory        {} \"{}\" at {:#x}, {} bytes\n",
               region.kind == MemoryRegion::Kind::flash ? "flash" : "RAM", region.name, region.origin,
               grouped(static_cast<int64_t>(region.bytes)));
  if (!listing.datasheet.empty()) fmt::print("  from          {}\n", listing.datasheet);
  if (target.flash_bytes())
    fmt::print("  flash         {} bytes in one piece\n",
               grouped(static_cast<int64_t>(*target.flash_bytes())));
  if (target.ram_bytes())
    fmt::print("  RAM           {} bytes in one piece\n", grouped(static_cast<int64_t>(*target.ram_bytes())));
  if (target.emulator) {
    fmt::print("  QEMU          {}{}\n", target.emulator->machine,
               target.emulator->note.empty() ? "" : ": " + target.emulator->note);
  }
}

ExitCode run(const Session& session, const TargetsCommand& command) {
  std::vector<Listing> listings;
  for (const std::string& name :
       command.name.empty() ? target_names() : std::vector<std::string>{command.name}) {
    const Result<Listing> listing = load_listing(name);
    if (!listing) return report(session, listing.diagnostics());
    listings.push_back(*listing);
  }
  if (command.json) {
    Json json = Json::array();
    for (const Listing& listing : listings) json.push_back(target_json(listing));
    fmt::print("{}\n", (command.name.empty() ? json : json.front()).dump(2));
  } else if (!command.name.empty()) {
    print_one(listings.front());
  } else {
    std::vector<std::vector<std::string>> rows = {
        {"target", "kind", "core", "kernel sets", "QEMU", "description"}};
    for (const Listing& listing : listings) {
      const Target& target = listing.target;
      rows.push_back({target.name, std::string(name_of(target.kind)), target.core,
                      fmt::format("{}", fmt::join(kernel_set_names(target), " ")),
                      target.emulator ? target.emulator->machine : "", target.description});
    }
    fmt::print("{}", table(rows));
  }
  return ExitCode::ok;
}

}  // namespace

Verb add_targets(CLI::App& app) {
  const auto command = std::make_shared<TargetsCommand>();
  CLI::App* verb = app.add_subcommand("targets", "List cores and boards, or show one");
  verb->add_option("target", command->name, "Core or board, by any of its names, or a .json file")
      ->type_name("TARGET");
  verb->add_flag("--json", command->json, "Print JSON");
  return {verb, [command](const Session& session) { return run(session, *command); }};
}

}  // namespace burin
