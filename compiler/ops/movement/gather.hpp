// gather: what its meaning and its kernels share.
#pragma once

#include "ops/constraints.hpp"
#include "ops/movement/attributes.hpp"
#include "ops/movement/joining.hpp"
#include "ops/movement/movement.hpp"

namespace burin::gather {

inline const Shape& table_shape(const NodeView& view) {
  return view.input(0).type.shape;
}

inline const Shape& index_shape(const NodeView& view) {
  return view.input(1).type.shape;
}

// The table is [batches, outer, length, inner], the indices [batches, count].
struct GatherExtents {
  int64_t batches, outer, length, inner, count;
};

inline GatherExtents extents_of(const NodeView& view) {
  const auto axis = static_cast<size_t>(view.attributes<GatherAttributes>().axis);
  const auto common = static_cast<size_t>(view.attributes<GatherAttributes>().batch_dims);
  const Shape& table = table_shape(view);
  const Shape& indices = index_shape(view);
  return {table.elements(0, common), table.elements(common, axis), table.dims()[axis],
          table.elements(axis + 1, table.rank()), indices.elements(common, indices.rank())};
}

}  // namespace burin::gather
