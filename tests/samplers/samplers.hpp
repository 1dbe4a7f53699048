// Random graphs of one operator: valid, small, reaching every constraint's edge over many seeds. Each
// operator has a sampler, sample_NAME, in a file of its family; the linker names one that is missing.
#pragma once

#include "ops/operator.hpp"
#include "support/random.hpp"

namespace burin {

#define BURIN_OPERATOR(name) Graph sample_##name(Random& random);
#include "ops/ops.def"
#undef BURIN_OPERATOR

// A graph of that operator; where it makes no sense alone, with what it needs besides. The same numbers give
// the same graph.
Graph sample_graph(Op op, Random& random);

}  // namespace burin
