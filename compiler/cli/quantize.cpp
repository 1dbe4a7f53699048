// burin quantize: a float model and samples to an int8 model, with what that costs layer by layer.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/choice.hpp"
#include "cli/output_files.hpp"
#include "cli/quantize_to_budget.hpp"
#include "cli/quantized.hpp"
#include "cli/verbs.hpp"
#include "ir/text.hpp"
#include "ops/operator.hpp"

namespace burin {
namespace {

using Json = nlohmann::ordered_json;

struct QuantizeCommand {
  std::string model;
  CalibrationOptions calibration;
  QuantizationOptions options;
  std::string scheme;  // empty: int8, or that of the file of ranges
  std::string output;
  std::string ranges;
  std::string report;
  QualityBudget budget;
  std::string target = "generic";
  std::string curve;
  bool json = false;
};

std::string in_decibels(double value) {
  return fmt::format("{:.1f}", value);
}

std::string confusion_table(const Classification& found) {
  std::vector<std::vector<std::string>> rows = {{"class"}};
  for (size_t column = 0; column < found.confusion.size(); ++column)
    rows[0].push_back("as " + std::to_string(column));
  for (size_t row = 0; row < found.confusion.size(); ++row) {
    rows.push_back({std::to_string(row)});
    for (const uint64_t count : found.confusion[row]) rows.back().push_back(std::to_string(count));
  }
  return table(rows);
}

// Worst first: by what a layer alone does to its own output.
std::vector<LayerQuality> worst_first(const QuantizedModel& model) {
  std::vector<LayerQuality> layers = model.layers;
  std::ranges::stable_sort(layers, {}, &LayerQuality::own_db);
  return layers;
}

std::string summary(const QuantizedModel& model) {
  std::string text;
  if (!model.layers.empty())
    text += fmt::format(
        "{} dB signal to noise at {} ({} dB by plain rounding), on {}\n", in_decibels(model.sqnr_db),
        fmt::join(model.judged, ", "), in_decibels(model.sqnr_plain_db),
        model.measured_on < model.samples
            ? fmt::format("{} of {} samples, which decided nothing", model.measured_on, model.samples)
            : fmt::format("{}, too few to decide by: 8 at least", counted(model.samples, "sample")));
  if (model.agreement)
    text += fmt::format("top-1 agrees with the float model on {:.2f} % of them\n", *model.agreement);
  if (const auto& found = model.classification)
    text += fmt::format("right of {}: {} in float ({:.2f} %), {} quantized ({:.2f} %)\n",
                        counted(found->samples, "labeled sample"), found->right_float,
                        found->accuracy_float(), found->right, found->accuracy());
  for (const PassGain& gain : model.passes)
    text += fmt::format("  {:<10} {:+.2f} dB\n", gain.name, gain.gain_db);
  for (const std::string& note : model.notes) text += note + "\n";
  if (model.float_layers.empty() && model.operators.size() == 1) {
    const auto& [precision, count] = *model.operators.begin();
    return text + fmt::format("all {} compute in {}\n", counted(count, "operator"), name_of(precision));
  }
  for (const auto& [precision, count] : model.operators)
    if (precision != Precision::f32)
      text += fmt::format("{} in {}\n", counted(count, "operator"), name_of(precision));
  if (model.float_layers.empty()) return text;
  std::vector<std::string> names;
  for (const FloatLayer& layer : model.float_layers)
    names.push_back(
        fmt::format("{} \"{}\" ({})", name_of(layer.op), printable(layer.name, 48), layer.reason));
  return text + fmt::format("{} in float: {}\n", counted(names.size(), "operator"), fmt::join(names, "; "));
}

std::string report_text(const QuantizedModel& model) {
  std::vector<std::vector<std::string>> rows = {
      {"layer", "in", "own dB", "accumulated dB", "saturated %", "name"}};
  for (const LayerQuality& layer : worst_first(model))
    rows.push_back({std::string(name_of(layer.op)), std::string(name_of(layer.precision)),
                    in_decibels(layer.own_db), in_decibels(layer.accumulated_db),
                    fmt::format("{:.3f}", 100 * layer.saturated), printable(layer.name, 48)});
  std::string text = summary(model) + "\n" + table(rows);
  for (const LayerQuality& layer : worst_first(model))
    if (!layer.advice.empty()) text += fmt::format("\n\"{}\": {}", printable(layer.name, 80), layer.advice);
  if (!text.ends_with('\n')) text += '\n';
  constexpr size_t widest = 32;  // classes that a page is wide enough for
  if (model.classification && model.classification->confusion.size() <= widest)
    text += "\nWhat the quantized model takes the samples of each class for:\n" +
            confusion_table(*model.classification);
  return text;
}

// `budgeted`: where there was a budget.
std::string report_json(const QuantizedModel& model, const std::optional<BudgetedModel>& budgeted) {
  Json json;
  json["layers"] = Json::array();
  for (const LayerQuality& layer : model.layers)
    json["layers"].push_back({{"name", printable(layer.name, 10000)},
                              {"op", name_of(layer.op)},
                              {"precision", name_of(layer.precision)},
                              {"sqnr_own_db", layer.own_db},
                              {"sqnr_db", layer.accumulated_db},
                              {"saturated", layer.saturated}});
  json["sqnr_db"] = model.layers.empty() ? Json() : Json(model.sqnr_db);
  json["agreement"] = model.agreement ? Json(*model.agreement) : Json();
  const auto& found = model.classification;
  json["accuracy_float"] = found ? Json(found->accuracy_float()) : Json();
  json["accuracy"] = found ? Json(found->accuracy()) : Json();
  json["confusion"] = found ? Json(found->confusion) : Json();
  json["float_layers"] = Json::array();
  for (const FloatLayer& layer : model.float_layers)
    json["float_layers"].push_back(
        {{"name", printable(layer.name, 10000)}, {"op", name_of(layer.op)}, {"reason", layer.reason}});
  json["passes"] = Json::array();
  for (const PassGain& gain : model.passes)
    json["passes"].push_back({{"name", gain.name}, {"gain_db", gain.gain_db}});
  if (budgeted) {
    json["curve"] = curve_json(budgeted->curve);
    for (size_t i = 0; i < budgeted->wide.size(); ++i) json["curve"][i]["int16_layers"] = budgeted->wide[i];
  }
  return json.dump(2) + "\n";
}

Diagnostics check_options(const QuantizeCommand& command) {
  const auto refuse = [](std::string message, std::string help) -> Diagnostics {
    return {{.code = DiagnosticCode::E0201, .message = std::move(message), .help = std::move(help)}};
  };
  if (command.scheme == "hybrid" &&
      command.options.interface.value_or(InterfaceType::f32) != InterfaceType::f32)
    return refuse("the hybrid scheme computes with float32 inputs and outputs",
                  "leave --io out, or take --scheme int8");
  const bool is_int8 = command.scheme.empty() || command.scheme.starts_with("int8");
  if (command.budget.any() && !is_int8)
    return refuse("--min-sqnr and --max-accuracy-drop choose between int8 and int16 layer by layer",
                  "leave --scheme out");
  if (command.budget.any() && command.calibration.sources.empty())
    return refuse("--min-sqnr and --max-accuracy-drop need samples to judge by", "--calibration samples.npy");
  if (command.budget.max_accuracy_drop && command.calibration.labels.empty())
    return refuse("--max-accuracy-drop needs the right class of every sample", "--labels labels.npy");
  if (!command.curve.empty() && !command.budget.any())
    return refuse("--curve draws what --min-sqnr or --max-accuracy-drop tried", "--min-sqnr 38");
  if (!command.calibration.sources.empty()) return {};
  if (command.ranges.empty())
    return refuse("quantize needs samples of the model's inputs",
                  "--calibration samples.npy, or --ranges FILE with what an earlier run found");
  const QuantizationOptions& options = command.options;
  const bool all_passes = options.ranges && options.equalization && options.fit.bias_correction &&
                          options.fit.error_feedback && options.fit.refit;
  if (!all_passes || !options.keep_float.empty() || !command.scheme.empty() ||
      !command.calibration.labels.empty() || !command.calibration.mean.empty() ||
      !command.calibration.scale.empty())
    return refuse("without --calibration, --ranges decides all but --io",
                  "give --calibration to decide anew, or leave the other options out");
  return {};
}

Result<BudgetedModel> quantize_within(const Session& session, const Graph& graph,
                                      const QuantizeCommand& command) {
  const Result<Target> target = load_target(command.target);
  if (!target) return target.diagnostics();
  const Result<SampleValues> samples = read_samples(session, graph, command.calibration);
  if (!samples) return samples.diagnostics();
  std::vector<int64_t> labels;
  if (!command.calibration.labels.empty()) {
    Result<std::vector<int64_t>> read = read_sample_labels(graph, command.calibration, samples->count());
    if (!read) return read.diagnostics();
    labels = std::move(*read);
  }
  return quantize_to_budget(session, graph, *samples, labels, command.options, command.budget,
                            {.target = *target});
}

ExitCode run(const Session& session, QuantizeCommand& command) {
  set_scheme(command.options, command.scheme);
  if (const Diagnostics findings = check_options(command); !findings.empty())
    return report(session, findings);
  if (const Diagnostics findings = check_model_path(command.output); !findings.empty())
    return report(session, findings);
  const Result<Graph> graph = import_model(command.model);
  if (!graph) return report(session, graph.diagnostics(), command.model);
  const bool again = command.calibration.sources.empty();
  std::optional<BudgetedModel> budgeted;
  if (command.budget.any()) {
    Result<BudgetedModel> found = quantize_within(session, *graph, command);
    if (!found) return report(session, found.diagnostics(), command.model);
    budgeted = std::move(*found);
  }
  const Result<QuantizedModel> model =
      budgeted ? Result<QuantizedModel>(budgeted->model)
      : again  ? quantize_file_again(*graph, command.ranges, command.options.interface, std::nullopt)
               : quantize_file(session, *graph, command.calibration, command.options);
  if (!model) return report(session, model.diagnostics(), command.model);
  const Result<std::string> written = model_file(model->graph, command.output);
  if (!written) return report(session, written.diagnostics(), command.model);
  std::vector<OutputFile> files = {{command.output, *written}};
  if (!command.report.empty()) files.push_back({command.report, report_text(*model)});
  if (!command.curve.empty())
    files.push_back({command.curve, curve_svg(budgeted->curve, command.target, "int8 and int16")});
  std::vector<std::string> inputs = {command.model};
  if (again)
    inputs.push_back(command.ranges);
  else if (!command.ranges.empty())
    files.push_back({command.ranges, print_record(model->record)});
  const Diagnostics failures = write_files(files, inputs);
  if (!failures.empty()) return report(session, failures);
  tell_clamped_infinities(session, model->graph, command.output);
  if (command.json)
    put_result(report_json(*model, budgeted));
  else if (budgeted)
    put_result(budget_table(*budgeted));
  else if (command.report.empty() && session.verbose)
    put_result(report_text(*model));
  say(session, summary(*model));
  return ExitCode::ok;
}

}  // namespace

Verb add_quantize(CLI::App& app) {
  const auto command = std::make_shared<QuantizeCommand>();
  CLI::App* verb = app.add_subcommand(
      "quantize", "Make an int8 or int16 model of a float one, from samples of its inputs");
  verb->add_option("model", command->model, "Float model")->type_name("MODEL")->required();
  add_calibration_options(*verb, command->calibration);
  verb->add_option(
          "--ranges", command->ranges,
          "Write here all that was found; without --calibration read it, and make the same model again")
      ->type_name("FILE");
  verb->add_option("--labels", command->calibration.labels,
                   "The right class of every sample, for the report: .npy or raw bytes. They decide nothing")
      ->type_name("FILE");
  verb->add_option("-o,--output", command->output, "Where the quantized model goes: .tflite or .tir")
      ->type_name("FILE")
      ->required();
  verb->add_option("--scheme", command->scheme,
                   "int8 (the default); int16 between layers, with int8 weights; hybrid: float32 between "
                   "layers, with int8 weights; int8-per-tensor-fc: one scale for the weights of a fully "
                   "connected layer, for TensorFlow Lite Micro from before September 2024")
      ->check(CLI::IsMember(quantization_schemes))
      ->type_name("SCHEME");
  add_choice(
      *verb, "--io", command->options.interface,
      {{"int8", InterfaceType::s8},
       {"int16", InterfaceType::s16},
       {"uint8", InterfaceType::u8},
       {"float", InterfaceType::f32}},
      "Element type of inputs and outputs: int8, int16, uint8 or float; the default is what the scheme "
      "computes with");
  verb->add_option("--keep-float", command->options.keep_float, "A layer that is to stay float, by name")
      ->type_name("LAYER")
      ->allow_extra_args(false);
  verb->add_flag("!--no-ranges", command->options.ranges,
                 "Take the least and the largest value for the ends of a range, without trying others");
  verb->add_flag("!--no-equalize", command->options.equalization, "Do not scale channels to one range");
  verb->add_flag("!--no-bias", command->options.fit.bias_correction, "Do not correct biases");
  verb->add_flag("!--no-rounding", command->options.fit.error_feedback, "Round each weight to the nearest");
  verb->add_flag("!--no-refit", command->options.fit.refit, "Do not fit weights anew by least squares");
  verb->add_option("--min-sqnr", command->budget.min_sqnr,
                   "Compute as few layers in int16 as it takes for this signal to noise of the report")
      ->type_name("DB");
  verb->add_option(
          "--max-accuracy-drop", command->budget.max_accuracy_drop,
          "Compute as few layers in int16 as it takes to lose at most so many points of accuracy, by "
          "--labels")
      ->check(CLI::Range(0.0, 100.0))
      ->type_name("POINTS");
  verb->add_option(
          "-t,--target", command->target,
          "Core or board whose cycles layers are chosen by, or a .json file; `burin targets` lists them")
      ->type_name("TARGET")
      ->capture_default_str();
  verb->add_option("--curve", command->curve,
                   "Draw what was tried for --min-sqnr or --max-accuracy-drop, over cycles and flash, as SVG")
      ->type_name("FILE");
  verb->add_option("--report", command->report, "Where the report goes: layers, worst first, as text")
      ->type_name("FILE");
  verb->add_flag("--json", command->json, "Print the report as JSON");
  return {verb, [command](const Session& session) { return run(session, *command); }};
}

}  // namespace burin
