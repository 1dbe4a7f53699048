#include "cli/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/session.hpp"
#include "ops/value.hpp"
#include "support/check.hpp"

namespace burin {
namespace {

Value value_of(DType dtype, const std::vector<uint8_t>& bytes) {
  const auto* const begin = reinterpret_cast<const std::byte*>(bytes.data());
  return {{dtype, Shape{static_cast<int32_t>(bytes.size()) / byte_width(dtype)}},
          {begin, begin + bytes.size()}};
}

void compare_floats(std::span<const float> expected, std::span<const float> actual, Comparison& result) {
  double magnitude = 0;
  for (const float x : expected)
    if (std::isfinite(x)) magnitude = std::max(magnitude, std::abs(static_cast<double>(x)));
  for (size_t i = 0; i < result.elements; ++i) {
    const double a = static_cast<double>(expected[i]);
    const double b = static_cast<double>(actual[i]);
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    if (!std::isfinite(a) || !std::isfinite(b)) {
      ++result.different;
      ++result.strange;
      continue;
    }
    result.largest = std::max(result.largest, std::abs(a - b));
    if (std::abs(a - b) > float_tolerance * magnitude) ++result.different;
  }
}

}  // namespace

Comparison compare(DType dtype, const std::vector<uint8_t>& expected, const std::vector<uint8_t>& actual) {
  BURIN_CHECK(expected.size() == actual.size(), "a comparison of different numbers of elements");
  const Value a = value_of(dtype, expected);
  const Value b = value_of(dtype, actual);
  Comparison result{.elements = static_cast<uint64_t>(a.type.shape.elements())};
  if (dtype == DType::f32) {
    compare_floats(a.as<float>(), b.as<float>(), result);
    return result;
  }
  for (size_t i = 0; i < result.elements; ++i) {
    if (a.integer(i) == b.integer(i)) continue;
    ++result.different;
    result.largest = std::max(
        result.largest, std::abs(static_cast<double>(a.integer(i)) - static_cast<double>(b.integer(i))));
  }
  return result;
}

std::string sentence_of(const Comparison& comparison, const std::string& what) {
  std::string text =
      fmt::format("{} of {} differ from {}", grouped(static_cast<int64_t>(comparison.different)),
                  counted(comparison.elements, "element"), what);
  if (comparison.strange < comparison.different) text += fmt::format(", by up to {}", comparison.largest);
  if (comparison.strange > 0)
    text += fmt::format("; {} of them are not a number or infinite on one side only",
                        grouped(static_cast<int64_t>(comparison.strange)));
  return text;
}

}  // namespace burin
