// RESIZE_BILINEAR: every pixel is a mixture of the four that lie around it in the input.
#include "kernels/resize_bilinear.hpp"

#include <cmath>

#include "ops/constraints.hpp"
#include "ops/elementwise.hpp"
#include "ops/movement/resizing.hpp"

namespace burin {
namespace {

constexpr int32_t one = 1 << 10;  // of the integer version's positions

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
    {"rounding leaves every neighbour inside of the image", stays_inside},
};

// Along one axis, for each position of the output: its two neighbours in the input, and how far it lies
// behind the first one, which with half-pixel centres may be less than 0 or more than from one to the next.
template <class Number>
struct Mixture {
  int32_t first;
  int32_t second;
  Number rest;
};

std::vector<Mixture<int32_t>> integer_mixtures(int32_t input, int32_t output,
                                               const ResizeAttributes& attributes) {
  int32_t scale = (one * input + output / 2) / output;
  if (attributes.align_corners && output > 1) scale = (one * (input - 1) + (output - 1) / 2) / (output - 1);
  std::vector<Mixture<int32_t>> result;
  for (int32_t i = 0; i < output; ++i) {
    const int32_t position = i * scale + (attributes.half_pixel_centers ? scale / 2 - one / 2 : 0);
    const int32_t first = std::max(position / one, 0);
    result.push_back({first, std::min((position + one - 1) / one, input - 1), position - first * one});
  }
  return result;
}

std::vector<Mixture<float>> real_mixtures(int32_t input, int32_t output, const ResizeAttributes& attributes) {
  float scale = static_cast<float>(input) / static_cast<float>(output);
  if (attributes.align_corners && output > 1)
    scale = static_cast<float>(input - 1) / static_cast<float>(output - 1);
  std::vector<Mixture<float>> result;
  for (int32_t i = 0; i < output; ++i) {
    const auto at = static_cast<float>(i);
    const float position = attributes.half_pixel_centers ? (at + 0.5f) * scale - 0.5f : at * scale;
    const int32_t first = std::max(static_cast<int32_t>(std::floor(position)), 0);
    result.push_back({first, std::min(static_cast<int32_t>(std::ceil(position)), input - 1),
                      position - static_cast<float>(first)});
  }
  return result;
}

bool is_real_image(const NodeView& view) {
  return has_dtype(view.output(), DType::f32);
}

// Where sides are long, what a step is rounded by adds up, and may put the first neighbour beyond the last
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

// The kernel reads two tables: for each row, then for each column, the two neighbours, and the rests.
class ResizeBilinearKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"ResizeBilinear", Op::resize_bilinear, KernelSet::generic,
                                       "kernels/resize_bilinear.hpp",
                                       "Four products an element, by tables of rows and columns."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    const Shape& from = view.input(0).type.shape;
    const Shape& to = view.output().type.shape;
    const auto& attributes = view.attributes<ResizeAttributes>();
    KernelCall call;
    call.geometry = resize_geometry(view);
    call.geometry.emplace_back("round_once", context.rounding == Rounding::litert ? 1 : 0);
    const KernelArgument input = operand_argument(view, 0, "input", call);
    if (is_real_image(view))
      add_tables(call, real_mixtures(from[1], to[1], attributes), real_mixtures(from[2], to[2], attributes),
                 ElementType::f32);
    else
      add_tables(call, integer_mixtures(from[1], to[1], attributes),
                 integer_mixtures(from[2], to[2], attributes), ElementType::s32);
    const size_t tables = call.constants.size() - 2;
    call.arguments = {input, ConstantArgument{tables}, ConstantArgument{tables + 1}, OutputArgument{0}};
    const int64_t elements = view.output().type.shape.elements();
    if (is_real_image(view))
      call.work = {.instructions = 60 + 30 * elements, .float_products = 5 * elements};
    else
      call.work = {.instructions = 60 + 60 * elements};
    call.code_bytes = 500;
    return call;
  }

 private:
  template <class Number>
  static void add_tables(KernelCall& call, const std::vector<Mixture<Number>>& rows,
                         const std::vector<Mixture<Number>>& columns, ElementType type) {
    std::vector<uint16_t> neighbours;
    std::vector<Number> rests;
    for (const auto* axis : {&rows, &columns})
      for (const Mixture<Number>& m : *axis) {
        neighbours.insert(neighbours.end(),
                          {static_cast<uint16_t>(m.first), static_cast<uint16_t>(m.second)});
        rests.push_back(m.rest);
      }
    call.constants.push_back({"neighbours", ElementType::u16, Constant::of(neighbours), 4});
    call.constants.push_back({"rests", type, Constant::of(rests), 4});
  }
};

}  // namespace

const Operator& resize_bilinear_operator() {
  static const ResizeBilinear instance;
  return instance;
}

const Kernel& resize_bilinear_kernel() {
  static const ResizeBilinearKernel instance;
  return instance;
}

}  // namespace burin
