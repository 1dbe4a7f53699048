#include "ops/movement/movement.hpp"

namespace burin {
std::vector<int64_t> dense_strides(const Shape& shape) {
  std::vector<int64_t> strides(shape.rank(), 1);
  for (size_t i = shape.rank(); i-- > 1;) strides[i - 1] = strides[i] * shape.dims()[i];
  return strides;
}

void MovementOperator::evaluate(const Evaluation& evaluation) const {
  const Movement moved = movement(evaluation.view);
  const auto width = static_cast<size_t>(byte_width(evaluation.output().type.dtype));
  const std::vector<std::byte>& from = evaluation.input(0).bytes;
  std::vector<std::byte>& to = evaluation.output().bytes;
  for (size_t element = 0; element * width < to.size(); ++element) {
    auto rest = static_cast<int64_t>(element);
    int64_t source = moved.offset;
    for (size_t i = moved.axes.size(); i-- > 0;) {
      source += rest % moved.axes[i].extent * moved.axes[i].stride;
      rest /= moved.axes[i].extent;
    }
    std::memcpy(&to[element * width], &from.at(static_cast<size_t>(source) * width), width);
  }
}

}  // namespace burin
