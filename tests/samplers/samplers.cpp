#include "samplers/samplers.hpp"

#include "ops/operator.hpp"

namespace burin {
namespace {

Graph sample_of(Op op, Random& random) {
  switch (op) {
#define BURIN_OPERATOR(name) \
  case Op::name:             \
    return sample_##name(random);
#include "ops/ops.def"
#undef BURIN_OPERATOR
  }
  internal_error("an operator outside of ops.def", __FILE__, __LINE__);
}

}  // namespace

Graph sample_graph(Op op, Random& random) {
  Graph graph = sample_of(op, random);
  for (Node& node : graph.nodes)
    if (operator_of(node).facts().limits_reals() && graph.at(node.outputs[0]).type.dtype == DType::f32)
      node.keeps_infinities = random.chance(0.3);
  return graph;
}

}  // namespace burin
