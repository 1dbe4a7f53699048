// burin compile: model in, three files out.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/output_files.hpp"
#include "cli/pruned.hpp"
#include "cli/quantized.hpp"
#include "cli/transposes.hpp"
#include "cli/verbs.hpp"
#include "cli/verdicts.hpp"
#include "ir/text.hpp"

namespace burin {
namespace {

namespace fs = std::filesystem;

struct CompileCommand {
  CompileOptions options;
  std::string directory;
  std::string depfile;
  std::string report;
  std::string dump_tir;
  std::string prune;     // to what; empty: not
  std::string quantize;  // a scheme; empty: not
  CalibrationOptions calibration;
  std::string ranges;  // what quantization found: written with samples, read without
  bool explain = false;
  bool json = false;
};

QuantizationOptions quantization_of(const CompileCommand& command) {
  QuantizationOptions options;
  set_scheme(options, command.quantize);
  return options;
}

bool reads_ranges(const CompileCommand& command) {
  return !command.ranges.empty() && command.calibration.sources.empty();
}

Result<Compilation> compile_graph(const Graph& graph, const Target& target, const CompileOptions& options) {
  const std::string text = print_graph(graph);
  const Result<PreparedModel> model = prepare(std::as_bytes(std::span<const char>(text)), options);
  if (!model) return model.diagnostics();
  return compile(*model, target, options);
}

// The float model is pruned first, and then quantized, with the defaults of `burin prune` and `burin
// quantize`. What quantization found goes into `record`.
Result<Compilation> compile_float_model(const Session& session, const CompileCommand& command,
                                        std::string& record) {
  const Result<Target> target = load_target(command.options.target);
  if (!target) return target.diagnostics();
  Result<Graph> graph = import_model(command.options.model, command.options.import);
  if (!graph) return graph.diagnostics();
  if (reads_ranges(command)) {
    const Result<QuantizedModel> again =
        quantize_file_again(*graph, command.ranges, std::nullopt, quantization_of(command).scheme);
    if (!again) return again.diagnostics();
    return compile_graph(again->graph, *target, command.options);
  }
  const Result<SampleValues> samples = read_samples(session, *graph, command.calibration);
  if (!samples) return samples.diagnostics();
  if (!command.prune.empty()) {
    const Result<PruneGoals> goals = parse_goals(command.prune);
    if (!goals) return goals.diagnostics();
    const Result<PrunedGraph> pruned = prune_graph(
        session, *graph, *samples, *goals,
        {.target = *target, .objective = command.options.objective, .quantized = !command.quantize.empty()});
    if (!pruned) return pruned.diagnostics();
    graph = pruned->graph;
  }
  if (!command.quantize.empty()) {
    const Result<QuantizedModel> quantized =
        quantize_with(session, *graph, *samples, quantization_of(command));
    if (!quantized) return quantized.diagnostics();
    graph = quantized->graph;
    record = print_record(quantized->record);
  }
  return compile_graph(*graph, *target, command.options);
}

// Which of the options that make another model of the given one go together.
Diagnostics check_sources(const CompileCommand& command) {
  const auto refuse = [](std::string message, std::string help) -> Diagnostics {
    return {{.code = DiagnosticCode::E0201, .message = std::move(message), .help = std::move(help)}};
  };
  const bool has_samples = !command.calibration.sources.empty();
  if (!command.ranges.empty() && command.quantize.empty())
    return refuse("--ranges goes with --quantize", "--quantize int8 --ranges FILE");
  if (!command.ranges.empty() && !command.prune.empty())
    return refuse("--ranges belongs to one model, and --prune makes another one",
                  "`burin prune` first, and compile what it writes");
  if (!command.prune.empty() && !has_samples)
    return refuse("--prune and --calibration go together", "--prune 0.5 --calibration samples.npy");
  if (!command.quantize.empty() && !has_samples && command.ranges.empty())
    return refuse(
        "--quantize and --calibration go together",
        "--quantize int8 --calibration samples.npy, or --ranges FILE with what an earlier run found");
  if (has_samples && command.quantize.empty() && command.prune.empty())
    return refuse("--quantize and --calibration go together", "--quantize int8 --calibration samples.npy");
  return {};
}

// What moves data without computing, and why: the largest, with -v all.
void tell_transposes(const Session& session, const Graph& graph) {
  std::vector<RemainingTranspose> transposes = remaining_transposes(graph);
  if (transposes.empty()) return;
  int64_t bytes = 0;
  for (const RemainingTranspose& each : transposes) bytes += each.bytes;
  if (!session.verbose) {
    std::ranges::stable_sort(transposes, std::greater<>(), &RemainingTranspose::bytes);
    const RemainingTranspose& largest = transposes.front();
    const std::string most =
        transposes.size() == 1 ? "" : fmt::format("the largest, of {}: ", grouped(largest.bytes));
    return say(
        session,
        fmt::format("  note   {} {} bytes: {}{}{}",
                    transposes.size() == 1 ? std::string("one TRANSPOSE moves")
                                           : fmt::format("{} TRANSPOSEs move", transposes.size()),
                    grouped(bytes), most, largest.reason, transposes.size() == 1 ? "" : "; -v lists all"));
  }
  for (const RemainingTranspose& each : transposes)
    say(session, fmt::format("  note   TRANSPOSE \"{}\" moves {} bytes: {}", printable(each.name, 60),
                             grouped(each.bytes), each.reason));
}

// About five lines: what was made, where memory goes, what is slow.
void summarize(const Session& session, const Compilation& result, const CompileCommand& command) {
  const Program& program = result.program;
  const std::string live =
      program.live_macs == program.macs ? "" : fmt::format(", {} of them live", grouped(program.live_macs));
  say(session, fmt::format("{}: {} for {}, {} MACs{}", program.name, counted(program.steps.size(), "layer"),
                           program.target, grouped(program.macs), live));
  std::string peak = "the inputs";
  if (program.peak_step > static_cast<int32_t>(program.steps.size()))
    peak = "the outputs";
  else if (program.peak_step > 0)
    peak = fmt::format("{} \"{}\"", program.steps[static_cast<size_t>(program.peak_step - 1)].source_op,
                       printable(program.steps[static_cast<size_t>(program.peak_step - 1)].name, 60));
  const std::string proof =
      program.arena_optimal ? "optimal" : fmt::format("lower bound {}", grouped(program.arena_lower_bound));
  say(session, fmt::format("  RAM    arena {} bytes ({}), peak at {}; state {}, stack {}",
                           grouped(program.arena_bytes), proof, peak, grouped(program.state_bytes),
                           grouped(program.stack.optimized)));
  say(session, fmt::format("  flash  constants {} bytes, code about {}", grouped(program.weight_bytes()),
                           grouped(program.code_bytes_estimate())));
  if (result.target.architecture != Architecture::portable)
    say(session, fmt::format("  speed  about {} cycles on a {}, estimated",
                             grouped(program.cycles_estimate()), result.target.core));
  size_t missed = 0;
  for (size_t i = 0; i < program.steps.size(); ++i) {
    const Step& step = program.steps[i];
    if (!misses_fast_kernel(program, i)) continue;
    if (++missed <= 3 || session.verbose)
      say(session, fmt::format("  note   {} \"{}\" runs on {}: {}", step.source_op, printable(step.name, 60),
                               step.call.kernel, step.reason));
  }
  if (missed > 3 && !session.verbose)
    say(session, fmt::format("  note   {}; -v lists all", counted(missed - 3, "more such layer")));
  tell_transposes(session, result.optimized);
  say(session,
      fmt::format("  wrote  {}.cpp, .h and .json", (fs::path(command.directory) / program.name).string()));
}

std::string explanation(const Program& program, Objective objective) {
  std::vector<std::vector<std::string>> rows = {
      {"step", "layer", "kernel", "cycles", "constants", "code", "scratch", "verdict"}};
  for (const Candidate& candidate : program.candidates) {
    const Step& step = program.steps.at(candidate.step);
    const bool accepted = candidate.verdict.kind != Verdict::Kind::refused;
    const std::string sentence = sentence_of(program, candidate, objective);
    const auto number = [&](int64_t value) { return accepted ? grouped(value) : std::string(); };
    rows.push_back({std::to_string(candidate.step), step.op,
                    fmt::format("{}<{}>", candidate.kernel, candidate.isa), number(candidate.cycles),
                    number(candidate.constant_bytes),
                    number(candidate.code_bytes + candidate.shared_code_bytes),
                    number(candidate.scratch_bytes), candidate.chosen() ? "chosen: " + sentence : sentence});
    if (candidate.chosen() && !step.call.requantization.empty())
      rows.push_back({"", "", "", "", "", "", "", "requantization: " + step.call.requantization});
  }
  return table(rows);
}

nlohmann::ordered_json text_or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

// The report, and with --explain the candidates, for scripts.
std::string json_text(const Compilation& result, Objective objective, bool explain) {
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(result.files.report);
  if (explain) {
    json["candidates"] = nlohmann::ordered_json::array();
    for (const Candidate& candidate : result.program.candidates) {
      json["candidates"].push_back({{"step", candidate.step},
                                    {"kernel", candidate.kernel},
                                    {"isa", candidate.isa},
                                    {"chosen", candidate.chosen()},
                                    {"estimated_cycles", candidate.cycles},
                                    {"constant_bytes", candidate.constant_bytes},
                                    {"code_bytes", candidate.code_bytes},
                                    {"shared_code_bytes", candidate.shared_code_bytes},
                                    {"scratch_bytes", candidate.scratch_bytes},
                                    {"refusal", text_or_null(candidate.verdict.refusal)},
                                    {"constraint", text_or_null(candidate.verdict.limit)},
                                    {"verdict", sentence_of(result.program, candidate, objective)}});
    }
  }
  return json.dump(2) + "\n";
}

// Spaces, '#', '$' and backslashes as make and Ninja want them.
std::string make_escaped(const std::string& path) {
  std::string text;
  for (const char c : path) {
    if (c == ' ' || c == '#' || c == '\\') text += '\\';
    if (c == '$') text += '$';
    text += c;
  }
  return text;
}

std::string dependencies(const std::string& base, const std::vector<std::string>& inputs) {
  std::string text = fmt::format("{0}.cpp {0}.h {0}.json:", make_escaped(base));
  for (const std::string& input : inputs) text += " " + make_escaped(input);
  return text + "\n";
}

// ---- whose a file is that would be replaced: objections of OutputFile ----

constexpr const char* foreign = "was not made by Burin";

std::string of_any_model(std::string_view text) {
  return codegen::origin_of(text) ? "" : foreign;
}

// Two models whose file names differ may give one identifier; with --name that is what the user wants.
std::string objection_to_replacing(std::string_view text, const std::string& model_file, bool named) {
  const std::optional<std::string> origin = codegen::origin_of(text);
  if (!origin) return foreign;
  if (named || origin->empty() || *origin == codegen::origin_of_model(model_file)) return {};
  return fmt::format(
      "was generated from another model, \"{}\", whose name gives the same identifier: --name gives "
      "this one its own",
      printable(*origin, 100));
}

std::string unless_graph(std::string_view text) {
  return is_graph_text(text) ? "" : "is not the text of a graph";
}

std::string unless_dependencies(std::string_view text) {
  const std::string_view rule = text.substr(0, text.find('\n'));
  return rule.find(".json: ") != std::string_view::npos ? "" : "is not a dependency file that Burin made";
}

ExitCode run(const Session& session, CompileCommand& command) {
  CompileOptions& options = command.options;
  if (!options.name.empty() && model_name(options.name) != options.name)
    return burin::report(
        session, {{.code = DiagnosticCode::E0201,
                   .message = fmt::format(
                       "--name {} is not a lower-case C identifier of at most 40 characters, or is the "
                       "name of a C header",
                       printable(options.name)),
                   .place = {},
                   .help = fmt::format("--name {}", model_name(options.name))}});
  Graph last;
  if (!command.dump_tir.empty())
    options.observe_pass = [&](std::string_view, const Graph& graph) { last = graph; };
  if (const Diagnostics findings = check_sources(command); !findings.empty())
    return burin::report(session, findings);
  std::string record;
  const bool is_float = !command.quantize.empty() || !command.prune.empty();
  const Result<Compilation> result =
      is_float ? compile_float_model(session, command, record) : compile(options);
  if (!result) return burin::report(session, result.diagnostics(), options.model);
  const std::string base = (fs::path(command.directory) / result->program.name).string();
  // Nobody has named the generated files one by one, so that what is there may be anybody's.
  const auto ours = [&](std::string_view text) {
    return objection_to_replacing(text, result->program.model_file, !options.name.empty());
  };
  std::vector<OutputFile> files = {{base + ".cpp", result->files.source, ours},
                                   {base + ".h", result->files.header, ours},
                                   {base + ".json", result->files.report, ours}};
  if (!command.report.empty()) files.push_back({command.report, result->files.report, of_any_model});
  if (!command.dump_tir.empty()) files.push_back({command.dump_tir, print_graph(last), unless_graph});
  if (!record.empty() && !command.ranges.empty()) files.push_back({command.ranges, record});
  std::vector<std::string> inputs = {options.model};
  if (options.target.ends_with(".json")) inputs.push_back(options.target);
  for (const std::string& source : command.calibration.sources)
    if (fs::is_regular_file(source)) inputs.push_back(source);
  if (reads_ranges(command)) inputs.push_back(command.ranges);
  if (!command.depfile.empty())
    files.push_back({command.depfile, dependencies(base, inputs), unless_dependencies});
  Result<StagedFiles> staged = StagedFiles::stage(files, inputs);
  if (!staged) return burin::report(session, staged.diagnostics());
  if (command.json)
    put_result(json_text(*result, options.objective, command.explain));
  else if (command.explain)
    put_result(explanation(result->program, options.objective));
  Diagnostics failures = flush_results();
  if (failures.empty()) failures = staged->commit();
  if (!failures.empty()) return burin::report(session, failures);
  summarize(session, *result, command);
  return ExitCode::ok;
}

}  // namespace

Verb add_compile(CLI::App& app) {
  const auto command = std::make_shared<CompileCommand>();
  CLI::App* verb =
      app.add_subcommand("compile", "Write DIR/ID.cpp, DIR/ID.h and DIR/ID.json (the default verb)");
  add_model_options(*verb, command->options);
  verb->add_option("-o,--output", command->directory, "Folder for the generated files; default: here")
      ->type_name("DIR");
  verb->add_option("--depfile", command->depfile, "Write a make-style dependency file")->type_name("FILE");
  verb->add_option("--report", command->report, "Write the JSON report here as well")->type_name("FILE");
  verb->add_option("--self-test", command->options.self_test,
                   "Embed this many samples with reference outputs in ID_selftest")
      ->check(CLI::Range(0, 64))
      ->type_name("N");
  verb->add_option("--prune", command->prune,
                   "Prune the float model first, to this share of its MACs, or to flash=60K or cycles=2M on "
                   "the target; sparsity=0.5 makes weights 0")
      ->type_name("GOAL");
  verb->add_option(
          "--quantize", command->quantize,
          "Quantize the float model first: int8, int16, hybrid or int8-per-tensor-fc, as `burin quantize "
          "--scheme` does")
      ->check(CLI::IsMember(quantization_schemes))
      ->type_name("SCHEME");
  verb->add_option("--calibration", command->calibration.sources,
                   "Samples to prune and quantize with, as `burin quantize` takes them")
      ->type_name("FILE|DIR")
      ->allow_extra_args(false);
  verb->add_option("--ranges", command->ranges,
                   "Write here what quantization found; without --calibration read it, and quantize in the "
                   "same way again")
      ->type_name("FILE");
  verb->add_option("--dump-tir", command->dump_tir, "Write the graph after the passes as text")
      ->type_name("FILE");
  verb->add_option("--stop-after", command->options.stop_after, "Stop the passes after this one")
      ->type_name("PASS");
  verb->add_flag("--explain", command->explain, "List the candidate kernels of every layer");
  verb->add_flag("--json", command->json, "Print the report as JSON, with --explain the candidates too");
  return {verb, [command](const Session& session) { return run(session, *command); }};
}

}  // namespace burin
