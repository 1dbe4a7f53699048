#include "arithmetic/mean_form.hpp"

#include <cmath>

#include "arithmetic/offsets.hpp"

namespace burin {
namespace {

// The middle of the offsets that all sums leave.
std::optional<int32_t> find_offset(int32_t taps, int64_t factor, int64_t adjustment,
                                   const std::function<int32_t(int32_t)>& output) {
  if (factor <= 0 || factor >= int64_t{1} << 31) return std::nullopt;
  Offsets offsets{-(int64_t{1} << 30), int64_t{1} << 30};
  for (int32_t sum = -128 * taps; sum <= 127 * taps; ++sum) {
    // 16-bit sums: the adjustment must not wrap.
    const int64_t adjusted = sum + (sum < 0 ? adjustment : 0);
    if (adjusted < -32768) return std::nullopt;
    offsets.demand((adjusted * factor) >> 16, output(sum), 14, -128, 127);
  }
  if (offsets.none()) return std::nullopt;
  return static_cast<int32_t>(offsets.middle());
}

}  // namespace

std::optional<MeanForm> find_mean_form(int32_t taps, double slope,
                                       const std::function<int32_t(int32_t)>& output) {
  if (taps < 1 || taps > most_taps_of_mean_form || slope <= 0 || slope >= 1.99) return std::nullopt;
  const int64_t nearest = std::llround(std::ldexp(slope, 30));
  for (int64_t distance = 0; distance <= 64; ++distance)
    for (const int64_t factor : {nearest + distance, nearest - distance})
      for (const int32_t adjustment : {0, -1})
        if (const auto offset = find_offset(taps, factor, adjustment, output))
          return MeanForm{static_cast<int32_t>(factor), *offset, adjustment};
  return std::nullopt;
}

std::optional<MeanForm> find_average_form(int32_t taps) {
  return find_mean_form(taps, 1.0 / taps, [taps](int32_t sum) {
    return sum > 0 ? (sum + taps / 2) / taps : (sum - taps / 2) / taps;
  });
}

std::vector<uint32_t> words_of(const std::vector<MeanForm>& forms) {
  std::vector<uint32_t> words;
  for (const MeanForm& form : forms)
    for (const int32_t word : {form.factor, form.offset, form.adjustment})
      words.push_back(static_cast<uint32_t>(word));
  return words;
}

}  // namespace burin
