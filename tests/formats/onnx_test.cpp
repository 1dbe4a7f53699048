// Reading ONNX: models made here, part by part.
#include "formats/onnx/onnx.hpp"

#include <catch2/catch.hpp>
#include <filesystem>

#include "formats/onnx_model.hpp"
#include "passes/pass.hpp"
#include "support/files.hpp"

namespace burin {
namespace {

using namespace test;

// Two convolutions with a normalization, an activation and a skip connection around, as PyTorch exports them.
Model network() {
  Model m;
  m.input("image", {1, 2, 4, 5});
  m.output("y", {1, 3});
  m.floats("w1", {3, 2, 3, 3}, counting(54));
  m.floats("b1", {3}, {0.5f, -1, 2});
  m.floats("w2", {3, 3, 1, 1}, counting(9));
  for (const char* name : {"gamma", "beta", "mean"}) m.floats(name, {3}, {1, 2, -1});
  m.floats("variance", {3}, {4, 1, 9});
  m.floats("slope", {3, 1, 1}, {0.1f, 0.2f, 0.3f});
  Model::ints(m.node("Conv", {"image", "w1", "b1"}, {"c1"}), "pads", {1, 1, 1, 1});
  m.node("BatchNormalization", {"c1", "gamma", "beta", "mean", "variance"}, {"n1"});
  m.node("PRelu", {"n1", "slope"}, {"r1"});
  m.node("Conv", {"r1", "w2"}, {"c2"});
  m.node("Add", {"c2", "r1"}, {"s"});
  m.node("Relu", {"s"}, {"r2"});
  m.node("GlobalAveragePool", {"r2"}, {"p"});
  m.node("Flatten", {"p"}, {"y"});
  return m;
}

std::string only_message(const Result<Graph>& result) {
  REQUIRE_FALSE(result.ok());
  INFO(result.diagnostics().front().message);
  REQUIRE(result.diagnostics().size() == 1);
  return describe(result.diagnostics()[0].code).name.data() + std::string(" ") +
         result.diagnostics()[0].message;
}

}  // namespace

TEST_CASE("a convolution of ONNX has its channels first", "[onnx]") {
  Model m;
  m.input("x", {1, 2, 2, 2});
  m.output("y", {1, 1, 1, 2});
  m.floats("w", {1, 2, 2, 1}, {1, 10, 100, 1000});
  m.node("Conv", {"x", "w"}, {"y"});
  const Result<Graph> graph = m.read();
  REQUIRE(graph.ok());
  CHECK(run(*graph, {1, 2, 3, 4, 5, 6, 7, 8}) == std::vector<float>{7531, 8642});
}

TEST_CASE("a normalization goes into the weights in front of it", "[onnx]") {
  const Result<Graph> graph = network().read();
  REQUIRE(graph.ok());
  CHECK(count(*graph, Op::mul) == 0);
  CHECK(count(*graph, Op::convolution_2d) == 2);
  // The same network with one more reader of the convolution cannot.
  Model other = network();
  other.output("c1", {1, 3, 4, 5});
  const Result<Graph> kept = other.read();
  REQUIRE(kept.ok());
  CHECK(count(*kept, Op::mul) == 1);
  const std::vector<float> input = counting(40);
  const std::vector<float> a = run(*graph, input);
  const std::vector<float> b = run(*kept, input);
  for (size_t i = 0; i < 3; ++i) CHECK(a[i] == Approx(b[i]).epsilon(1e-5));
}

TEST_CASE("transposes between convolutions cancel, and the outputs stay the same to the last bit",
          "[onnx][passes]") {
  const Result<Graph> graph = network().read();
  REQUIRE(graph.ok());
  CHECK(count(*graph, Op::transpose) == 4);
  const Graph optimized = run_pipeline(*graph, {});
  CHECK(count(optimized, Op::transpose) == 1);  // the image's own, at the input
  CHECK(run(optimized, counting(40)) == run(*graph, counting(40)));
}

TEST_CASE("an image may come with its channels behind", "[onnx][passes]") {
  ImportOptions options;
  options.channels_last_inputs = true;
  const Result<Graph> graph = network().read(options);
  REQUIRE(graph.ok());
  CHECK(graph->at(graph->inputs[0]).type.shape == Shape{1, 4, 5, 2});
  const Graph optimized = run_pipeline(*graph, {});
  CHECK(count(optimized, Op::transpose) == 0);
  const std::vector<float> planes = counting(40);
  std::vector<float> pixels;
  for (size_t i = 0; i < 20; ++i)
    for (size_t c = 0; c < 2; ++c) pixels.push_back(planes[c * 20 + i]);
  CHECK(run(optimized, pixels) == run(*network().read(), planes));
}

TEST_CASE("arithmetic on shapes is done while the model is read", "[onnx]") {
  Model m;
  m.input("x", {2, 3, 4});
  m.output("y", {2, 12});
  m.int64s("zero", {}, {0});
  m.int64s("axes", {1}, {0});
  m.int64s("rest", {1}, {-1});
  // Nodes may stand in any order.
  m.node("Reshape", {"x", "wanted"}, {"y"});
  Model::integer(m.node("Concat", {"first", "rest"}, {"wanted"}), "axis", 0);
  m.node("Unsqueeze", {"batch", "axes"}, {"first"});
  m.node("Gather", {"shape", "zero"}, {"batch"});
  m.node("Shape", {"x"}, {"shape"});
  const Result<Graph> graph = m.read();
  REQUIRE(graph.ok());
  REQUIRE(graph->nodes.size() == 1);
  CHECK(graph->nodes[0].op == Op::reshape);
}

TEST_CASE("whatever ONNX operators are not supported are told at once", "[onnx]") {
  Model m;
  m.input("x", {4});
  m.output("z", {4});
  m.node("Frobnicate", {"x"}, {"y"}).set_name("first");
  m.node("Relu", {"y"}, {"y2"});
  m.node("Blur", {"y2"}, {"z"}).set_domain("org.example");
  const Result<Graph> graph = m.read();
  REQUIRE_FALSE(graph.ok());
  REQUIRE(graph.diagnostics().size() == 2);
  CHECK(graph.diagnostics()[0].code == DiagnosticCode::E0401);
  CHECK(graph.diagnostics()[0].message == "operator Frobnicate is not supported");
  CHECK(graph.diagnostics()[0].place.starts_with("op 0 \"first\""));
  CHECK(graph.diagnostics()[1].message == "operator org.example::Blur is not supported");
  const std::string bytes = m.bytes();
  const auto rows = list_operators(std::as_bytes(std::span<const char>(bytes)), "model.onnx");
  REQUIRE(rows.ok());
  CHECK(rows->size() == 3);
}

TEST_CASE("open dimensions of ONNX are pinned by options, the batch by itself", "[onnx]") {
  Model m;
  m.input("x", {0, 3});
  m.output("y", {0, 3});
  m.node("Relu", {"x"}, {"y"});
  std::vector<std::string> notes;
  ImportOptions options;
  options.note = [&](const std::string& text) { notes.push_back(text); };
  const Result<Graph> batch = m.read(options);
  REQUIRE(batch.ok());
  CHECK(batch->at(batch->inputs[0]).type.shape == Shape{1, 3});
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].starts_with("input \"x\": the batch \"open\" is 1"));

  Model open;
  open.input("sound", {1, 0});
  open.output("y", {1, 0});
  open.node("Relu", {"sound"}, {"y"});
  const Result<Graph> refused = open.read();
  CHECK(only_message(refused) == "E0403 the shape of an input is open: float32[1,open]");
  CHECK(refused.diagnostics()[0].help == "choose it by --input-shape sound=1,N");
  options.input_shapes["sound"] = {1, 7};
  const Result<Graph> pinned = open.read(options);
  REQUIRE(pinned.ok());
  CHECK(pinned->at(pinned->inputs[0]).type.shape == Shape{1, 7});
  options.input_shapes = {{"sond", {1, 7}}};
  const Result<Graph> mistyped = open.read(options);
  REQUIRE_FALSE(mistyped.ok());
  CHECK(mistyped.diagnostics()[0].code == DiagnosticCode::E0201);
}

