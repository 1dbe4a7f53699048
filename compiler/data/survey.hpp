// A look at all samples before they are used: what a user got wrong shows in their numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/samples.hpp"

namespace burin {

struct SurveyOptions {
  uint64_t enough = 100;  // fewer samples than this are worth a warning
};

struct Survey {
  struct Range {
    float lowest = 0;
    float highest = 0;
  };
  std::vector<Range> ranges;          // of each input, real numbers
  std::vector<std::string> warnings;  // sentences without a full stop, each with what to do about it
};

// Reads every sample once. Warns of too few, of samples that are all alike, of an input that is constant,
// and of one that looks like unscaled pixels. Fails where a sample cannot be read or holds what is not
// finite.
Result<Survey> survey(const Samples& samples, const Graph& graph, const SurveyOptions& options = {});

}  // namespace burin
