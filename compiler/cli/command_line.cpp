#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <new>
#include <nlohmann/json.hpp>

#include "cli/amounts.hpp"
#include "cli/choice.hpp"
#include "cli/quantized.hpp"
#include "cli/verbs.hpp"
#include "support/near_names.hpp"

namespace burin {
namespace {

// "64K" -> "65536".
std::string bytes_of(std::string& text) {
  const std::optional<int64_t> bytes = parse_bytes(text);
  if (!bytes) return fmt::format("{} is not a number of bytes such as 65536, 64K or 1M", printable(text, 40));
  text = std::to_string(*bytes);
  return {};
}

ExitCode usage_error(const Session& session, const std::string& message) {
  return report(session, {{.code = DiagnosticCode::E0201,
                           .message = message,
                           .place = {},
                           .help = "`burin --help` lists the verbs, `burin <verb> --help` its options"}});
}

ExitCode print_version(const Session& session, const std::string& format) {
  if (format == "json")
    fmt::print("{}\n", nlohmann::ordered_json{{"tool", "burin"}, {"version", BURIN_VERSION}}.dump());
  else if (format.empty())
    fmt::print("burin {}\n", BURIN_VERSION);
  else
    return usage_error(session,
                       fmt::format("there is no version format \"{}\", only json", printable(format, 40)));
  return ExitCode::ok;
}

std::vector<std::string> verb_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(verb->get_name());
  return names;
}

// What is wrong with a line that has words which nothing asked for: the first of them that looks like an
// option, else the first. The words are in the order of the line.
ExitCode unexpected_word(const Session& session, const CLI::App& app, const std::vector<std::string>& words) {
  const auto option =
      std::ranges::find_if(words, [](const std::string& word) { return word.starts_with("-"); });
  const std::vector<CLI::App*> verbs = app.get_subcommands();
  const std::string verb = verbs.empty() ? "" : verbs.front()->get_name();
  const std::string help = fmt::format("`burin {}{}--help` lists the options", verb, verb.empty() ? "" : " ");
  if (option == words.end())
    return report(session,
                  {{.code = DiagnosticCode::E0201,
                    .message = fmt::format("{} takes no further argument: \"{}\"",
                                           verb.empty() ? "burin" : verb, printable(words.front(), 60)),
                    .help = help}});
  std::vector<std::string> known;
  for (const CLI::App* owner : {verbs.empty() ? &app : static_cast<const CLI::App*>(verbs.front()), &app})
    for (const CLI::Option* each : owner->get_options())
      for (const std::string& name : each->get_lnames())
        if (std::ranges::find(known, "--" + name) == known.end()) known.push_back("--" + name);
  const std::string name = option->substr(0, option->find('='));
  return report(session,
                {{.code = DiagnosticCode::E0201,
                  .message = fmt::format("there is no option {}", printable(name, 60)),
                  .help = (name.starts_with("--") ? did_you_mean(name, known) : std::string()) + help}});
}

// `burin MODEL` is `burin compile MODEL`. Returns the first word that is neither a verb nor a model, if there
// is one.
std::string insert_default_verb(const CLI::App& app, std::vector<std::string>& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--color") {
      ++i;
      continue;
    }
    if (words[i].starts_with("-")) {
      // An option of a verb, before any verb: `burin -o out model.tflite`.
      const std::vector<std::string> global = {"-q", "--quiet", "-v",       "--verbose",
                                               "-h", "--help",  "--version"};
      if (std::ranges::find(global, words[i].substr(0, words[i].find('='))) != global.end() ||
          words[i].starts_with("--color="))
        continue;
      words.insert(words.begin() + static_cast<std::ptrdiff_t>(i), "compile");
      return {};
    }
    const std::vector<std::string> verbs = verb_names(app);
    if (std::ranges::find(verbs, words[i]) != verbs.end()) return {};
    // A word that is no verb and looks like no file is more likely a mistyped verb.
    if (words[i].find_first_of("./") == std::string::npos) return words[i];
    words.insert(words.begin() + static_cast<std::ptrdiff_t>(i), "compile");
    return {};
  }
  return {};
}

}  // namespace

void add_objective(CLI::App& app, CompileOptions& options) {
  add_choice(app, "--optimize", options.objective,
             {{"speed", Objective::speed}, {"balanced", Objective::balanced}, {"size", Objective::size}},
             "What kernels are chosen for; default: speed");
}

