// cumsum: what its meaning and its kernels share.
#pragma once

#include "ops/constraints.hpp"
#include "ops/numerics.hpp"
#include "ops/reduction/attributes.hpp"
#include "ops/shifted_terms.hpp"

namespace burin::cumsum {

inline const CumsumAttributes& attributes_of(const NodeView& view) {
  return view.attributes<CumsumAttributes>();
}

struct Extents {
  int64_t outer, depth, inner;
};

inline Extents extents_of(const NodeView& view) {
  const Shape& shape = view.input(0).type.shape;
  const auto axis = static_cast<size_t>(attributes_of(view).axis);
  return {shape.elements(0, axis), shape.dims()[axis], shape.elements(axis + 1, shape.rank())};
}

}  // namespace burin::cumsum
