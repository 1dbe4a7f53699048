#include "formats/tflite/operators/stated_shapes.hpp"

#include <algorithm>
#include <cstdlib>

namespace burin {
namespace {

using Dims = std::vector<int64_t>;
using Stated = std::optional<Dims>;

Dims dims_of(const Shape& shape) {
  return {shape.dims().begin(), shape.dims().end()};
}

std::optional<Shape> shape_of(const Stated& stated) {
  if (!stated || stated->size() > Shape::max_rank) return std::nullopt;
  std::vector<int32_t> dims;
  for (const int64_t dim : *stated) {
    if (dim < 0 || dim > INT32_MAX) return std::nullopt;
    dims.push_back(static_cast<int32_t>(dim));
  }
  Shape shape(std::move(dims));
  if (!shape.sane()) return std::nullopt;
  return shape;
}

// The axis from the front, where it is one of a tensor of that rank.
std::optional<size_t> axis_of(int64_t axis, size_t rank) {
  const auto most = static_cast<int64_t>(rank);
  if (axis < 0) axis += most;
  if (axis < 0 || axis >= most) return std::nullopt;
  return static_cast<size_t>(axis);
}

// A dimension of -1 takes what elements are left over.
Stated reshaped(const SourceOperator& source) {
  Stated dims = source.constant_integers(1);
  if (!dims && !source.has_input(1)) {
    const std::vector<int32_t> option = source.integers("new_shape");
    dims.emplace(option.begin(), option.end());
  }
  if (!dims || std::ranges::count(*dims, -1) > 1) return std::nullopt;
  const auto open = std::ranges::find(*dims, -1);
  if (open == dims->end()) return dims;
  int64_t known = 1;
  for (const int64_t dim : *dims) {
    if (dim == -1) continue;
    if (dim <= 0 || known > Shape::max_elements / dim) return std::nullopt;
    known *= dim;
  }
  *open = source.input(0).type.shape.elements() / known;
  return dims;
}

Stated tiled(const SourceOperator& source) {
  const Stated times = source.constant_integers(1);
  Dims dims = dims_of(source.input(0).type.shape);
  if (!times || times->size() != dims.size()) return std::nullopt;
  for (size_t i = 0; i < dims.size(); ++i) {
    if ((*times)[i] < 0 || (*times)[i] > INT32_MAX) return std::nullopt;
    dims[i] *= (*times)[i];
  }
  return dims;
}

Stated sliced(const SourceOperator& source) {
  const Stated begin = source.constant_integers(1);
  Stated size = source.constant_integers(2);
  const Dims dims = dims_of(source.input(0).type.shape);
  if (!begin || !size || begin->size() != dims.size() || size->size() != dims.size()) return std::nullopt;
  for (size_t i = 0; i < dims.size(); ++i)
    if ((*size)[i] == -1) (*size)[i] = dims[i] - std::clamp<int64_t>((*begin)[i], 0, dims[i]);
  return size;
}

// One entry after the other; an axis of which one element is taken is dropped, and a new one has one.
Stated strided(const SourceOperator& source) {
  const Stated begin = source.constant_integers(1);
  const Stated end = source.constant_integers(2);
  const Stated step = source.constant_integers(3);
  const Dims from = dims_of(source.input(0).type.shape);
  if (!begin || !end || !step || begin->size() != end->size() || begin->size() != step->size() ||
      begin->size() > 32)
    return std::nullopt;
  const auto masked = [&](const char* mask, size_t i) { return (source.integer(mask) >> i & 1) != 0; };
  size_t named = 0;
  for (size_t i = 0; i < begin->size(); ++i)
    if (!masked("ellipsis_mask", i) && !masked("new_axis_mask", i)) ++named;
  if (named > from.size()) return std::nullopt;
  Dims dims;
  size_t axis = 0;
  for (size_t i = 0; i < begin->size(); ++i) {
    if (masked("ellipsis_mask", i)) {
      for (size_t rest = from.size() - named; rest > 0; --rest) dims.push_back(from[axis++]);
      named = from.size();
      continue;
    }
    if (masked("new_axis_mask", i)) {
      dims.push_back(1);
      continue;
    }
    const int64_t dim = from[axis++];
    const int64_t stride = (*step)[i];
    if (stride == 0 || std::abs(stride) > INT32_MAX) return std::nullopt;
    if (masked("shrink_axis_mask", i)) continue;
    const int64_t lowest = stride > 0 ? 0 : -1;
    const int64_t highest = stride > 0 ? dim : dim - 1;
    const auto resolved = [&](int64_t index) {
      return std::clamp(index < 0 ? index + dim : index, lowest, highest);
    };
    const int64_t last = source.integer("offset") != 0 ? (*begin)[i] + (*end)[i] : (*end)[i];
    const int64_t first = masked("begin_mask", i) ? (stride > 0 ? 0 : dim - 1) : resolved((*begin)[i]);
    const int64_t past = masked("end_mask", i) ? (stride > 0 ? dim : -1) : resolved(last);
    const int64_t sign = stride > 0 ? 1 : -1;
    dims.push_back(std::max<int64_t>(0, (past - first + stride - sign) / stride));
  }
  while (axis < from.size()) dims.push_back(from[axis++]);
  return dims;
}

Stated resized(const SourceOperator& source) {
  const Stated size = source.constant_integers(1);
  const Dims dims = dims_of(source.input(0).type.shape);
  if (!size || size->size() != 2 || dims.size() != 4) return std::nullopt;
  return Dims{dims[0], (*size)[0], (*size)[1], dims[3]};
}

Stated expanded(const SourceOperator& source) {
  const Stated value = source.constant_integers(1);
  Dims dims = dims_of(source.input(0).type.shape);
  if (!value || value->size() != 1) return std::nullopt;
  const auto axis = axis_of(value->front(), dims.size() + 1);
  if (!axis) return std::nullopt;
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(*axis), 1);
  return dims;
}

Stated squeezed(const SourceOperator& source) {
  const Dims from = dims_of(source.input(0).type.shape);
  const std::vector<int32_t> option = source.integers("squeeze_dims");
  std::vector<bool> drop(from.size());
  for (size_t i = 0; i < from.size(); ++i) drop[i] = option.empty() && from[i] == 1;
  for (const int32_t value : option) {
    const auto axis = axis_of(value, from.size());
    if (!axis || from[*axis] != 1) return std::nullopt;
    drop[*axis] = true;
  }
  Dims dims;
  for (size_t i = 0; i < from.size(); ++i)
    if (!drop[i]) dims.push_back(from[i]);
  return dims;
}

Stated joined(const SourceOperator& source) {
  Dims dims = dims_of(source.input(0).type.shape);
  const auto axis = axis_of(source.integer("axis"), dims.size());
  if (!axis) return std::nullopt;
  for (size_t i = 1; i < source.inputs().size(); ++i) {
    const Shape& part = source.input(i).type.shape;
    if (part.rank() != dims.size()) return std::nullopt;
    dims[*axis] += part.dims()[*axis];
  }
  return dims;
}

Stated blocked(const SourceOperator& source, bool to_batch) {
  const Stated blocks = source.constant_integers(1);
  const Stated edges = source.constant_integers(2);
  Dims dims = dims_of(source.input(0).type.shape);
  if (!blocks || !edges || edges->size() != 2 * blocks->size() || dims.size() < blocks->size() + 1)
    return std::nullopt;
  for (size_t i = 0; i < blocks->size(); ++i) {
    const int64_t block = (*blocks)[i];
    const int64_t edge = (*edges)[2 * i] + (*edges)[2 * i + 1];
    if (block < 1 || block > INT32_MAX || std::abs(edge) > INT32_MAX) return std::nullopt;
    if (to_batch) {
      dims[i + 1] = (dims[i + 1] + edge) / block;
      dims[0] *= block;
    } else {
      dims[i + 1] = dims[i + 1] * block - edge;
      dims[0] /= block;
    }
    if (dims[0] > INT32_MAX || dims[i + 1] > INT32_MAX) return std::nullopt;
  }
  return dims;
}

std::vector<std::optional<Shape>> separated(const SourceOperator& source, size_t whole, size_t axis_operand,
                                            const Stated& extents) {
  std::vector<std::optional<Shape>> shapes(source.outputs().size());
  const Stated value = source.constant_integers(axis_operand);
  const Dims from = dims_of(source.input(whole).type.shape);
  if (!value || value->size() != 1 || shapes.empty()) return shapes;
  const auto axis = axis_of(value->front(), from.size());
  if (!axis || (extents && extents->size() != shapes.size())) return shapes;
  int64_t known = 0;
  if (extents)
    for (const int64_t extent : *extents) known += extent > 0 && extent <= INT32_MAX ? extent : 0;
  for (size_t i = 0; i < shapes.size(); ++i) {
    Dims dims = from;
    dims[*axis] = !extents              ? from[*axis] / static_cast<int64_t>(shapes.size())
                  : (*extents)[i] == -1 ? from[*axis] - known
                                        : (*extents)[i];
    shapes[i] = shape_of(dims);
  }
  return shapes;
}

}  // namespace