namespace {

// "NAME=TEXT" at its last '=': names of ONNX models hold every character.
std::pair<std::string, std::string> named(const std::string& option, const std::string& text,
                                          const char* form) {
  const size_t at = text.rfind('=');
  if (at == std::string::npos || at == 0 || at + 1 == text.size())
    throw CLI::ValidationError(option,
                               fmt::format("\"{}\" is not of the form {}", printable(text, 60), form));
  return {text.substr(0, at), text.substr(at + 1)};
}

void take_shape(ImportOptions& options, const std::string& text) {
  const auto [name, list] = named("--input-shape", text, "NAME=1,3,32,32");
  std::vector<int32_t> dims;
  for (const std::string& part : CLI::detail::split(list, ',')) {
    int32_t dim = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), dim);
    if (error != std::errc() || end != part.data() + part.size() || dim < 1)
      throw CLI::ValidationError(
          "--input-shape",
          fmt::format("{} is no dimension: a number from 1 on is wanted", printable(part, 40)));
    dims.push_back(dim);
  }
  options.input_shapes[name] = dims;
}

void take_value(ImportOptions& options, const std::string& text) {
  const auto [name, word] = named("--input-value", text, "NAME=16000");
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size())
    throw CLI::ValidationError("--input-value", fmt::format("{} is no number", printable(word, 40)));
  options.input_values[name] = value;
}

bool is_onnx_name(const std::string& path) {
  return path.size() > 5 && CLI::detail::to_lower(path.substr(path.size() - 5)) == ".onnx";
}

}  // namespace

void add_import_options(CLI::App& app, ImportOptions& options) {
  app.add_option_function<std::vector<std::string>>(
         "--input-shape",
         [&options](const std::vector<std::string>& texts) {
           for (const std::string& text : texts) take_shape(options, text);
         },
         "Dimensions that an ONNX model leaves open: NAME=1,1,16000; once an input")
      ->type_name("SHAPE")
      ->allow_extra_args(false);
  app.add_option_function<std::vector<std::string>>(
         "--input-value",
         [&options](const std::vector<std::string>& texts) {
           for (const std::string& text : texts) take_value(options, text);
         },
         "A value that makes an input of an ONNX model constant: NAME=16000; once an input")
      ->type_name("VALUE")
      ->allow_extra_args(false);
  app.add_option_function<std::string>(
         "--input-layout",
         [&options](const std::string& text) { options.channels_last_inputs = text == "NHWC"; },
         "Order in which the firmware has the images that an ONNX model takes: NCHW, the model's own and the "
         "default, or NHWC, for every input of four dimensions")
      ->type_name("LAYOUT")
      ->check(CLI::IsMember({"NCHW", "NHWC"}));
  options.note = [parent = app.get_parent()](const std::string& text) {
    say({.quiet = parent->get_option("--quiet")->count() > 0}, "note: " + text);
  };
}

namespace {

// "1/255" as the number that it is; any other text as it is.
std::string quotient(std::string text) {
  const size_t slash = text.find('/');
  if (slash == std::string::npos) return text;
  double numerator = 0;
  double denominator = 0;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), text.data() + slash, numerator);
  const auto second = std::from_chars(text.data() + slash + 1, end, denominator);
  const bool whole = first.ec == std::errc() && first.ptr == text.data() + slash &&
                     second.ec == std::errc() && second.ptr == end;
  return whole && denominator != 0 ? fmt::format("{:.17g}", numerator / denominator) : text;
}

}  // namespace

CLI::Option* add_calibration_options(CLI::App& app, CalibrationOptions& options) {
  CLI::Option* const samples =
      app.add_option(
             "--calibration", options.sources,
             "Samples: .npy or raw .bin, or a folder of them; NAME=FILE where there are several inputs")
          ->type_name("FILE|DIR")
          ->allow_extra_args(false);
  app.add_option("--mean", options.mean, "What is subtracted from a file's numbers: one, or one a channel")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NUMBER");
  app.add_option("--scale", options.scale, "What they are multiplied by then: a number, or 1/255")
      ->type_name("NUMBER")
      ->transform(quotient);
  return samples;
}

