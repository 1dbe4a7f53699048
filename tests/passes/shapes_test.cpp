#include "passes/graph_builder.hpp"

using namespace burin;
using namespace burin::test;

namespace {

Graph canonical(const Graph& graph) {
  require_valid(graph);
  Graph after = eliminate_dead_code(canonicalize_shapes(graph, {}), {});
  require_equal(graph, after);
  CHECK(canonicalize_shapes(after, {}) == after);
  return after;
}

}  // namespace

TEST_CASE("expansions and squeezes become reshapes, and chains one", "[passes]") {
  GraphBuilder b;
  const Quantization q = per_tensor(0.1f, 3);
  const TensorId in = b.input({1, 6, 2}, q);
  const TensorId expanded = b.node("expand_dims", {in}, b.tensor({1, 6, 1, 2}, q));
  const TensorId flat = b.node("reshape", {expanded}, b.tensor({1, 12, 1}, q));
  const TensorId out = b.node("squeeze", {flat}, b.tensor({1, 12}, q));
  const Graph after = canonical(b.finish({out}));
  CHECK(operators(after) == "reshape");
  CHECK(after.at(after.nodes[0].inputs[0]).type.shape == Shape{1, 6, 2});
  CHECK(after.at(after.nodes[0].outputs[0]).type.shape == Shape{1, 12});
}

TEST_CASE("reshapes that lead back to where they started go", "[passes]") {
  GraphBuilder b;
  const Quantization q = per_tensor(0.1f, 3);
  const TensorId in = b.input({1, 4}, q);
  const TensorId wide = b.node("reshape", {in}, b.tensor({1, 2, 2}, q));
  const TensorId back = b.node("reshape", {wide}, b.tensor({1, 4}, q));
  SECTION("in front of a reader") {
    const TensorId out =
        b.node("softmax", {back}, b.tensor({1, 4}, per_tensor(1.f / 256, -128)), {{"beta", 1.f}});
    const Graph after = canonical(b.finish({out}));
    CHECK(operators(after) == "softmax");
  }
  SECTION("but an output of the graph cannot be its input") {
    const Graph after = canonical(b.finish({back}));
    CHECK(operators(after) == "reshape");
  }
}

TEST_CASE("an identity that is an output of the graph gives its name to what it copies", "[passes]") {
  GraphBuilder b;
  const Quantization q = per_tensor(0.1f, 3);
  const TensorId in = b.input({1, 4}, q);
  const TensorId sum = b.node("add", {in, in}, b.tensor({1, 4}, q));
  const TensorId out = b.node("reshape", {sum}, b.tensor({1, 4}, q));
  b.graph.at(out).name = "interface";
  const TensorId other = b.node("add", {sum, in}, b.tensor({1, 4}, q));
  const Graph after = canonical(b.finish({out, other}));
  CHECK(operators(after) == "add add");
  CHECK(after.at(after.outputs[0]).name == "interface");
}

TEST_CASE("FULLY_CONNECTED needs no reshape in front, unless it keeps the rank", "[passes]") {
  GraphBuilder b;
  const Quantization q = per_tensor(0.1f, 3);
  const bool keep_rank = GENERATE(false, true);
  const TensorId in = b.input({1, 2, 2, 3}, q);
  const TensorId flat = b.node("reshape", {in}, b.tensor({1, 12}, q));
  std::vector<int8_t> values;
  for (int8_t i = 0; i < 24; ++i) values.push_back(static_cast<int8_t>(3 * i - 30));
  const TensorId out = b.node("fully_connected", {flat, b.weights({2, 12}, values), b.bias({5, -7})},
                              b.tensor({1, 2}, per_tensor(0.1f, 0)), {{"keep_rank", keep_rank}});
  CHECK(operators(canonical(b.finish({out}))) == (keep_rank ? "reshape fully_connected" : "fully_connected"));
}

TEST_CASE("a reshape of a variable is read where it stands", "[passes]") {
  GraphBuilder b;
  const Quantization q = per_tensor(0.1f, 3);
  const TensorId in = b.input({1, 4}, q);
  const TensorId state = b.tensor({1, 4}, q);
  b.graph.at(state).variable = true;
  const TensorId now = b.node("reshape", {state}, b.tensor({1, 4}, q));
  const TensorId out = b.node("add", {now, in}, b.tensor({1, 4}, q));
  const Graph after = canonicalize_shapes(b.finish({out}), {});
  CHECK(operators(after) == "reshape add");
  CHECK(after.nodes[1].inputs[0] == now);
}
