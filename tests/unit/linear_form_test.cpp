#include "arithmetic/linear_form.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "support/random.hpp"

namespace burin::test {
namespace {

// clamp(floor(a * left + b * right + c)) for every pair of bytes.
std::vector<int8_t> tabulate(double a, double b, double c, int32_t lowest, int32_t highest) {
  std::vector<int8_t> values;
  for (int32_t left = -128; left < 128; ++left)
    for (int32_t right = -128; right < 128; ++right)
      values.push_back(static_cast<int8_t>(
          std::clamp(static_cast<int32_t>(std::floor(a * left + b * right + c)), lowest, highest)));
  return values;
}

size_t differences(const LinearForm& form, const std::vector<int8_t>& values, int32_t lowest,
                   int32_t highest) {
  size_t count = 0;
  for (int32_t left = -128; left < 128; ++left) {
    for (int32_t right = -128; right < 128; ++right) {
      const int64_t sum =
          int64_t{form.offset} + int64_t{form.left_factor} * left + int64_t{form.right_factor} * right;
      REQUIRE(std::abs(sum) <= INT32_MAX);
      const int64_t value = std::clamp<int64_t>(sum >> form.shift, lowest, highest);
      count += value != values[static_cast<size_t>((left + 128) * 256 + right + 128)];
    }
  }
  return count;
}

}  // namespace

TEST_CASE("a linear function has a linear form", "[linear_form]") {
  Random random(11);
  for (int run = 0; run < 30; ++run) {
    const double a = random.real(0.05, 1.5);
    const double b = random.real(-1.5, 1.5);
    const double c = random.real(-150, 150);
    const int32_t lowest = random.integer(-128, 0);
    const auto values = tabulate(a, b, c, lowest, 127);
    const auto form = find_linear_form(values, a, b, lowest, 127);
    CAPTURE(a, b, c, lowest);
    REQUIRE(form);
    CHECK(differences(*form, values, lowest, 127) == 0);
  }
}

TEST_CASE("a form that is wrong for one pair of bytes is none", "[linear_form]") {
  auto values = tabulate(0.5, 0.25, 0.1, -128, 127);
  REQUIRE(find_linear_form(values, 0.5, 0.25, -128, 127));
  ++values[256 * 100 + 30];
  CHECK(!find_linear_form(values, 0.5, 0.25, -128, 127));
}

TEST_CASE("slopes that leave no bits have no linear form", "[linear_form]") {
  CHECK(!find_linear_form(std::vector<int8_t>(65536, 5), 1e6, 1, -128, 127));
}

TEST_CASE("a constant function has a linear form", "[linear_form]") {
  const std::vector<int8_t> values(65536, 127);
  const auto form = find_linear_form(values, 0.5, 0.5, -128, 127);
  REQUIRE(form);
  CHECK(differences(*form, values, -128, 127) == 0);
}

}  // namespace burin::test
