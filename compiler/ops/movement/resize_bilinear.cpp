// RESIZE_BILINEAR: every pixel is a mixture of the four that lie around it in the input.

#include <cmath>

#include "ops/constraints.hpp"
#include "ops/movement/resize_bilinear.hpp"
#include "ops/movement/resizing.hpp"

namespace burin {

using namespace resize_bilinear;

namespace {

// of the integer version's positions

bool stays_inside(const NodeView& view);

constexpr Constraint constraint_list[] = {
    {"input and output are both int8 or both float32",
     [](const NodeView& v) {
       const DType dtype = v.input(0).type.dtype;
       return has_dtype(v.output(), dtype) && (dtype == DType::s8 || dtype == DType::f32);
     }},
    {resizing_sentence, is_resizing},
    {"of align_corners and half_pixel_centers at most one is set",
     [](const NodeView& v) {
       const auto& attributes = v.attributes<ResizeAttributes>();
       return !attributes.align_corners || !attributes.half_pixel_centers;
     }},
    {"rounding leaves every neighbor inside of the image", stays_inside},
};

// Where sides are long, what a step is rounded by adds up, and may put the first neighbor beyond the last
// pixel.
bool stays_inside(const NodeView& view) {
  const auto fits = [&](int axis) {
    const int32_t from = view.input(0).type.shape[axis];
    const int32_t to = view.output().type.shape[axis];
    const auto& attributes = view.attributes<ResizeAttributes>();
    const auto inside = [&](const auto& m) { return m.first < from && m.second >= 0; };
    return is_real_image(view) ? std::ranges::all_of(real_mixtures(from, to, attributes), inside)
                               : std::ranges::all_of(integer_mixtures(from, to, attributes), inside);
  };
  return fits(1) && fits(2);
}

template <class Number, class Mix>
void for_each_mixture(const Evaluation& evaluation, const std::vector<Mixture<Number>>& rows,
                      const std::vector<Mixture<Number>>& columns, Mix mix) {
  const Shape& from = evaluation.view.input(0).type.shape;
  size_t next = 0;
  for (int64_t batch = 0; batch < from[0]; ++batch)
    for (const Mixture<Number>& row : rows)
      for (const Mixture<Number>& column : columns)
        for (int64_t c = 0; c < from[3]; ++c) {
          const auto at = [&](int64_t y, int64_t x) {
            return static_cast<size_t>(((batch * from[1] + y) * from[2] + x) * from[3] + c);
          };
          mix(next++, at(row.first, column.first), at(row.second, column.first), at(row.first, column.second),
              at(row.second, column.second), row.rest, column.rest);
        }
}

class ResizeBilinear final : public ResizeOperator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::resize_bilinear,
                                         .tflite_name = "RESIZE_BILINEAR",
                                         .summary = "Images of another size, interpolated between pixels.",
                                         .minimum_inputs = 1,
                                         .maximum_inputs = 1,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1};
    return facts;
  }
  std::span<const Constraint> constraints() const override { return constraint_list; }

  void evaluate(const Evaluation& evaluation) const override {
    const Shape& from = evaluation.view.input(0).type.shape;
    const Shape& to = evaluation.view.output().type.shape;
    const auto& attributes = evaluation.view.attributes<ResizeAttributes>();
    if (is_real_image(evaluation.view)) {
      const auto input = evaluation.input(0).as<float>();
      const auto output = evaluation.output().as<float>();
      for_each_mixture(evaluation, real_mixtures(from[1], to[1], attributes),
                       real_mixtures(from[2], to[2], attributes),
                       [&](size_t o, size_t top_left, size_t bottom_left, size_t top_right,
                           size_t bottom_right, float y, float x) {
                         output[o] = input[top_left] * (1 - y) * (1 - x) + input[bottom_left] * y * (1 - x) +
                                     input[top_right] * (1 - y) * x + input[bottom_right] * y * x;
                       });
      return;
    }
    const bool once = evaluation.rounding == Rounding::litert;
    const auto input = evaluation.input(0).as<int8_t>();
    const auto output = evaluation.output().as<int8_t>();
    for_each_mixture(
        evaluation, integer_mixtures(from[1], to[1], attributes),
        integer_mixtures(from[2], to[2], attributes),
        [&](size_t o, size_t top_left, size_t bottom_left, size_t top_right, size_t bottom_right, int64_t y,
            int64_t x) {
          const int64_t sum = input[top_left] * (one - y) * (one - x) + input[bottom_left] * y * (one - x) +
                              input[top_right] * (one - y) * x + input[bottom_right] * y * x;
          const int64_t half = int64_t{one} * one / 2;
          const int64_t rounded = once ? (sum + half) >> 20 : (sum + (sum > 0 ? half : -half)) / (2 * half);
          output[o] = static_cast<int8_t>(rounded);
        });
  }
};

}  // namespace

const Operator& resize_bilinear_operator() {
  static const ResizeBilinear instance;
  return instance;
}

}  // namespace burin
