#include "quantize/classification.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "quantize/float_executor.hpp"

namespace burin {
namespace {

// The samples in the types of the graph's inputs.
SampleValues in_types_of(const Graph& graph, const SampleValues& samples) {
  SampleValues result;
  for (size_t input = 0; input < graph.inputs.size(); ++input) {
    const Tensor& tensor = graph.at(graph.inputs[input]);
    result.types.push_back(tensor.type);
    result.values.emplace_back();
    if (tensor.type == samples.types[input]) {
      result.values.back() = samples.values[input];
      continue;
    }
    const IntegerRange range = integer_range(tensor.type.dtype);
    for (size_t i = 0; i < samples.count(); ++i) {
      const Value real = Value::of(samples.types[input], samples.value(input, i));
      Value value = Value::zeros(tensor.type);
      for (size_t k = 0; k < real.as<float>().size(); ++k)
        value.set_integer(k,
                          std::clamp<int64_t>(std::lround(real.as<float>()[k] / tensor.quantization.scale()) +
                                                  tensor.quantization.zero_point(),
                                              range.lowest, range.highest));
      result.values.back().insert(result.values.back().end(), value.bytes.begin(), value.bytes.end());
    }
  }
  return result;
}

}  // namespace

std::vector<size_t> chosen_classes(const Graph& graph, const SampleValues& samples) {
  const FloatExecutor executor(graph);
  const TensorId output = graph.outputs.at(0);
  const TensorType& type = graph.at(output).type;
  const auto size = static_cast<size_t>(type.bytes());
  std::vector<size_t> classes(samples.count());
  const SampleValues given = in_types_of(graph, samples);
  run_batches(executor, given, [&](Batch& batch, size_t, size_t first) {
    for (size_t i = 0; i < batch.samples(); ++i) {
      const Value value = Value::of(type, std::as_const(batch).bytes(output).subspan(i * size, size));
      const auto element = [&](size_t k) {
        return type.dtype == DType::f32 ? static_cast<double>(value.as<float>()[k])
                                        : static_cast<double>(value.integer(k));
      };
      size_t best = 0;
      for (size_t k = 1; k < static_cast<size_t>(type.shape.elements()); ++k)
        if (element(k) > element(best)) best = k;
      classes[first + i] = best;
    }
  });
  return classes;
}

Classification classify(const Graph& real, const Graph& quantized, const SampleValues& samples,
                        const std::vector<int64_t>& labels) {
  const auto count = static_cast<size_t>(real.at(real.outputs.at(0)).type.shape.elements());
  Classification result{.samples = labels.size(),
                        .right_float = 0,
                        .right = 0,
                        .confusion = std::vector<std::vector<uint64_t>>(count, std::vector<uint64_t>(count))};
  const std::vector<size_t> before = chosen_classes(real, samples);
  const std::vector<size_t> after = chosen_classes(quantized, samples);
  for (size_t i = 0; i < labels.size(); ++i) {
    const auto label = static_cast<size_t>(labels[i]);
    result.right_float += before[i] == label ? 1 : 0;
    result.right += after[i] == label ? 1 : 0;
    ++result.confusion.at(label).at(after[i]);
  }
  return result;
}

}  // namespace burin
