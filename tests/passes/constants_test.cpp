#include "passes/graph_builder.hpp"

using namespace burin;
using namespace burin::test;

TEST_CASE("what depends on constants alone is computed once and for all", "[passes]") {
  GraphBuilder b;
  const Quantization q = per_tensor(0.1f, 3);
  const TensorId in = b.input({1, 4}, q);
  const TensorId one = b.constant<int8_t>({4}, {1, 2, 3, 4}, DType::s8, q);
  const TensorId flat = b.node("reshape", {one}, b.tensor({1, 4}, q));
  const TensorId sum = b.node("add", {flat, flat}, b.tensor({1, 4}, per_tensor(0.2f, 3)));
  const TensorId out = b.node("add", {in, sum}, b.tensor({1, 4}, q));
  const Graph before = b.finish({out});
  const Graph after = eliminate_dead_code(fold_constants(before, {}), {});
  CHECK(operators(after) == "add");
  require_equal(before, after);
}

TEST_CASE("state is not a constant, whatever it starts from, unless no node changes it", "[passes]") {
  GraphBuilder b;
  const Quantization q = per_tensor(0.1f, 3);
  const TensorId state = b.constant<int8_t>({4}, {1, 2, 3, 4}, DType::s8, q);
  b.graph.at(state).variable = true;
  const TensorId out = b.node("add", {state, state}, b.tensor({4}, q));
  const Graph never = b.finish({out});
  CHECK(fold_constants(never, {}).at(state).is_constant());
  b.graph.nodes.push_back(
      {.op = Op::assign_variable, .inputs = {state, out}, .attributes = Attributes::of(NoAttributes{})});
  const Graph before = b.finish({out});
  CHECK(fold_constants(before, {}) == before);
}

TEST_CASE("nodes and tensors that no output depends on go", "[passes]") {
  GraphBuilder b;
  const Quantization q = per_tensor(0.1f, 3);
  const TensorId in = b.input({1, 4}, q);
  const TensorId unused = b.input({1, 4}, q);
  const TensorId out = b.node("add", {in, in}, b.tensor({1, 4}, q));
  const TensorId dead = b.node("add", {out, unused}, b.tensor({1, 4}, q));
  b.node("reshape", {dead}, b.tensor({4}, q));
  const Graph before = b.finish({out});
  const Graph after = eliminate_dead_code(before, {});
  CHECK(operators(after) == "add");
  CHECK(after.tensors.size() == 3);
  CHECK(after.inputs.size() == 2);  // the interface stays as it is
  require_equal(before, after);
}
