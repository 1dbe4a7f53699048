// From calibration data to the ranges that int8 and int16 stand for.
#pragma once

#include <vector>

#include "quantize/assignment.hpp"
#include "quantize/float_executor.hpp"

namespace burin {

// How a range is found from the values of a class of tensors.
enum class RangeRule : uint8_t { extremes, percentile, least_squares };

// What calibration data says about a graph.
struct Statistics {
  // By tensor: the largest magnitude of every element modulo the tensor's last dimension; empty where it is
  // no float value.
  std::vector<std::vector<float>> channel_magnitudes{};
  struct Values {
    float lowest = 0;
    float highest = 0;
    std::vector<int64_t> histogram{};  // of equal parts of [lowest, highest]
  };
  std::vector<Values> classes{};
};

Statistics collect_statistics(const FloatExecutor& executor, const Assignment& assignment,
                              const SampleValues& samples);
// Only the magnitudes.
std::vector<std::vector<float>> channel_magnitudes(const FloatExecutor& executor,
                                                   const SampleValues& samples);

// A rule, and what its range is multiplied by: it can be applied again to what other samples say. Of int16
// the rules are one: 16 bits are enough for the whole range.
struct RangeChoice {
  RangeRule rule = RangeRule::extremes;
  float factor = 1;
  bool operator==(const RangeChoice&) const = default;
};
Quantization quantization_by(const RangeChoice& choice, const Statistics::Values& values,
                             Precision precision);

// The extremes first.
std::vector<RangeChoice> range_candidates(Precision precision);

// By class and by what it is offered: the squared error over energy of the judged tensors, summed over them
// and over batches, when nothing but that class is quantized.
std::vector<std::vector<double>> errors_of_quantizations(
    const FloatExecutor& executor, const Assignment& assignment,
    const std::vector<std::vector<Quantization>>& offered, const std::vector<TensorId>& judged,
    const SampleValues& samples);

// For every class the one of `offered` by which the judged tensors change least when nothing but that class
// is quantized; classes are taken to be independent. Of a class that is offered none it is the first.
std::vector<size_t> choose_quantizations(const FloatExecutor& executor, const Assignment& assignment,
                                         const std::vector<std::vector<Quantization>>& offered,
                                         const std::vector<TensorId>& judged, const SampleValues& samples);

// Rounds values to what int8, or int16, of that quantization stands for. Returns how many lay outside by more
// than half a step.
size_t fake_quantize(std::span<float> values, const Quantization& quantization, Precision precision);

}  // namespace burin
