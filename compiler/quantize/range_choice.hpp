// From calibration data to the ranges that int8 stands for.
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

Quantization quantization_by(RangeRule rule, const Statistics::Values& values);

// Candidates without duplicates, the extremes first.
std::vector<Quantization> candidate_quantizations(const Statistics::Values& values);

// For every class the candidate by which the judged tensors change least when nothing but that class is
// quantized; classes are taken to be independent.
std::vector<Quantization> choose_quantizations(const FloatExecutor& executor, const Assignment& assignment,
                                               const std::vector<std::vector<Quantization>>& candidates,
                                               const std::vector<TensorId>& judged,
                                               const SampleValues& samples);

// Rounds values to what int8 of that quantisation stands for. Returns how many lay outside by more than half
// a step.
size_t fake_quantize(std::span<float> values, const Quantization& quantization, int32_t lowest = -128,
                     int32_t highest = 127);

}  // namespace burin
