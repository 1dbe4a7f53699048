#include "cli/quantized.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/accuracy.hpp"
#include "data/samples.hpp"
#include "data/survey.hpp"
#include "formats/tflite/writer.hpp"
#include "ir/text.hpp"
#include "support/files.hpp"

namespace burin {
namespace {

constexpr uint64_t half_a_gigabyte = uint64_t{512} << 20;

// Of sample i of those that are used, among all.
uint64_t place(uint64_t i, uint64_t count, uint64_t all) {
  return i * all / count;
}

Result<SampleValues> load(const Samples& samples, uint64_t most, uint64_t most_bytes) {
  SampleValues values;
  uint64_t bytes = 1;
  for (size_t input = 0; input < samples.inputs(); ++input) {
    values.types.push_back(samples.type(input));
    values.values.emplace_back();
    bytes += static_cast<uint64_t>(samples.type(input).bytes());
  }
  const uint64_t count = std::min({samples.count(), most, std::max<uint64_t>(most_bytes / bytes, 16)});
  for (uint64_t i = 0; i < count; ++i)
    for (size_t input = 0; input < samples.inputs(); ++input) {
      const Result<std::vector<std::byte>> one = samples.elements(input, place(i, count, samples.count()), 1);
      if (!one) return one.diagnostics();
      values.values[input].insert(values.values[input].end(), one->begin(), one->end());
    }
  return values;
}

}  // namespace

Result<SampleValues> read_samples(const Session& session, const Graph& graph,
                                  const CalibrationOptions& calibration, uint64_t most) {
  const Result<Samples> samples = Samples::open(
      graph, {.sources = calibration.sources, .mean = calibration.mean, .scale = calibration.scale});
  if (!samples) return samples.diagnostics();
  const Result<Survey> looked = survey(*samples, graph);
  if (!looked) return looked.diagnostics();
  for (const std::string& warning : looked->warnings) say(session, "warning: " + warning);
  return load(*samples, most, half_a_gigabyte);
}

Result<SampleValues> read_all_samples(const Graph& graph, const CalibrationOptions& calibration) {
  const Result<Samples> samples = Samples::open(
      graph, {.sources = calibration.sources, .mean = calibration.mean, .scale = calibration.scale});
  if (!samples) return samples.diagnostics();
  return load(*samples, samples->count(), UINT64_MAX);
}

Result<std::vector<int64_t>> read_sample_labels(const Graph& graph, const CalibrationOptions& calibration,
                                                uint64_t used) {
  const Result<Samples> samples = Samples::open(graph, {.sources = calibration.sources});
  if (!samples) return samples.diagnostics();
  const Result<std::vector<int64_t>> all = read_labels(calibration.labels, graph, samples->count());
  if (!all) return all.diagnostics();
  std::vector<int64_t> labels;
  for (uint64_t i = 0; i < used; ++i) labels.push_back((*all)[place(i, used, samples->count())]);
  return labels;
}

Result<QuantizedModel> quantize_with(const Session& session, const Graph& graph, const SampleValues& samples,
                                     QuantizationOptions options) {
  options.progress = [&](std::string_view what, double done) {
    show_progress(session, fmt::format("{} {:.0f} %", what, 100 * done));
  };
  return quantize_model(graph, samples, options);
}

Result<QuantizedModel> quantize_file(const Session& session, const Graph& graph,
                                     const CalibrationOptions& calibration, QuantizationOptions options) {
  const Result<SampleValues> values = read_samples(session, graph, calibration);
  if (!values) return values.diagnostics();
  if (calibration.labels.empty()) return quantize_with(session, graph, *values, std::move(options));
  const Result<std::vector<int64_t>> labels = read_sample_labels(graph, calibration, values->count());
  if (!labels) return labels.diagnostics();
  Result<QuantizedModel> model = quantize_with(session, graph, *values, std::move(options));
  if (model) model->classification = classify(graph, model->graph, *values, *labels);
  return model;
}

Result<QuantizedModel> quantize_file_again(const Graph& graph, const std::string& record,
                                           std::optional<InterfaceType> interface,
                                           std::optional<Precision> scheme) {
  const auto in_file = [&](Diagnostics findings) {
    for (Diagnostic& finding : findings) finding.file = record;
    return findings;
  };
  const Result<std::string> text = read_file(record);
  if (!text) return text.diagnostics();
  const Result<QuantizationRecord> parsed = parse_record(*text);
  if (!parsed) return in_file(parsed.diagnostics());
  if (scheme && *scheme != parsed->scheme)
    return in_file(
        {{.code = DiagnosticCode::E0204,
          .message = fmt::format("it is of another scheme, which computes in {}", name_of(parsed->scheme)),
          .help = "leave the scheme to the file, or write it anew, with --calibration"}});
  Result<QuantizedModel> model = quantize_again(graph, *parsed, interface);
  if (!model) return in_file(model.diagnostics());
  return model;
}

void set_scheme(QuantizationOptions& options, std::string_view name) {
  options.scheme = name == "int16" ? Precision::s16 : name == "hybrid" ? Precision::hybrid : Precision::s8;
  options.fit.per_tensor_fully_connected = name == "int8-per-tensor-fc";
}

Diagnostics check_model_path(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  if (ending == ".tir" || ending == ".tflite") return {};
  return {{.code = DiagnosticCode::E0201,
           .message = fmt::format("\"{}\" names no format that can be written", printable(path, 80)),
           .help = "end it in .tflite or .tir"}};
}

Result<std::string> model_file(const Graph& graph, const std::string& path) {
  const Diagnostics findings = check_model_path(path);
  if (!findings.empty()) return findings;
  if (std::filesystem::path(path).extension() == ".tir") return print_graph(graph);
  return write_tflite(graph);
}

void tell_clamped_infinities(const Session& session, const Graph& graph, const std::string& path) {
  if (std::filesystem::path(path).extension() != ".tflite" || !clamps_infinities(graph)) return;
  say(session,
      "warning: where a float32 result of this model is infinite, TensorFlow Lite makes it the largest "
      "finite "
      "number; .tir keeps it");
}

}  // namespace burin
