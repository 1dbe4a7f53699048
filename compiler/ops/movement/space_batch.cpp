#include "ops/movement/space_batch.hpp"

#include "ops/constraints.hpp"
#include "ops/movement/movement.hpp"

namespace burin {

using namespace space_batch;

namespace {

// `wide` has the larger images, `many` the more.
bool fits(const NodeView& view, const Tensor& wide, const Tensor& many) {
  const Images w = images_of(wide);
  const Images m = images_of(many);
  const SpaceBatchAttributes& a = attributes_of(view);
  return m.channels == w.channels &&
         int64_t{m.batches} == int64_t{w.batches} * a.block_height * a.block_width;
}

constexpr Constraint common[] = {
    {"input and output have the same type, rank 3 or 4, and are not empty",
     [](const NodeView& v) {
       const auto sound = [](const Shape& s) { return (s.rank() == 3 || s.rank() == 4) && s.elements() > 0; };
       return v.input(0).type.dtype == v.output().type.dtype && sound(v.input(0).type.shape) &&
              sound(v.output().type.shape) && v.input(0).type.shape.rank() == v.output().type.shape.rank();
     }},
    {"the blocks' sides are 1 to 255, and paddings and crops constant, 0 to 65535",
     [](const NodeView& v) {
       const SpaceBatchAttributes& a = attributes_of(v);
       const auto within = [](int32_t x, int32_t low, int32_t high) { return x >= low && x <= high; };
       return within(a.block_height, 1, 255) && within(a.block_width, 1, 255) && within(a.top, 0, 65535) &&
              within(a.left, 0, 65535) && (v.input(0).type.shape.rank() == 4 || a.block_width == 1);
     }},
};
constexpr Constraint to_batch_list[] = {
    common[0],
    common[1],
    {"the output has a batch for each element of a block, whose images reach to the input's end",
     [](const NodeView& v) {
       const Images from = images_of(v.input(0));
       const Images to = images_of(v.output());
       const SpaceBatchAttributes& a = attributes_of(v);
       return fits(v, v.input(0), v.output()) && int64_t{to.height} * a.block_height >= a.top + from.height &&
              int64_t{to.width} * a.block_width >= a.left + from.width;
     }},
    {"8-bit output is quantized per tensor",
     [](const NodeView& v) {
       return byte_width(v.output().type.dtype) > 1 || has_dtype(v.output(), DType::boolean) ||
              is_quantized_per_tensor(v.output());
     }},
};
constexpr Constraint to_space_list[] = {
    common[0],
    common[1],
    {"the input has a batch for each element of a block, whose images reach to the output's end",
     [](const NodeView& v) {
       const Images from = images_of(v.input(0));
       const Images to = images_of(v.output());
       const SpaceBatchAttributes& a = attributes_of(v);
       return fits(v, v.output(), v.input(0)) && int64_t{from.height} * a.block_height >= a.top + to.height &&
              int64_t{from.width} * a.block_width >= a.left + to.width;
     }},
};

}  // namespace

Attributes SpaceBatchOperator::parse_attributes(const std::vector<NamedAttribute>& list,
                                                std::string& error) const {
  return attributes_from_list<SpaceBatchAttributes>(list, error);
}

std::span<const Constraint> SpaceBatchOperator::constraints() const {
  return to_batch_ ? std::span<const Constraint>(to_batch_list) : std::span<const Constraint>(to_space_list);
}

void SpaceBatchOperator::evaluate(const Evaluation& evaluation) const {
  const NodeView& view = evaluation.view;
  const Images wide = images_of(to_batch_ ? view.input(0) : view.output());
  const Images many = images_of(to_batch_ ? view.output() : view.input(0));
  const SpaceBatchAttributes& a = attributes_of(view);
  const auto pixel = static_cast<size_t>(int64_t{wide.channels} * byte_width(view.output().type.dtype));
  const std::span<const std::byte> input = evaluation.input(0).bytes;
  const std::span<std::byte> output = evaluation.output().bytes;
  if (to_batch_) std::ranges::fill(output, static_cast<std::byte>(padding_byte(view.output())));
  for (int64_t n = 0; n < many.batches; ++n)
    for (int64_t y = 0; y < many.height; ++y)
      for (int64_t x = 0; x < many.width; ++x) {
        const int64_t phase = n / wide.batches;
        const int64_t row = y * a.block_height + phase / a.block_width - a.top;
        const int64_t column = x * a.block_width + phase % a.block_width - a.left;
        if (row < 0 || row >= wide.height || column < 0 || column >= wide.width) continue;
        const auto in_wide =
            static_cast<size_t>((n % wide.batches * wide.height + row) * wide.width + column);
        const auto in_many = static_cast<size_t>((n * many.height + y) * many.width + x);
        const size_t from = to_batch_ ? in_wide : in_many;
        const size_t to = to_batch_ ? in_many : in_wide;
        std::ranges::copy(input.subspan(from * pixel, pixel), output.subspan(to * pixel, pixel).begin());
      }
}

// ---- its operators ----

const Operator& batch_to_space_nd_operator() {
  static const SpaceBatchOperator instance(Op::batch_to_space_nd, "BATCH_TO_SPACE_ND",
                                           "Images as the phases of a grid.", false);
  return instance;
}

const Operator& space_to_batch_nd_operator() {
  static const SpaceBatchOperator instance(Op::space_to_batch_nd, "SPACE_TO_BATCH_ND",
                                           "Each phase of a grid as an image.", true);
  return instance;
}

}  // namespace burin
