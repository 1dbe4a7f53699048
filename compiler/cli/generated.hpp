// Executing what was compiled: the bridge from a Compilation to execute/.
#pragma once

#include <string>

#include "cli/driver.hpp"
#include "execute/execution.hpp"
#include "support/files.hpp"

namespace burin {

// A compilation's generated files in a folder of their own, which goes away with this object.
struct WrittenModel {
  TemporaryDirectory folder;
  GeneratedModel model;
};
Result<WrittenModel> write_generated(const Compilation& compilation);

// E0204, "the model has 2 inputs, but 1 file is given": `port` is "input" or "output", `verb` what was done.
Diagnostic wrong_number_of_files(size_t ports, std::string_view port, size_t files, std::string_view verb);

// The samples of files, one a model input; as cli/tensor_files.hpp reads them. E0203, E0204.
Result<TensorData> read_inputs(const Graph& graph, const std::vector<std::string>& files);
// What outputs are to be for so many samples, one file a model output.
Result<TensorData> read_outputs(const Graph& graph, const std::vector<std::string>& files, uint64_t samples);

// How many samples the data of all inputs hold; one where there are no inputs.
uint64_t sample_count(const Graph& graph, const TensorData& inputs);

// Random samples for every input, the same on every machine.
TensorData random_inputs(const Graph& graph, uint64_t samples, uint64_t seed);

// Runs all samples on the reference evaluator. A model with state is reset once, before the first.
TensorData evaluate(const Graph& graph, const TensorData& inputs, Rounding rounding);

}  // namespace burin
