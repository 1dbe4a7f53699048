#include "ops/movement/joining.hpp"

#include "ops/movement/movement.hpp"

namespace burin {

using namespace joining;

namespace {

void copy_slice(std::span<const std::byte> from, size_t from_begin, std::span<std::byte> to, size_t to_begin,
                size_t bytes) {
  std::ranges::copy(from.subspan(from_begin, bytes), to.subspan(to_begin, bytes).begin());
}

}  // namespace

int32_t resolved_axis(int64_t axis, size_t rank) {
  const auto most = static_cast<int64_t>(rank);
  return static_cast<int32_t>(std::clamp<int64_t>(axis < 0 ? axis + most : axis, -1, most));
}

Shape without_axis(const Shape& shape, int32_t axis) {
  std::vector<int32_t> dims = shape.dims();
  dims.erase(dims.begin() + axis);
  return Shape(std::move(dims));
}

Shape with_axis(const Shape& shape, int32_t axis) {
  std::vector<int32_t> dims = shape.dims();
  dims.insert(dims.begin() + axis, 1);
  return Shape(std::move(dims));
}

Shape with_extent(const Shape& shape, int32_t axis, int32_t extent) {
  std::vector<int32_t> dims = shape.dims();
  dims.at(static_cast<size_t>(axis)) = extent;
  return Shape(std::move(dims));
}

Attributes JoinOperator::parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const {
  return attributes_from_list<AxisAttributes>(list, error);
}

void JoinOperator::evaluate(const Evaluation& evaluation) const {
  const auto slices =
      static_cast<size_t>(slices_of(evaluation.output().type.shape, axis_of(evaluation.view)));
  size_t next = 0;
  for (size_t slice = 0; slice < slices; ++slice) {
    for (const Value* part : evaluation.inputs) {
      const size_t bytes = part->bytes.size() / slices;
      copy_slice(part->bytes, slice * bytes, evaluation.output().bytes, next, bytes);
      next += bytes;
    }
  }
}

Attributes SeparateOperator::parse_attributes(const std::vector<NamedAttribute>& list,
                                              std::string& error) const {
  return attributes_from_list<AxisAttributes>(list, error);
}

void SeparateOperator::evaluate(const Evaluation& evaluation) const {
  const auto slices =
      static_cast<size_t>(slices_of(evaluation.input(0).type.shape, axis_of(evaluation.view)));
  size_t next = 0;
  for (size_t slice = 0; slice < slices; ++slice) {
    for (Value& part : evaluation.outputs) {
      const size_t bytes = part.bytes.size() / slices;
      copy_slice(evaluation.input(0).bytes, next, part.bytes, slice * bytes, bytes);
      next += bytes;
    }
  }
}

}  // namespace burin