TEST_CASE("a branch of ONNX folds on a constant", "[onnx]") {
  Model m;
  m.input("x", {2});
  m.input("rate", {1}, 7);
  m.output("y", {2});
  m.int64s("wanted", {1}, {16000});
  m.node("Equal", {"rate", "wanted"}, {"fast"});
  auto& branch = m.node("If", {"fast"}, {"y"});
  for (const char* name : {"then_branch", "else_branch"}) {
    auto* attribute = branch.add_attribute();
    attribute->set_name(name);
    attribute->set_type(schema::AttributeProto::GRAPH);
    auto* node = attribute->mutable_g()->add_node();
    node->set_op_type(name[0] == 't' ? "Neg" : "Abs");
    node->add_input("x");
    node->add_output(std::string("of_") + name);
    Model::describe(*attribute->mutable_g()->add_output(), std::string("of_") + name, {2});
  }
  CHECK(only_message(m.read()).starts_with("E0402 operator If: which branch is taken depends on"));
  ImportOptions options;
  options.input_values["rate"] = 16000;
  const Result<Graph> fast = m.read(options);
  REQUIRE(fast.ok());
  CHECK(run(*fast, {1, -2}) == std::vector<float>{-1, 2});
  options.input_values["rate"] = 8000;
  CHECK(run(*m.read(options), {1, -2}) == std::vector<float>{1, 2});
}

