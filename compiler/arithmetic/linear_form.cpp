#include "arithmetic/linear_form.hpp"

#include <cmath>
#include <cstdlib>

#include "arithmetic/offsets.hpp"
#include "support/check.hpp"

namespace burin {
namespace {

constexpr int64_t limit = int64_t{1} << 31;

// Keeps the offsets with which these sums are right for every pair of bytes.
template <class Left, class Right>
void demand_all(Offsets& offsets, std::span<const int8_t> values, int32_t shift, int32_t lowest,
                int32_t highest, const Left& left_part, const Right& right_part) {
  for (int64_t left = -128; left < 128 && !offsets.none(); ++left) {
    for (int64_t right = -128; right < 128; ++right) {
      const int64_t value = values[static_cast<size_t>((left + 128) * 256 + right + 128)];
      offsets.demand(left_part(left) + right_part(right), value, shift, lowest, highest);
    }
  }
}

// Calls `attempt` with the factors nearest to these and then with those around them, the nearer ones first,
// until it returns something.
template <class Attempt>
auto nearest_first(int64_t left, int64_t right, int64_t reach, const Attempt& attempt)
    -> decltype(attempt(left, right)) {
  for (int64_t distance = 0; distance <= reach; ++distance)
    for (int64_t dl = -distance; dl <= distance; ++dl)
      for (int64_t dr = -distance; dr <= distance; ++dr) {
        if (std::max(std::abs(dl), std::abs(dr)) != distance) continue;
        if (auto form = attempt(left + dl, right + dr)) return form;
      }
  return std::nullopt;
}

}  // namespace

std::optional<LinearForm> find_linear_form(std::span<const int8_t> values, double left, double right,
                                           int32_t lowest, int32_t highest) {
  BURIN_CHECK(values.size() == 65536, "one value for every pair of bytes");
  // As many bits as 32 leave: the products take up to `magnitude`, and so does the offset, which holds the
  // zero points.
  const double magnitude = (std::abs(left) + std::abs(right) + 1) * 128;
  const auto shift = static_cast<int32_t>(std::floor(30 - std::log2(magnitude)));
  if (shift < 8) return std::nullopt;
  const auto attempt = [&](int64_t l, int64_t r) -> std::optional<LinearForm> {
    const int64_t reach = (std::abs(l) + std::abs(r)) * 128;
    if (reach >= limit) return std::nullopt;
    Offsets offsets{reach - limit + 1, limit - 1 - reach};
    demand_all(
        offsets, values, shift, lowest, highest, [&](int64_t x) { return l * x; },
        [&](int64_t x) { return r * x; });
    if (offsets.none()) return std::nullopt;
    return LinearForm{static_cast<int32_t>(l), static_cast<int32_t>(r),
                      static_cast<int32_t>(offsets.middle()), shift};
  };
  return nearest_first(std::llround(std::ldexp(left, shift)), std::llround(std::ldexp(right, shift)), 4,
                       attempt);
}

std::optional<CutLinearForm> find_cut_linear_form(std::span<const int8_t> values, double left, double right,
                                                  int32_t lowest, int32_t highest) {
  BURIN_CHECK(values.size() == 65536, "one value for every pair of bytes");
  constexpr int32_t shift = 20;
  const auto attempt = [&](int64_t l, int64_t r) -> std::optional<CutLinearForm> {
    // No sum may go beyond 32 bits, whatever the order.
    const int64_t reach = (std::abs(l) + std::abs(r)) / 2 + 2;
    if (std::abs(l) >= limit || std::abs(r) >= limit || reach >= limit) return std::nullopt;
    Offsets offsets{reach - limit, limit - 1 - reach};
    demand_all(
        offsets, values, shift, lowest, highest, [&](int64_t x) { return (l * x) >> 8; },
        [&](int64_t x) { return (r * x) >> 8; });
    if (offsets.none()) return std::nullopt;
    return CutLinearForm{static_cast<int32_t>(l), static_cast<int32_t>(r),
                         static_cast<int32_t>(offsets.middle())};
  };
  return nearest_first(std::llround(std::ldexp(left, shift + 8)), std::llround(std::ldexp(right, shift + 8)),
                       8, attempt);
}

}  // namespace burin
