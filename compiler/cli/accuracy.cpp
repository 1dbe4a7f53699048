#include "cli/accuracy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "cli/session.hpp"
#include "cli/tensor_files.hpp"
#include "ops/value.hpp"

namespace burin {

Result<std::vector<int64_t>> read_labels(const std::string& path, const Graph& graph, uint64_t samples) {
  Result<std::vector<int64_t>> labels = read_integers(path);
  if (!labels) return labels;
  const auto unfit = [&](std::string message, std::string help) {
    return Diagnostic{.code = DiagnosticCode::E0204,
                      .message = std::move(message),
                      .place = {},
                      .help = std::move(help),
                      .file = path};
  };
  if (graph.outputs.size() != 1)
    return unfit(fmt::format("labels are for a model with one output, this one has {}", graph.outputs.size()),
                 "compare outputs with --expect");
  if (labels->size() != samples)
    return unfit(fmt::format("{} for {}", counted(labels->size(), "label"), counted(samples, "sample")),
                 "give one label for each sample");
  const int64_t classes = graph.at(graph.outputs[0]).type.shape.elements();
  for (size_t i = 0; i < labels->size(); ++i)
    if ((*labels)[i] < 0 || (*labels)[i] >= classes)
      return unfit(
          fmt::format("label {} is {}, but the model tells {} classes apart", i, (*labels)[i], classes),
          "a label is the number of the element of the output that ought to be the largest, from 0");
  return labels;
}

Accuracy accuracy_of(const Graph& graph, const TensorData& outputs, const std::vector<int64_t>& labels) {
  const TensorType& type = graph.at(graph.outputs.at(0)).type;
  const auto size = static_cast<size_t>(type.bytes());
  Accuracy accuracy{.right = 0, .samples = labels.size()};
  for (size_t sample = 0; sample < labels.size(); ++sample) {
    const Value value =
        Value::of(type, std::as_bytes(std::span<const uint8_t>(outputs.at(0))).subspan(sample * size, size));
    const auto largest = [&](const auto& of) {
      int64_t best = 0;
      for (int64_t i = 1; i < type.shape.elements(); ++i)
        if (of(static_cast<size_t>(i)) > of(static_cast<size_t>(best))) best = i;
      return best;
    };
    const int64_t chosen = type.dtype == DType::f32 ? largest([&](size_t i) { return value.as<float>()[i]; })
                                                    : largest([&](size_t i) { return value.integer(i); });
    if (chosen == labels[sample]) ++accuracy.right;
  }
  return accuracy;
}

}  // namespace burin
