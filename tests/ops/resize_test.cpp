#include "ops/operator_graph.hpp"

namespace burin::test {
namespace {

Graph resize(Op op, DType dtype, Shape from, Shape to, bool align_corners, bool half_pixel_centers) {
  const Quantization q = dtype == DType::f32 ? Quantization{} : quantized(0.5f, 3);
  std::string error;
  return one_node(op, {{dtype, std::move(from), q}}, {dtype, std::move(to), q},
                  operator_of(op).parse_attributes(
                      {{"align_corners", align_corners}, {"half_pixel_centers", half_pixel_centers}}, error));
}

}  // namespace

TEST_CASE("resize_nearest_neighbor repeats and leaves out pixels", "[resize]") {
  const std::vector<int8_t> image{1, 2, 3, 4};
  const auto enlarged = [&](bool align, bool half) {
    return evaluate<int8_t>(
        resize(Op::resize_nearest_neighbor, DType::s8, {1, 2, 2, 1}, {1, 3, 3, 1}, align, half), image);
  };
  // 0, 2/3 and 4/3, rounded down; 0, 0.5 and 1, rounded; (0.5, 1.5 and 2.5) * 2/3, rounded down.
  CHECK(enlarged(false, false) == std::vector<int8_t>{1, 1, 2, 1, 1, 2, 3, 3, 4});
  CHECK(enlarged(true, false) == std::vector<int8_t>{1, 2, 2, 3, 4, 4, 3, 4, 4});
  CHECK(enlarged(false, true) == std::vector<int8_t>{1, 2, 2, 3, 4, 4, 3, 4, 4});
  CHECK(evaluate<float>(
            resize(Op::resize_nearest_neighbor, DType::f32, {1, 1, 4, 2}, {1, 1, 2, 2}, false, false),
            std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}) == std::vector<float>{1, 2, 5, 6});
}

TEST_CASE("resize_bilinear interpolates", "[resize]") {
  const auto enlarged = [&](bool align, bool half) {
    return evaluate<int8_t>(resize(Op::resize_bilinear, DType::s8, {1, 1, 2, 1}, {1, 1, 4, 1}, align, half),
                            std::vector<int8_t>{0, 100});
  };
  CHECK(enlarged(false, false) == std::vector<int8_t>{0, 50, 100, 100});
  // A third is 341 units of 1/1024.
  CHECK(enlarged(true, false) == std::vector<int8_t>{0, 33, 67, 100});
  CHECK(enlarged(false, true) == std::vector<int8_t>{0, 25, 75, 100});
  CHECK(evaluate<float>(resize(Op::resize_bilinear, DType::f32, {1, 2, 2, 1}, {1, 3, 3, 1}, true, false),
                        std::vector<float>{0, 2, 4, 6}) == std::vector<float>{0, 1, 2, 2, 3, 4, 4, 5, 6});
}

TEST_CASE("resize_bilinear rounds halves away from zero, where sums are rounded twice", "[resize]") {
  CHECK(evaluate<int8_t>(resize(Op::resize_bilinear, DType::s8, {1, 1, 2, 1}, {1, 1, 4, 1}, false, false),
                         std::vector<int8_t>{-2, -1}) == std::vector<int8_t>{-2, -2, -1, -1});
}

TEST_CASE("resize_bilinear takes one of the two flags", "[resize]") {
  CHECK_THAT(refusal(resize(Op::resize_bilinear, DType::s8, {1, 2, 2, 1}, {1, 3, 3, 1}, true, true)),
             Catch::Contains("at most one"));
}

}  // namespace burin::test