std::vector<std::optional<Shape>> stated_shapes(tflite::schema::BuiltinOperator kind,
                                                const SourceOperator& source) {
  using tflite::schema::BuiltinOperator;
  switch (kind) {
    case BuiltinOperator::RESHAPE:
      return {shape_of(reshaped(source))};
    case BuiltinOperator::FILL:
      return {shape_of(source.constant_integers(0))};
    case BuiltinOperator::BROADCAST_TO:
      return {shape_of(source.constant_integers(1))};
    case BuiltinOperator::TRANSPOSE_CONV:
      return {shape_of(source.constant_integers(0))};
    case BuiltinOperator::TILE:
      return {shape_of(tiled(source))};
    case BuiltinOperator::SLICE:
      return {shape_of(sliced(source))};
    case BuiltinOperator::STRIDED_SLICE:
      return {shape_of(strided(source))};
    case BuiltinOperator::RESIZE_BILINEAR:
    case BuiltinOperator::RESIZE_NEAREST_NEIGHBOR:
      return {shape_of(resized(source))};
    case BuiltinOperator::EXPAND_DIMS:
      return {shape_of(expanded(source))};
    case BuiltinOperator::SQUEEZE:
      return {shape_of(squeezed(source))};
    case BuiltinOperator::CONCATENATION:
      return {shape_of(joined(source))};
    case BuiltinOperator::SPACE_TO_BATCH_ND:
    case BuiltinOperator::BATCH_TO_SPACE_ND:
      return {shape_of(blocked(source, kind == BuiltinOperator::SPACE_TO_BATCH_ND))};
    case BuiltinOperator::SPLIT:
      return separated(source, 1, 0, std::nullopt);
    case BuiltinOperator::SPLIT_V: {
      const Stated extents = source.constant_integers(1);
      if (!extents) return {};
      return separated(source, 0, 2, extents);
    }
    default:
      return {};
  }
}

}  // namespace burin
