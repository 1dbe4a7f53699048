// The verbs. Each adds its options to the command line and gives a function that runs it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/driver.hpp"
#include "cli/session.hpp"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace burin {

struct CalibrationOptions;

using Action = std::function<ExitCode(const Session&)>;

struct Verb {
  CLI::App* app;
  Action run;
};

Verb add_bench(CLI::App& app);
Verb add_compile(CLI::App& app);
Verb add_convert(CLI::App& app);
Verb add_explain(CLI::App& app);
Verb add_inspect(CLI::App& app);
Verb add_ops(CLI::App& app);
Verb add_prune(CLI::App& app);
Verb add_quantize(CLI::App& app);
Verb add_run(CLI::App& app);
Verb add_targets(CLI::App& app);
Verb add_verify(CLI::App& app);

// MODEL and the options that decide what code is generated, shared by several verbs. `with_target` false
// leaves out what concerns a target.
void add_model_options(CLI::App& app, CompileOptions& options, bool with_target = true);

// --input-shape, --input-value and --input-layout, and where notes about the model go: to stderr, unless the
// user wants quiet.
void add_import_options(CLI::App& app, ImportOptions& options);

// --calibration, --mean and --scale. Gives the first one, which some verbs require.
CLI::Option* add_calibration_options(CLI::App& app, CalibrationOptions& options);

void add_objective(CLI::App& app, CompileOptions& options);  // --optimize

// Runs the tool. The words are those after the program's name.
int run_command_line(std::vector<std::string> words);

}  // namespace burin