void add_model_options(CLI::App& app, CompileOptions& options, bool with_target) {
  app.add_option("model", options.model, "Model file: .tflite, .onnx or .tir")
      ->required()
      ->type_name("MODEL");
  const CLI::Option* rounding = add_choice(
      app, "--rounding", options.rounding, {{"tflm", Rounding::tflm}, {"litert", Rounding::litert}},
      "Runtime whose arithmetic is matched: tflm (TensorFlow Lite Micro, the default) or litert (LiteRT's "
      "builtin reference kernels, not XNNPACK; the default for .onnx)");
  app.callback([&options, rounding] {
    if (rounding->count() == 0 && is_onnx_name(options.model)) options.rounding = Rounding::litert;
  });
  add_import_options(app, options.import);
  if (!with_target) return;
  app.add_option("-t,--target", options.target,
                 "Core or board, by any of its names, or a .json file; `burin targets` lists them")
      ->type_name("TARGET")
      ->capture_default_str();
  app.add_option("--name", options.name,
                 "Identifier for the generated files and functions; default: from the file name")
      ->type_name("ID");
  add_objective(app, options);
  app.add_option("--ram-limit", options.ram_limit, "Most bytes for arena, state and stack, such as 64K")
      ->transform(CLI::Validator(bytes_of, ""))
      ->type_name("BYTES");
  app.add_option("--flash-limit", options.flash_limit,
                 "Most bytes for constants and code, as GCC makes it with -O1, -O2 or -Os, such as 256K")
      ->transform(CLI::Validator(bytes_of, ""))
      ->type_name("BYTES");
}

namespace {

ExitCode run_words(Session& session, std::vector<std::string> words) {
  CLI::App app("Burin compiles trained neural networks to self-contained C++ for microcontrollers.", "burin");
  app.require_subcommand(0, 1);
  app.fallthrough();
  app.set_help_flag("-h,--help", "Print this help");
  std::string version;
  auto* version_option = app.add_option("--version", version, "Print the version (=json for scripts)")
                             ->expected(0, 1)
                             ->type_name("");
  app.add_flag("-q,--quiet", session.quiet, "Print only errors");
  app.add_flag("-v,--verbose", session.verbose, "Print more");
  add_choice(app, "--color", session.color,
             {{"auto", ColorMode::automatic}, {"always", ColorMode::always}, {"never", ColorMode::never}},
             "Colours in messages; default: auto");
  const std::vector<Verb> verbs = {add_compile(app), add_inspect(app), add_ops(app),     add_run(app),
                                   add_verify(app),  add_bench(app),   add_convert(app), add_quantize(app),
                                   add_prune(app),   add_targets(app), add_explain(app)};
  const std::string mistyped = insert_default_verb(app, words);
  if (!mistyped.empty())
    return report(session,
                  {{.code = DiagnosticCode::E0201,
                    .message = fmt::format("there is no verb \"{}\"", printable(mistyped, 40)),
                    .help = did_you_mean(mistyped, verb_names(app)) + "`burin --help` lists the verbs"}});
  std::ranges::reverse(words);  // CLI11 takes them from the back
  try {
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    fmt::print("{}", chosen.empty() ? app.help() : chosen.front()->help());
    return ExitCode::ok;
  } catch (const CLI::ExtrasError&) {
    return unexpected_word(session, app, app.remaining(true));
  } catch (const CLI::ParseError& error) {
    return usage_error(session, error.what());
  }
  if (version_option->count() > 0) return print_version(session, version);
  for (const Verb& verb : verbs)
    if (verb.app->parsed()) return verb.run(session);
  return usage_error(session, "a verb or a model is wanted");
}

}  // namespace

int run_command_line(std::vector<std::string> words) {
  Session session;
  ExitCode exit = ExitCode::ok;
  try {
    exit = run_words(session, std::move(words));
  } catch (const std::bad_alloc&) {
    exit = report(session, {{.code = DiagnosticCode::E0403,
                             .message = "the model needs more memory than this machine has"}});
  } catch (const std::exception& error) {
    // Printing throws where stdout takes nothing, which is said below.
    if (std::ferror(stdout) == 0)
      exit = report(session, {{.code = DiagnosticCode::E0101,
                               .message = error.what(),
                               .place = {},
                               .help = "this is a defect of Burin: please report it with the model"}});
  }
  const Diagnostics unsaid = flush_results();
  return static_cast<int>(unsaid.empty() ? exit : report(session, unsaid));
}

}  // namespace burin
