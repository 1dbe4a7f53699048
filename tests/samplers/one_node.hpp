// Random graphs of one node by its form, for samplers of many operators.
#pragma once

#include "ir/graph.hpp"
#include "support/random.hpp"

namespace burin {

// A graph of `op` from a random shape of `from` to the same of `to`.
Graph sample_unary(Random& random, Op op, DType from, DType to, Attributes attributes);
// One of the types that is_unary_type allows; that is_wide_unary_type allows.
DType sample_unary_type(Random& random);
DType sample_wide_unary_type(Random& random);

// A graph of `op` with random operand shapes, both operands and the output of the type `dtype`.
Graph sample_binary(Random& random, Op op, DType dtype, Attributes attributes, Activation activation);

// A type that operators which only move elements are sampled with.
DType sample_moved_dtype(Random& random);
// Up to `rank` dimensions of 1 to 6.
Shape sample_moved_shape(Random& random, int32_t rank);

// A graph of `op` from one shape to another, in any type.
Graph sample_rearrangement(Random& random, Op op, Shape from, Shape to, Attributes attributes);

}  // namespace burin
