#include "quantize/batch.hpp"

namespace burin {

size_t SampleValues::count() const {
  return values.empty() || types[0].bytes() == 0 ? 0
                                                 : values[0].size() / static_cast<size_t>(types[0].bytes());
}

std::span<const std::byte> SampleValues::value(size_t input, size_t sample) const {
  const auto bytes = static_cast<size_t>(types[input].bytes());
  return std::span<const std::byte>(values[input]).subspan(sample * bytes, bytes);
}

Batch::Batch(const Graph& graph, size_t samples)
    : graph_(&graph), samples_(samples), values_(graph.tensors.size()), variables_(graph.tensors.size()) {
  for (size_t i = 0; i < graph.tensors.size(); ++i)
    if (graph.tensors[i].variable) variables_[i] = initial_value(graph.tensors[i]);
}

std::span<std::byte> Batch::bytes(TensorId id) {
  std::vector<std::byte>& value = values_.at(id.index);
  if (value.empty()) value.resize(samples_ * static_cast<size_t>(graph_->at(id).type.bytes()));
  return value;
}

std::span<float> Batch::real(TensorId id) {
  const std::span<std::byte> all = bytes(id);
  return {reinterpret_cast<float*>(all.data()), all.size() / sizeof(float)};
}

std::span<const float> Batch::real(TensorId id) const {
  const std::span<const std::byte> all = bytes(id);
  return {reinterpret_cast<const float*>(all.data()), all.size() / sizeof(float)};
}

}  // namespace burin
