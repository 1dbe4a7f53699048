// How often a classifier is right, before and after it was quantized.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "quantize/batch.hpp"

namespace burin {

struct Classification {
  uint64_t samples = 0;
  uint64_t right_float = 0;
  uint64_t right = 0;
  // Shares of the samples in percent.
  double accuracy_float() const { return percent(right_float); }
  double accuracy() const { return percent(right); }
  // How many samples of the class [row] the quantized model takes for the class [column].
  std::vector<std::vector<uint64_t>> confusion{};

 private:
  double percent(uint64_t part) const {
    return 100 * static_cast<double>(part) / static_cast<double>(std::max<uint64_t>(samples, 1));
  }
};

// The class of every sample: the first of the largest elements of the first output. Samples are of float32;
// the graph's inputs may be integers, to which they are quantized.
std::vector<size_t> chosen_classes(const Graph& graph, const SampleValues& samples);

// Labels lie below the number of elements of the first output, which both graphs share.
Classification classify(const Graph& real, const Graph& quantized, const SampleValues& samples,
                        const std::vector<int64_t>& labels);

}  // namespace burin
