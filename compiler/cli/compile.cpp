// burin compile: model in, three files out.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/verbs.hpp"
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
  bool explain = false;
  bool json = false;
};

// About five lines: what was made, where memory goes, what is slow.
void summarise(const Session& session, const Compilation& result, const CompileCommand& command) {
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
                           grouped(program.stack_bytes)));
  say(session, fmt::format("  flash  constants {} bytes, code about {}", grouped(program.weight_bytes()),
                           grouped(program.code_bytes_estimate())));
  if (result.target.architecture != Architecture::portable)
    say(session, fmt::format("  speed  about {} cycles on a {}, estimated",
                             grouped(program.cycles_estimate()), result.target.core));
  size_t missed = 0;
  for (const Step& step : program.steps) {
    if (step.reason.find("not used because") == std::string::npos) continue;
    if (++missed <= 3 || session.verbose)
      say(session, fmt::format("  note   {} \"{}\" runs on {}: {}", step.source_op, printable(step.name, 60),
                               step.call.kernel, step.reason));
  }
  if (missed > 3 && !session.verbose)
    say(session, fmt::format("  note   {}; -v lists all", counted(missed - 3, "more such layer")));
  say(session,
      fmt::format("  wrote  {}.cpp, .h and .json", (fs::path(command.directory) / program.name).string()));
}

void print_explanation(const Program& program) {
  std::vector<std::vector<std::string>> rows = {
      {"step", "layer", "kernel", "cycles", "constants", "code", "scratch", "verdict"}};
  for (const Candidate& candidate : program.candidates) {
    const Step& step = program.steps.at(candidate.step);
    const bool accepted = candidate.refusal.empty();
    const auto number = [&](int64_t value) { return accepted ? grouped(value) : std::string(); };
    rows.push_back(
        {std::to_string(candidate.step), step.op, fmt::format("{}<{}>", candidate.kernel, candidate.isa),
         number(candidate.cycles), number(candidate.constant_bytes),
         number(candidate.code_bytes + candidate.shared_code_bytes), number(candidate.scratch_bytes),
         candidate.chosen ? "chosen: " + step.reason : candidate.verdict});
    if (candidate.chosen && !step.call.requantization.empty())
      rows.push_back({"", "", "", "", "", "", "", "requantisation: " + step.call.requantization});
  }
  fmt::print("{}", table(rows));
}

nlohmann::ordered_json text_or_null(const std::string& text) {
  return text.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(text);
}

// The report, and with --explain the candidates, for scripts.
void print_json(const Compilation& result, bool explain) {
  nlohmann::ordered_json json = nlohmann::ordered_json::parse(result.files.report);
  if (explain) {
    json["candidates"] = nlohmann::ordered_json::array();
    for (const Candidate& candidate : result.program.candidates) {
      json["candidates"].push_back(
          {{"step", candidate.step},
           {"kernel", candidate.kernel},
           {"isa", candidate.isa},
           {"chosen", candidate.chosen},
           {"estimated_cycles", candidate.cycles},
           {"constant_bytes", candidate.constant_bytes},
           {"code_bytes", candidate.code_bytes},
           {"shared_code_bytes", candidate.shared_code_bytes},
           {"scratch_bytes", candidate.scratch_bytes},
           {"refusal", text_or_null(candidate.refusal)},
           {"constraint", text_or_null(candidate.constraint)},
           {"verdict",
            candidate.chosen ? result.program.steps.at(candidate.step).reason : candidate.verdict}});
    }
  }
  fmt::print("{}\n", json.dump(2));
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

ExitCode run(const Session& session, CompileCommand& command) {
  CompileOptions& options = command.options;
  if (!options.name.empty() && model_name(options.name) != options.name)
    return burin::report(
        session,
        {{.code = DiagnosticCode::E0201,
          .message = fmt::format("--name {} is not a lower-case C identifier, or the name of a C header",
                                 printable(options.name)),
          .place = {},
          .help = fmt::format("--name {}", model_name(options.name))}});
  Graph last;
  if (!command.dump_tir.empty())
    options.observe_pass = [&](std::string_view, const Graph& graph) { last = graph; };
  const Result<Compilation> result = compile(options);
  if (!result) return burin::report(session, result.diagnostics(), options.model);
  const std::string base = (fs::path(command.directory) / result->program.name).string();
  std::vector<OutputFile> files = {{base + ".cpp", result->files.source},
                                   {base + ".h", result->files.header},
                                   {base + ".json", result->files.report}};
  if (!command.report.empty()) files.push_back({command.report, result->files.report});
  if (!command.dump_tir.empty()) files.push_back({command.dump_tir, print_graph(last)});
  if (!command.depfile.empty()) {
    std::string inputs = make_escaped(options.model);
    if (options.target.ends_with(".json")) inputs += " " + make_escaped(options.target);
    files.push_back(
        {command.depfile, fmt::format("{0}.cpp {0}.h {0}.json: {1}\n", make_escaped(base), inputs)});
  }
  const Diagnostics failures = write_files(files);
  if (!failures.empty()) return burin::report(session, failures);
  summarise(session, *result, command);
  if (command.json)
    print_json(*result, command.explain);
  else if (command.explain)
    print_explanation(result->program);
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
  verb->add_option("--dump-tir", command->dump_tir, "Write the graph after the passes as text")
      ->type_name("FILE");
  verb->add_option("--stop-after", command->options.stop_after, "Stop the passes after this one")
      ->type_name("PASS");
  verb->add_flag("--explain", command->explain, "List the candidate kernels of every layer");
  verb->add_flag("--json", command->json, "Print the report as JSON, with --explain the candidates too");
  return {verb, [command](const Session& session) { return run(session, *command); }};
}

}  // namespace burin