TEST_CASE("functions of an ONNX model are read where they are called", "[onnx]") {
  Model m;
  m.input("x", {3});
  m.output("y", {3});
  auto* function = m.model.add_functions();
  function->set_domain("mine");
  function->set_name("Slope");
  function->add_input("a");
  function->add_output("b");
  auto* node = function->add_node();
  node->set_op_type("LeakyRelu");
  node->add_input("a");
  node->add_output("b");
  auto* reference = node->add_attribute();
  reference->set_name("alpha");
  reference->set_ref_attr_name("slope");
  auto& call = m.node("Slope", {"x"}, {"y"});
  call.set_domain("mine");
  auto* value = call.add_attribute();
  value->set_name("slope");
  value->set_f(0.5f);
  const Result<Graph> graph = m.read();
  REQUIRE(graph.ok());
  CHECK(run(*graph, {2, -2, 4}) == std::vector<float>{2, -1, 4});
  // One that calls itself ends.
  node->set_op_type("Slope");
  node->set_domain("mine");
  CHECK_FALSE(m.read().ok());
}

TEST_CASE("constants of ONNX in other files stay below the model's folder", "[onnx]") {
  const Result<TemporaryDirectory> folder = TemporaryDirectory::create();
  REQUIRE(folder.ok());
  namespace fs = std::filesystem;
  const fs::path inside = folder->path() / "models";
  fs::create_directories(inside / "data");
  const std::vector<float> values = {1, 2, 3};
  const std::string bytes(reinterpret_cast<const char*>(values.data()), 12);
  REQUIRE(write_file(inside / "data" / "w.bin", "abcd" + bytes).ok());
  REQUIRE(write_file(folder->path() / "secret.bin", "abcd" + bytes).ok());
  fs::create_symlink(folder->path() / "secret.bin", inside / "link.bin");
  const auto read = [&](const std::string& location, const std::string& offset = "4") {
    Model m;
    m.input("x", {3});
    m.output("y", {3});
    auto* tensor = m.graph().add_initializer();
    tensor->set_name("w");
    tensor->set_data_type(1);
    tensor->add_dims(3);
    tensor->set_data_location(schema::TensorProto::EXTERNAL);
    for (const auto& [key, text] :
         {std::pair<std::string, std::string>{"location", location}, {"offset", offset}}) {
      auto* entry = tensor->add_external_data();
      entry->set_key(key);
      entry->set_value(text);
    }
    m.node("Mul", {"x", "w"}, {"y"});
    return m.read({}, (inside / "model.onnx").string());
  };
  const Result<Graph> graph = read("data/w.bin");
  REQUIRE(graph.ok());
  CHECK(run(*graph, {1, 1, 2}) == std::vector<float>{1, 2, 6});
  for (const char* location :
       {"../secret.bin", "link.bin", "", ".", "data", "data/../../secret.bin", "none.bin"}) {
    INFO(location);
    CHECK_FALSE(read(location).ok());
  }
  CHECK_FALSE(read((folder->path() / "secret.bin").string()).ok());
  CHECK_FALSE(read("data/w.bin", "8").ok());
  CHECK_FALSE(read("data/w.bin", "18446744073709551615").ok());
}

TEST_CASE("damaged ONNX models are refused", "[onnx]") {
  const std::string whole = network().bytes();
  size_t refused = 0;
  for (size_t length = 0; length < whole.size(); length += 3)
    refused +=
        import_bytes(std::as_bytes(std::span<const char>(whole)).first(length), "cut.onnx").ok() ? 0 : 1;
  CHECK(refused > whole.size() / 3 - 20);
  for (size_t i = 0; i < whole.size(); i += 2) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    (void)import_bytes(std::as_bytes(std::span<const char>(damaged)), "damaged.onnx");
  }
  // Two million empty nodes in four megabytes.
  std::string nodes = "\x08\x08\x3A";
  for (uint32_t length = 4'000'000; length > 0; length >>= 7)
    nodes += static_cast<char>((length & 0x7F) | (length > 0x7F ? 0x80 : 0));
  for (int i = 0; i < 2'000'000; ++i) nodes += std::string("\x0A\0", 2);
  CHECK_FALSE(import_bytes(std::as_bytes(std::span<const char>(nodes)), "nodes.onnx").ok());

  Model cycle;
  cycle.input("x", {2});
  cycle.output("a", {2});
  cycle.node("Add", {"x", "b"}, {"a"});
  cycle.node("Relu", {"a"}, {"b"});
  CHECK(only_message(cycle.read()) == "E0303 the operators form a cycle");

  Model fresh(99);
  fresh.input("x", {2});
  fresh.output("y", {2});
  fresh.node("Relu", {"x"}, {"y"});
  CHECK(only_message(fresh.read()) == "E0403 the model is written for version 99 of the operators of ONNX");
}

}  // namespace burin
