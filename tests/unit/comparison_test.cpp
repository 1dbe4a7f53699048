#include "cli/comparison.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <limits>

namespace burin::test {
namespace {

template <class T>
std::vector<uint8_t> bytes_of(const std::vector<T>& values) {
  std::vector<uint8_t> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

Comparison of_floats(const std::vector<float>& expected, const std::vector<float>& actual) {
  return compare(DType::f32, bytes_of(expected), bytes_of(actual));
}

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("not a number agrees with not a number, whatever its bits, and with nothing else", "[comparison]") {
  CHECK(of_floats({nan, 1}, {-nan, 1}).different == 0);
  for (const float other : {0.0F, 1.0F, infinity}) {
    CHECK(of_floats({nan, 1}, {other, 1}).different == 1);
    CHECK(of_floats({other, 1}, {nan, 1}).different == 1);
    CHECK(of_floats({other, 1}, {nan, 1}).strange == 1);
    CHECK(of_floats({other, 1}, {nan, 1}).largest == 0);
  }
}

TEST_CASE("an infinity agrees with itself, and hides no difference of other elements", "[comparison]") {
  CHECK(of_floats({infinity, -infinity, 1}, {infinity, -infinity, 1}).different == 0);
  CHECK(of_floats({infinity, 1}, {-infinity, 1}).different == 1);
  CHECK(of_floats({infinity, 1}, {3e38F, 1}).different == 1);
  const Comparison beside = of_floats({infinity, 1, 2}, {infinity, 1.5F, 2});
  CHECK(beside.different == 1);
  CHECK(beside.strange == 0);
  CHECK(beside.largest == 0.5);
  // A large number on the wrong side does not widen what is allowed either.
  CHECK(of_floats({1, 1}, {3e38F, 1.001F}).different == 2);
}

TEST_CASE("float32 agrees within the tolerance of the largest magnitude", "[comparison]") {
  CHECK(of_floats({100, 1}, {100, 1.0009F}).different == 0);
  CHECK(of_floats({100, 1}, {100, 1.002F}).different == 1);
  CHECK(of_floats({0, 0}, {0, -0.0F}).different == 0);
  CHECK(of_floats({0, 0}, {0, 1e-30F}).different == 1);
  CHECK(of_floats({}, {}).elements == 0);
}

TEST_CASE("integers agree only where they are equal", "[comparison]") {
  const Comparison bytes = compare(DType::s8, bytes_of<int8_t>({-128, 5, 7}), bytes_of<int8_t>({127, 5, 6}));
  CHECK(bytes.elements == 3);
  CHECK(bytes.different == 2);
  CHECK(bytes.largest == 255);
  const Comparison wide = compare(DType::s32, bytes_of<int32_t>({INT32_MIN}), bytes_of<int32_t>({INT32_MAX}));
  CHECK(wide.different == 1);
  CHECK(wide.largest == 4294967295.0);
}

TEST_CASE("a difference is said in words", "[comparison]") {
  CHECK(sentence_of({.elements = 64, .different = 3, .strange = 0, .largest = 0.5}, "the reference") ==
        "3 of 64 elements differ from the reference, by up to 0.5");
  CHECK(sentence_of({.elements = 1, .different = 1, .strange = 1, .largest = 0}, "the reference") ==
        "1 of 1 element differ from the reference; 1 of them are not a number or infinite on one side only");
}

}  // namespace burin::test
