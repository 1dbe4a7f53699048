// burin prune: a float model and samples to a smaller float model, with what that costs and saves.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/accuracy.hpp"
#include "cli/amounts.hpp"
#include "cli/curve.hpp"
#include "cli/output_files.hpp"
#include "cli/pruned.hpp"
#include "cli/quantized.hpp"
#include "cli/verbs.hpp"
#include "ir/text.hpp"
#include "ops/operator.hpp"
#include "prune/likeness.hpp"
#include "prune/sparsify.hpp"
#include "quantize/preparation.hpp"
#include "target/listing.hpp"

namespace burin {
namespace {

using Json = nlohmann::ordered_json;

// Shares of the MACs that a curve has a point at. Without another goal it ends at the last.
constexpr std::array shares_of_curve = {0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.25};
constexpr double least_share_of_curve = 0.25;

struct PruneCommand {
  CompileOptions options;
  CalibrationOptions calibration;
  std::string macs, flash, cycles, sparsity;
  std::string count_as = "float";
  std::vector<std::string> data;  // to judge with
  std::string labels;
  std::vector<std::string> distill;
  DistillOptions distillation;
  std::string output;
  std::string curve;
  std::string report;
  bool count = false;
  bool json = false;
};

struct Report {
  PrunedGraph pruned;
  ModelCost before, after;
  Likeness likeness;
  size_t judged = 0;                                // samples
  bool apart = true;                                // those samples decided nothing
  std::optional<double> accuracy_before, accuracy;  // shares
  std::string target;
  std::optional<int64_t> counted_before, counted;  // cycles, in the emulator
  int64_t zeros_before = 0, zeros = 0;             // among the weights
  std::optional<Distilled> distilled;
  std::vector<CurvePoint> curve;  // where one is wanted
};

std::string change(const char* what, int64_t before, int64_t after, const char* unit = "") {
  return fmt::format("  {:<7} {:>13} -> {:>13}{}  ({:.1f} %)\n", what, grouped(before), grouped(after), unit,
                     before > 0 ? 100.0 * static_cast<double>(after) / static_cast<double>(before) : 100.0);
}

// Zeros among the constants that layers multiply by.
int64_t zero_weights(const Graph& graph) {
  int64_t zeros = 0;
  for (const size_t node : weighted_nodes(graph))
    zeros += std::ranges::count(graph.at(graph.nodes[node].inputs[1]).constant->as<float>(), 0.0f);
  return zeros;
}

std::string summary(const Report& report) {
  std::string text =
      fmt::format("{} of channels removed, for {}\n",
                  counted(static_cast<size_t>(report.pruned.removed_groups), "group"), report.target);
  if (report.zeros > report.zeros_before)
    text += fmt::format("  zeros   {:>13} -> {:>13}, among the weights\n", grouped(report.zeros_before),
                        grouped(report.zeros));
  text += change("MACs", report.before.macs, report.after.macs);
  text += change("weights", report.before.weight_bytes, report.after.weight_bytes, " bytes");
  text += change("flash", report.before.flash_bytes, report.after.flash_bytes, " bytes");
  text += change("RAM", report.before.arena_bytes, report.after.arena_bytes, " bytes");
  if (report.before.cycles && report.after.cycles)
    text += change("cycles", *report.before.cycles, *report.after.cycles);
  if (report.counted) text += change("counted", *report.counted_before, *report.counted, " cycles in QEMU");
  if (report.distilled)
    text += fmt::format("distillation: {}, relative error {:.5f} -> {:.5f} on its samples held out\n",
                        counted(static_cast<size_t>(report.distilled->epochs), "epoch"),
                        report.distilled->error_before, report.distilled->error);
  text += fmt::format("{:.1f} dB signal to noise", report.likeness.sqnr_db());
  if (report.likeness.agreement)
    text += fmt::format(", the same top-1 on {:.2f} %", 100 * *report.likeness.agreement);
  text += fmt::format(", on {} that {}\n", counted(report.judged, "sample"),
                      report.apart ? "decided nothing" : "pruning has seen: too few to set some aside");
  if (report.accuracy)
    text += fmt::format("accuracy {:.2f} %, before {:.2f} %\n", 100 * *report.accuracy,
                        100 * *report.accuracy_before);
  return text;
}

std::string shape_of(const Graph& graph, const Node& node) {
  return to_string(graph.at(node.outputs[0]).type.shape);
}

int64_t macs_of(const Graph& graph, const Node& node) {
  return operator_of(node).macs({graph, node});
}

std::string report_text(const Report& report) {
  std::vector<std::vector<std::string>> rows = {
      {"layer", "output before", "output", "MACs before", "MACs", "name"}};
  const Graph& before = report.pruned.before;
  const Graph& after = report.pruned.graph;
  for (size_t n = 0; n < after.nodes.size(); ++n)
    rows.push_back({std::string(name_of(after.nodes[n].op)), shape_of(before, before.nodes[n]),
                    shape_of(after, after.nodes[n]), grouped(macs_of(before, before.nodes[n])),
                    grouped(macs_of(after, after.nodes[n])), printable(after.nodes[n].name, 48)});
  return summary(report) + "\n" + table(rows);
}

std::string report_json(const Report& report) {
  const auto or_null = [](const auto& value, double factor) {
    return value ? Json(factor * static_cast<double>(*value)) : Json();
  };
  const auto cycles = [](const std::optional<int64_t>& value) { return value ? Json(*value) : Json(); };
  Json json = {{"target", report.target},
               {"macs", report.after.macs},
               {"macs_before", report.before.macs},
               {"weight_bytes", report.after.weight_bytes},
               {"weight_bytes_before", report.before.weight_bytes},
               {"zero_weights", report.zeros},
               {"zero_weights_before", report.zeros_before},
               {"flash_bytes", report.after.flash_bytes},
               {"flash_bytes_before", report.before.flash_bytes},
               {"arena_bytes", report.after.arena_bytes},
               {"arena_bytes_before", report.before.arena_bytes},
               {"cycles", cycles(report.after.cycles)},
               {"cycles_before", cycles(report.before.cycles)},
               {"counted_cycles", cycles(report.counted)},
               {"counted_cycles_before", cycles(report.counted_before)},
               {"samples", report.judged},
               {"sqnr_db", report.likeness.sqnr_db()},
               {"agreement", or_null(report.likeness.agreement, 100)},
               {"accuracy_before", or_null(report.accuracy_before, 100)},
               {"accuracy", or_null(report.accuracy, 100)},
               {"distillation", nullptr},
               {"layers", Json::array()}};
  if (!report.curve.empty()) json["curve"] = curve_json(report.curve);
  if (report.distilled)
    json["distillation"] = {{"epochs", report.distilled->epochs},
                            {"error_before", report.distilled->error_before},
                            {"error", report.distilled->error}};
  const Graph& before = report.pruned.before;
  const Graph& after = report.pruned.graph;
  for (size_t n = 0; n < after.nodes.size(); ++n)
    json["layers"].push_back({{"name", printable(after.nodes[n].name, 10000)},
                              {"op", name_of(after.nodes[n].op)},
                              {"shape", after.at(after.nodes[n].outputs[0]).type.shape.dims()},
                              {"shape_before", before.at(before.nodes[n].outputs[0]).type.shape.dims()},
                              {"macs", macs_of(after, after.nodes[n])},
                              {"macs_before", macs_of(before, before.nodes[n])}});
  return json.dump(2) + "\n";
}

double share_right(const Graph& graph, const SampleValues& samples, const std::vector<int64_t>& labels) {
  const std::vector<size_t> chosen = classes(graph, samples);
  size_t right = 0;
  for (size_t i = 0; i < labels.size(); ++i) right += static_cast<int64_t>(chosen[i]) == labels[i] ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

Result<PruneGoals> goals_of(const PruneCommand& command) {
  const auto unfit = [](const char* option, const std::string& text, const char* wanted) {
    return Diagnostic{.code = DiagnosticCode::E0201,
                      .message = fmt::format("{} {} is {}", option, printable(text, 40), wanted)};
  };
  PruneGoals goals;
  if (!command.macs.empty()) {
    goals.macs = parse_share(command.macs);
    if (!goals.macs)
      return unfit("--macs", command.macs, "no share of the MACs, above 0 and at most 1, such as 0.5");
  }
  if (!command.flash.empty() && !(goals.flash = parse_flash_limit(command.flash)))
    return unfit("--flash", command.flash, "no number of bytes such as 65536, 64K or 1M");
  if (!command.cycles.empty() && !(goals.cycles = parse_cycle_limit(command.cycles)))
    return unfit("--cycles", command.cycles, "no number of cycles such as 500000, 500K or 2M");
  if (!command.sparsity.empty() && !(goals.sparsity = parse_share(command.sparsity)))
    return unfit("--sparsity", command.sparsity,
                 "no share of the weights, above 0 and at most 1, such as 0.5");
  if (goals.sparsity && !(command.curve.empty() && command.distill.empty()))
    return Diagnostic{.code = DiagnosticCode::E0201,
                      .message = fmt::format("--sparsity and --{} do not go together",
                                             command.curve.empty() ? "distill" : "curve"),
                      .help = "prune channels with it first, and make the result sparse then"};
  if (!goals.any() && !command.curve.empty()) goals.macs = least_share_of_curve;
  if (!goals.any())
    return Diagnostic{.code = DiagnosticCode::E0201,
                      .message = "there is no goal to prune to",
                      .help =
                          "--macs 0.5 keeps half of the multiply-accumulates; --flash 60K and --cycles 2M "
                          "are limits on the target; --sparsity 0.5 makes half of the weights 0"};
  return goals;
}

Result<Report> prune(const Session& session, const PruneCommand& command) {
  if (command.output.empty() && command.curve.empty())
    return Diagnostic{.code = DiagnosticCode::E0201,
                      .message = "there is nothing to write",
                      .help = "-o names the pruned model, --curve a drawing"};
  if (!command.output.empty())
    if (const Diagnostics findings = check_model_path(command.output); !findings.empty()) return findings;
  const Result<PruneGoals> goals = goals_of(command);
  if (!goals) return goals.diagnostics();
  const Result<Target> target = load_target(command.options.target);
  if (!target) return target.diagnostics();
  if (command.count)
    if (const auto reason = why_not_measured(*target)) return *reason;
  const Result<Graph> graph = import_model(command.options.model, command.options.import);
  if (!graph) return graph.diagnostics();
  const Result<SampleValues> samples = read_samples(session, *graph, command.calibration);
  if (!samples) return samples.diagnostics();
  SampleSplit split = set_aside(*samples);
  std::vector<int64_t> labels;
  if (!command.data.empty()) {
    CalibrationOptions data = command.calibration;
    data.sources = command.data;
    Result<SampleValues> read = read_all_samples(*graph, data);
    if (!read) return read.diagnostics();
    split = {.used = *samples, .judging = std::move(*read), .apart = true};
  }
  if (!command.labels.empty()) {
    CalibrationOptions labeled = command.calibration;
    labeled.labels = command.labels;
    Result<std::vector<int64_t>> read = command.data.empty()
                                            ? read_sample_labels(*graph, labeled, samples->count())
                                            : read_labels(command.labels, *graph, split.judging.count());
    if (!read) return read.diagnostics();
    labels = command.data.empty() ? set_aside(*read) : std::move(*read);
  }
  const CostModel model{
      .target = *target, .objective = command.options.objective, .quantized = command.count_as == "int8"};
  std::optional<SampleValues> lessons;
  if (!command.distill.empty()) {
    CalibrationOptions data = command.calibration;
    data.sources = command.distill;
    Result<SampleValues> read =
        data.sources == command.calibration.sources ? split.used : read_all_samples(*graph, data);
    if (!read) return read.diagnostics();
    lessons = std::move(*read);
    if (const Diagnostics findings = distillation_obstacles(*graph, *lessons); !findings.empty())
      return findings;
  }
  PruneOptions options;
  options.fit_held_out = !lessons;
  std::vector<CurvePoint> curve;
  const auto point_of = [&](const Graph& whole, const Graph& each) -> Result<CurvePoint> {
    const Result<ModelCost> cost = model.cost(each);
    if (!cost) return cost.diagnostics();
    CurvePoint point{.cost = *cost, .likeness = likeness(whole, each, split.judging)};
    if (!labels.empty()) point.accuracy = share_right(each, split.judging, labels);
    return point;
  };
  if (!command.curve.empty()) {
    const Result<CurvePoint> whole = point_of(*graph, *graph);
    if (!whole) return whole.diagnostics();
    curve.push_back(*whole);
    options.shares.assign(shares_of_curve.begin(), shares_of_curve.end());
    options.at_share = [&](const Graph& each) {
      // What costs nothing that can be told is left out.
      if (const Result<CurvePoint> point = point_of(*graph, each)) curve.push_back(*point);
    };
  }
  Result<PrunedGraph> pruned = prune_graph(session, *graph, split.used, *goals, model, options);
  if (!pruned) return pruned.diagnostics();
  if (!curve.empty() && graph_macs(pruned->graph) < curve.back().cost.macs) options.at_share(pruned->graph);
  std::optional<Distilled> distilled;
  if (lessons) {
    Result<Distilled> result =
        distill_graph(session, pruned->before, pruned->graph, *lessons, command.distillation);
    if (!result) return result.diagnostics();
    pruned->graph = result->graph;
    distilled = std::move(*result);
  }
  const Result<ModelCost> before = model.cost(pruned->before);
  if (!before) return before.diagnostics();
  const Result<ModelCost> after = model.cost(pruned->graph);
  if (!after) return after.diagnostics();
  Report report{.pruned = std::move(*pruned),
                .before = *before,
                .after = *after,
                .likeness = {},
                .judged = split.judging.count(),
                .apart = split.apart,
                .accuracy_before = {},
                .accuracy = {},
                .target = model.quantized ? target->name + ", in int8" : target->name,
                .counted_before = {},
                .counted = {},
                .zeros_before = 0,
                .zeros = 0,
                .distilled = {},
                .curve = {}};
  if (command.count) {
    show_progress(session, "building firmware and counting cycles …");
    for (const auto& [counted, each] : {std::pair(&report.counted_before, &report.pruned.before),
                                        std::pair(&report.counted, &report.pruned.graph)}) {
      const Result<int64_t> found = counted_cycles(model, *each);
      if (!found) return found.diagnostics();
      *counted = *found;
    }
  }
  report.zeros_before = zero_weights(report.pruned.before);
  report.zeros = zero_weights(report.pruned.graph);
  report.distilled = std::move(distilled);
  report.curve = std::move(curve);
  report.likeness = likeness(report.pruned.before, report.pruned.graph, split.judging);
  if (!labels.empty()) {
    report.accuracy_before = share_right(report.pruned.before, split.judging, labels);
    report.accuracy = share_right(report.pruned.graph, split.judging, labels);
  }
  return report;
}

ExitCode run(const Session& session, const PruneCommand& command) {
  const Result<Report> result = prune(session, command);
  if (!result) return report(session, result.diagnostics(), command.options.model);
  std::vector<OutputFile> files;
  if (!command.output.empty()) {
    const Result<std::string> written = model_file(result->pruned.graph, command.output);
    if (!written) return report(session, written.diagnostics(), command.options.model);
    files.push_back({command.output, *written});
  }
  if (!command.curve.empty()) files.push_back({command.curve, curve_svg(result->curve, result->target)});
  if (!command.report.empty()) files.push_back({command.report, report_text(*result)});
  const Diagnostics failures = write_files(files, {command.options.model});
  if (!failures.empty()) return report(session, failures);
  if (command.json)
    put_result(report_json(*result));
  else if (!command.curve.empty())
    put_result(curve_table(result->curve));
  else if (command.report.empty() && session.verbose)
    put_result(report_text(*result));
  say(session, summary(*result));
  return ExitCode::ok;
}

}  // namespace

Verb add_prune(CLI::App& app) {
  const auto command = std::make_shared<PruneCommand>();
  CLI::App* verb = app.add_subcommand(
      "prune", "Make a smaller float model: fewer channels or weights, the rest fitted anew");
  verb->add_option("model", command->options.model, "Float model")->type_name("MODEL")->required();
  add_import_options(*verb, command->options.import);
  add_calibration_options(*verb, command->calibration)->required();
  verb->add_option("--macs", command->macs, "Share of the multiply-accumulates to keep, such as 0.5")
      ->type_name("SHARE");
  verb->add_option("--flash", command->flash, "Most bytes of constants and code on the target, such as 60K")
      ->type_name("BYTES");
  verb->add_option("--cycles", command->cycles, "Most cycles on the target, such as 2M")->type_name("N");
  verb->add_option("--sparsity", command->sparsity,
                   "Share of the weights that becomes 0, such as 0.5; shapes stay what they are")
      ->type_name("SHARE");
  verb->add_option("--count-as", command->count_as,
                   "What flash, RAM and cycles are counted of: the model as it is written, or as it will be "
                   "after `burin quantize`")
      ->check(CLI::IsMember({"float", "int8"}))
      ->capture_default_str();
  verb->add_option("-t,--target", command->options.target,
                   "Core or board, by any of its names, or a .json file; `burin targets` lists them")
      ->type_name("TARGET")
      ->capture_default_str();
  add_objective(*verb, command->options);
  verb->add_option("-o,--output", command->output, "Where the pruned model goes: .tflite or .tir")
      ->type_name("FILE");
  verb->add_option(
          "--curve", command->curve,
          "Draw what is left of accuracy over cycles and flash, at shares of the MACs from 0.9 on, as "
          "SVG, and print it as a table; the goal is 0.25 where none is given")
      ->type_name("FILE");
  verb->add_option("--data", command->data,
                   "Samples to judge the result with, as --calibration takes them; default: every eighth of "
                   "those, which decides nothing")
      ->type_name("FILE|DIR")
      ->allow_extra_args(false);
  verb->add_option(
          "--labels", command->labels,
          "The right class of each sample of --data, or without it of --calibration, integers in .npy or raw "
          "bytes: adds the accuracy. They decide nothing")
      ->type_name("FILE");
  verb->add_option("--distill", command->distill,
                   "Samples without labels to train the pruned model on, so that it computes what the float "
                   "model does; as --calibration takes them, which may be the same")
      ->type_name("FILE|DIR")
      ->allow_extra_args(false);
  verb->add_option("--epochs", command->distillation.epochs, "How often they are gone through at most")
      ->check(CLI::Range(1, 10000))
      ->type_name("N")
      ->capture_default_str();
  verb->add_option("--seed", command->distillation.seed, "Decides their order")
      ->type_name("N")
      ->capture_default_str();
  verb->add_flag("--count", command->count,
                 "Count the cycles of an inference before and after in QEMU, for a target that it emulates");
  verb->add_option("--report", command->report, "Where the report goes: figures and layers, as text")
      ->type_name("FILE");
  verb->add_flag("--json", command->json, "Print the report as JSON");
  return {verb, [command](const Session& session) { return run(session, *command); }};
}

}  // namespace burin
