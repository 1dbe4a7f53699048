// Quantizing with data from files: what the verbs share.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/session.hpp"
#include "formats/import.hpp"
#include "quantize/quantization.hpp"

namespace burin {

struct CalibrationOptions {
  std::vector<std::string> sources{};  // files, folders, NAME=FILE
  std::vector<double> mean{};
  std::vector<double> scale{};
  std::string labels{};  // a file of class numbers; they decide nothing
};

// Reads the samples and warns of what looks wrong about them. Of more than `most` those are taken that lie
// evenly among all, as of more than fit into half a gigabyte.
Result<SampleValues> read_samples(const Session& session, const Graph& graph,
                                  const CalibrationOptions& calibration, uint64_t most = 2048);
// All samples, of which nothing is said.
Result<SampleValues> read_all_samples(const Graph& graph, const CalibrationOptions& calibration);
// Of those `used` that read_samples took: the right class, from the file of labels.
Result<std::vector<int64_t>> read_sample_labels(const Graph& graph, const CalibrationOptions& calibration,
                                                uint64_t used);

// Quantizes, and shows progress on a terminal; the second one reads the samples first, and with labels fills
// in the classification.
Result<QuantizedModel> quantize_with(const Session& session, const Graph& graph, const SampleValues& samples,
                                     QuantizationOptions options);
Result<QuantizedModel> quantize_file(const Session& session, const Graph& graph,
                                     const CalibrationOptions& calibration, QuantizationOptions options);

// By what an earlier call found, from a file with print_record's text. E0204 where that was of another scheme
// than the one that is given.
Result<QuantizedModel> quantize_file_again(const Graph& graph, const std::string& record,
                                           std::optional<InterfaceType> interface,
                                           std::optional<Precision> scheme);

// The names of schemes on the command line, and what they say of the options.
inline const std::vector<std::string> quantization_schemes = {"int8", "int16", "hybrid",
                                                              "int8-per-tensor-fc"};
void set_scheme(QuantizationOptions& options, std::string_view name);

// The bytes of a model file of the format that the path's ending names. E0201 for another ending, which
// check_model_path finds before there is a graph.
Diagnostics check_model_path(const std::string& path);
Result<std::string> model_file(const Graph& graph, const std::string& path);
// Warns where the file's format makes other numbers of infinite results.
void tell_clamped_infinities(const Session& session, const Graph& graph, const std::string& path);

}  // namespace burin
