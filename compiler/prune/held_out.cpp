#include "prune/held_out.hpp"

namespace burin {

SampleValues selection(const SampleValues& samples, size_t period, bool last) {
  SampleValues result{.types = samples.types, .values = {}};
  for (size_t i = 0; i < samples.types.size(); ++i) {
    result.values.emplace_back();
    for (size_t s = 0; s < samples.count(); ++s) {
      if ((s % period == period - 1) != last) continue;
      const auto value = samples.value(i, s);
      result.values.back().insert(result.values.back().end(), value.begin(), value.end());
    }
  }
  return result;
}

}  // namespace burin
