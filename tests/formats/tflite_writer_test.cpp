// Graphs as .tflite files and back: the same graph, or where the format cannot say it, one with the same
// outputs.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "cli/generated.hpp"
#include "corpus.hpp"
#include "formats/import.hpp"
#include "formats/tflite/file.hpp"
#include "formats/tflite/tflite.hpp"
#include "formats/tflite/versions.hpp"
#include "formats/tflite/writer.hpp"
#include "ir/edit.hpp"
#include "ir/text.hpp"
#include "ir/verify.hpp"
#include "ops/operator.hpp"
#include "ops/pooling/attributes.hpp"
#include "ops/weighted/attributes.hpp"
#include "random/generator.hpp"
#include "support/emitted.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

namespace schema = tflite_schema;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span<const char>(text));
}

std::string written(const Graph& graph) {
  const Result<std::string> file = write_tflite(graph);
  INFO(messages(file.diagnostics()));
  REQUIRE(file);
  return *file;
}

Graph read(const std::string& file) {
  const Result<Graph> graph = import_tflite(bytes_of(file), "");
  INFO(messages(graph.diagnostics()));
  REQUIRE(graph);
  return *graph;
}

// Positions count the operators of one file, and nodes are named after what they compute or else read: a
// tensor may be called otherwise by a signature.
Graph without_positions(Graph graph) {
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    Node& node = graph.nodes[i];
    node.source_index = static_cast<int32_t>(i);
    node.name = graph.at(node.outputs.empty() ? node.inputs[0] : node.outputs[0]).name;
    node.keeps_infinities = false;  // clamps_infinities tells
  }
  return graph;
}

// The graph as a file says it: tensors in the order of their first mention, no quantization of what has none
// in the format, state from zero without a value.
Graph canonical(const Graph& graph) {
  Graph result = without_positions(graph);
  std::vector<TensorId> order;
  std::set<TensorId> seen;
  const auto mention = [&](const std::vector<TensorId>& ids) {
    for (const TensorId id : ids)
      if (id.valid() && seen.insert(id).second) order.push_back(id);
  };
  mention(graph.inputs);
  mention(graph.outputs);
  for (const Node& node : graph.nodes) {
    mention(node.inputs);
    mention(node.outputs);
  }
  std::vector<TensorId> to(graph.tensors.size());
  result.tensors.clear();
  for (const TensorId id : order) {
    to[id.index] = TensorId(result.tensors.size());
    result.tensors.push_back(graph.at(id));
    Tensor& tensor = result.tensors.back();
    if (tensor.type.dtype == DType::f32 || tensor.type.dtype == DType::boolean) tensor.quantization = {};
    if (tensor.quantization.scales.size() < 2) tensor.quantization.axis = 0;
    if (tensor.variable && !tensor.constant) tensor.constant = Constant(initial_value(tensor).bytes);
  }
  const auto renumber = [&](std::vector<TensorId>& ids) {
    for (TensorId& id : ids)
      if (id.valid()) id = to[id.index];
  };
  renumber(result.inputs);
  renumber(result.outputs);
  for (Node& node : result.nodes) {
    renumber(node.inputs);
    renumber(node.outputs);
  }
  return result;
}

void check_same_outputs(const Graph& a, const Graph& b) {
  const TensorData inputs = random_inputs(a, 3, 1);
  CHECK(evaluate(a, inputs, Rounding::tflm) == evaluate(b, inputs, Rounding::tflm));
}

Graph parsed(const std::string& text) {
  const Result<Graph> graph = parse_graph(text, [](Op op, const auto& list, std::string& error) {
    return operator_of(op).parse_attributes(list, error);
  });
  INFO(messages(graph.diagnostics()));
  REQUIRE(graph);
  REQUIRE(broken_rules(*graph).empty());
  REQUIRE(messages(check_operators(*graph)) == "");
  return *graph;
}

// What a graph becomes in a file and back.
Graph round_trip(const std::string& text) {
  const Graph graph = parsed(text);
  const Graph back = read(written(graph));
  INFO(print_graph(graph) << print_graph(back));
  check_same_outputs(graph, back);
  CHECK(canonical(read(written(back))) == canonical(back));
  return back;
}

int64_t count(const Graph& graph, Op op) {
  return std::ranges::count(graph.nodes, op, &Node::op);
}

}  // namespace

TEST_CASE("every model that can be read is the same graph after it was written", "[writer]") {
  size_t models = 0;
  for (const std::filesystem::path& path : all_models()) {
    const Result<Graph> graph = import_model(path);
    if (!graph) continue;
    INFO(path.string());
    ++models;
    const std::string file = written(*graph);
    const Graph back = read(file);
    // Text, as that shows what differs.
    CHECK(print_graph(without_positions(back)) == print_graph(without_positions(*graph)));
    CHECK(without_positions(back) == without_positions(*graph));
    CHECK(written(back) == file);
  }
  CHECK(models > 20);
}

TEST_CASE("random graphs compute the same after they were written", "[writer]") {
  size_t equal = 0;
  size_t refused = 0;
  constexpr uint64_t graphs = 600;
  for (uint64_t seed = 0; seed < graphs; ++seed) {
    const Graph graph = random_graph(seed);
    const Result<std::string> file = write_tflite(graph);
    if (!file) {
      // What the format has no form for, such as averages that round to even.
      CHECK(describe(file.diagnostics().front().code).name == "E0403");
      ++refused;
      continue;
    }
    const Result<Graph> back = import_tflite(bytes_of(*file), "");
    INFO("seed " << seed << "\n" << print_graph(graph) << messages(back.diagnostics()));
    REQUIRE(back);
    INFO(print_graph(*back));
    check_same_outputs(graph, *back);
    equal += canonical(graph) == canonical(*back);
    // What has been a file before stays what it is.
    const Graph again = read(written(*back));
    CHECK(print_graph(canonical(again)) == print_graph(canonical(*back)));
  }
  // The others hold what is folded when it is read, or padding that the format has no word for.
  CHECK(equal > graphs / 2);
  CHECK(refused < graphs / 20);
}

TEST_CASE("a written file has what the format asks for", "[writer]") {
  for (const std::filesystem::path& path : all_models()) {
    const Result<Graph> graph = import_model(path);
    if (!graph) continue;
    INFO(path.string());
    const std::string text = written(*graph);
    const Result<tflite::File> file = tflite::File::open(bytes_of(text));
    REQUIRE(file);
    const schema::Model& model = file->model();
    CHECK(text.substr(4, 4) == "TFL3");
    CHECK(model.version() == 3);
    REQUIRE(model.buffers()->size() > 0);
    CHECK(tflite::size_of(model.buffers()->Get(0)->data()) == 0);
    const auto* start = reinterpret_cast<const uint8_t*>(file->bytes().data());
    for (const schema::Buffer* buffer : *model.buffers())
      if (buffer->data()) CHECK((buffer->data()->data() - start) % 16 == 0);
    for (const schema::OperatorCode* code : *model.operator_codes()) {
      CHECK(code->version() >= 1);
      CHECK(code->deprecated_builtin_code() == std::min(static_cast<int32_t>(code->builtin_code()), 127));
    }
    const schema::SubGraph& main = *model.subgraphs()->Get(0);
    const auto names = [&](const std::vector<TensorId>& ids) {
      std::set<std::string> found;
      for (const TensorId id : ids) found.insert(graph->at(id).name);
      return found;
    };
    const bool distinct = names(graph->inputs).size() == graph->inputs.size() &&
                          names(graph->outputs).size() == graph->outputs.size() &&
                          !names(graph->inputs).contains("") && !names(graph->outputs).contains("");
    REQUIRE(model.signature_defs()->size() == (distinct ? 1 : 0));
    for (const schema::SignatureDef* signature : *model.signature_defs()) {
      REQUIRE(signature->inputs()->size() == main.inputs()->size());
      REQUIRE(signature->outputs()->size() == main.outputs()->size());
      for (uint32_t i = 0; i < main.inputs()->size(); ++i) {
        const schema::TensorMap& map = *signature->inputs()->Get(i);
        CHECK(static_cast<int32_t>(map.tensor_index()) == main.inputs()->Get(i));
        CHECK(map.name()->str() == graph->at(graph->inputs[i]).name);
      }
    }
    for (const schema::Tensor* tensor : *main.tensors())
      if (tensor->is_variable()) CHECK(tensor->buffer() == 0);
  }
}

TEST_CASE("versions are those of the converter's files", "[writer]") {
  // Public models were made by many converters: what they ask for is at least what a written file does, and
  // for most operators the same.
  size_t same = 0;
  size_t lower = 0;
  for (const std::filesystem::path& path : models_below(corpus_folder())) {
    const Result<std::string> original = read_model_file(path);
    REQUIRE(original);
    const Result<Graph> graph = import_tflite(bytes_of(*original), "");
    if (!graph) continue;
    const std::string text = written(*graph);
    const auto versions = [](const std::string& bytes) {
      const Result<tflite::File> file = tflite::File::open(bytes_of(bytes));
      std::map<std::string, std::set<int32_t>> found;
      for (const schema::OperatorCode* code : *file->model().operator_codes())
        found[tflite::name_of(*code)].insert(code->version());
      return found;
    };
    const auto theirs = versions(*original);
    for (const auto& [name, ours] : versions(text)) {
      INFO(path.string() << " " << name);
      if (!theirs.contains(name)) continue;
      (ours == theirs.at(name) ? same : lower) += 1;
      UNSCOPED_INFO(name << " " << *ours.rbegin() << " for " << *theirs.at(name).rbegin());
    }
  }
  if (same + lower == 0) skip("there is no corpus at " + corpus_folder().string());
  CHECK(same > 4 * lower);
}

TEST_CASE("convolutions with padding of any kind are written with the same outputs", "[writer]") {
  const auto graph = [](const char* pads, const char* output) {
    return fmt::format(R"(tir 1 "c"
tensor %0 "x" s8[1,5,6,2] scale 0.5 zero_point 3
tensor %1 "w" s8[3,3,3,2] axis 0 scales [0.1, 0.2, 0.3] zero_points [0, 0, 0] =
  [1, -2, 3, 4, 5, -6, 7, 8, 9, 1, 2, 3, -4, 5, 6, 7, 8, -9, 1, -2, 3, 4, 5, -6, 7, 8, 9, 1, 2, 3, -4, 5, 6, 7, 8, -9,
   1, -2, 3, 4, 5, -6, 7, 8, 9, 1, 2, 3, -4, 5, 6, 7, 8, -9]
tensor %2 "y" s8[{}] scale 2.0 zero_point -7
inputs (%0)
outputs (%2)
node 0 "y"
  %2 = convolution_2d(%0, %1, none) {{{}}} then relu6
)",
                       output, pads);
  };
  CHECK(count(round_trip(graph("stride_height: 1", "1,3,4,3")), Op::pad) == 0);
  CHECK(count(round_trip(graph("pad_top: 1, pad_left: 1, pad_bottom: 1, pad_right: 1", "1,5,6,3")),
              Op::pad) == 0);
  CHECK(count(round_trip(graph("pad_top: 2, pad_right: 1", "1,5,5,3")), Op::pad) == 1);
  CHECK(count(round_trip(graph("stride_height: 2, stride_width: 2, pad_top: 1, pad_left: 1, pad_bottom: 1, "
                               "pad_right: 1",
                               "1,3,3,3")),
              Op::pad) == 1);
}

TEST_CASE("pools with padding of any kind are written with the same outputs", "[writer]") {
  for (const char* op : {"average_pool_2d", "max_pool_2d"})
    for (const char* dtype : {"s8", "u8", "f32"}) {
      INFO(op << " " << dtype);
      const std::string quantization = std::string(dtype) == "f32" ? "" : "scale 0.5 zero_point 3";
      const auto graph = [&](const std::string& window, const std::string& output) {
        return fmt::format(R"(tir 1 "p"
tensor %0 "x" {0}[1,7,6,3] {1}
tensor %1 "y" {0}[{2}] {1}
inputs (%0)
outputs (%1)
node 0 "y"
  %1 = {3}(%0) {{{4}}} then relu
)",
                           dtype, quantization, output, op, window);
      };
      CHECK(round_trip(graph("window_height: 2, window_width: 3", "1,6,4,3")).nodes.size() == 1);
      const Graph odd =
          round_trip(graph("window_height: 3, window_width: 3, pad_top: 2, pad_left: 1", "1,7,5,3"));
      CHECK(odd.nodes.size() > 1);
      round_trip(graph(
          "window_height: 3, window_width: 3, stride_height: 2, pad_top: 1, pad_bottom: 2, pad_left: 2, "
          "pad_right: 1",
          "1,4,7,3"));
      round_trip(graph("window_height: 9, window_width: 8, pad_top: 2, pad_left: 2", "1,1,1,3"));
      round_trip(graph("window_height: 9, window_width: 3, pad_top: 2, pad_right: 2", "1,1,6,3"));
      round_trip(graph("window_height: 3, window_width: 8, pad_top: 2, pad_right: 2", "1,7,1,3"));
    }
}

TEST_CASE("transposed convolutions with any cut are written with the same outputs", "[writer]") {
  const auto graph = [](const char* cut, const char* output) {
    return fmt::format(R"(tir 1 "t"
tensor %0 "x" f32[1,3,4,1]
tensor %1 "w" f32[2,3,3,1] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5]
tensor %2 "y" f32[{}]
inputs (%0)
outputs (%2)
node 0 "y"
  %2 = transpose_conv(%0, %1) {{stride_height: 2, stride_width: 2{}}} then relu
)",
                       output, cut);
  };
  CHECK(round_trip(graph("", "1,7,9,2")).nodes.size() == 1);
  CHECK(round_trip(graph(", pad_top: 1", "1,6,9,2")).nodes.size() == 2);
  CHECK(round_trip(graph(", pad_top: 1, pad_left: 1", "1,5,7,2")).nodes.size() <= 2);
}

TEST_CASE("slices, squeezes and splits that the format has no form for are written with the same outputs",
          "[writer]") {
  const auto graph = [](const std::string& body) {
    return "tir 1 \"s\"\ntensor %0 \"x\" s16[1,4,1,6]\n" + body;
  };
  const auto one = [&](const char* output, const char* node) {
    return graph(fmt::format("tensor %1 \"y\" s16[{}]\ninputs (%0)\noutputs (%1)\nnode 0 \"y\"\n  %1 = {}\n",
                             output, node));
  };
  CHECK(count(round_trip(one("1,2,1,3",
                             "slice(%0) {begin: [0, 1, 0, 2], step: [1, 1, 1, 1], extent: [1, 2, 1, 3]}")),
              Op::slice) == 1);
  CHECK(round_trip(one("2,3", "slice(%0) {begin: [0, 1, 0, 2], step: [1, 1, 1, 1], extent: [1, 2, 1, 3]}"))
            .nodes.size() == 2);
  CHECK(round_trip(
            one("2,3", "strided_slice(%0) {begin: [0, 3, 0, 5], step: [1, -2, 1, -2], extent: [1, 2, 1, 3]}"))
            .nodes.size() == 1);
  CHECK(round_trip(one("4,1,3",
                       "strided_slice(%0) {begin: [0, 3, 0, 5], step: [1, -1, 1, -2], extent: [1, 4, 1, 3]}"))
            .nodes.size() == 1);
  CHECK(round_trip(one("1,1,4,3",
                       "strided_slice(%0) {begin: [0, 0, 0, 0], step: [1, 1, 1, 2], extent: [1, 4, 1, 3]}"))
            .nodes.size() == 2);
  CHECK(count(round_trip(one("4,1,6", "squeeze(%0)")), Op::squeeze) == 1);
  CHECK(count(round_trip(one("1,4,6", "squeeze(%0)")), Op::squeeze) == 1);
  CHECK(count(round_trip(one("1,4,1,6", "squeeze(%0)")), Op::reshape) == 1);
  CHECK(count(round_trip(one("1,4,1,1,6", "expand_dims(%0)")), Op::expand_dims) == 1);
  const Graph parts = round_trip(
      graph("tensor %1 \"a\" s16[1,1,1,6]\ntensor %2 \"b\" s16[1,3,1,6]\ninputs (%0)\noutputs (%1, %2)\n"
            "node 0 \"a\"\n  %1, %2 = split(%0) {axis: 1}\n"));
  CHECK(count(parts, Op::split_v) == 1);
}

TEST_CASE("variables are written with their initial values", "[writer]") {
  const std::string text = R"(tir 1 "v"
tensor %0 "x" s8[1,2] scale 0.5 zero_point 3
tensor %1 "state" s8[1,2] variable scale 0.5 zero_point 3 = [5, -6]
tensor %2 "old" s8[1,2] scale 0.5 zero_point 3
tensor %3 "y" s8[1,2] scale 0.5 zero_point 3
tensor %4 "state" s8[1,2] variable scale 0.5 zero_point 3
tensor %5 "other" s8[1,2] scale 0.5 zero_point 3
inputs (%0)
outputs (%3, %5)
node 0 "old"
  %2 = read_variable(%1)
node 1 "y"
  %3 = add(%0, %2)
node 2 "state"
  assign_variable(%1, %3)
node 3 "other"
  %5 = read_variable(%4)
node 4 "state"
  assign_variable(%4, %2)
)";
  const Graph back = round_trip(text);
  CHECK(std::ranges::count(back.tensors, true, &Tensor::variable) == 2);
  const std::string file = written(parsed(text));
  const Result<tflite::File> opened = tflite::File::open(bytes_of(file));
  REQUIRE(opened);
  CHECK(opened->model().subgraphs()->size() == 2);
}

TEST_CASE("what TensorFlow Lite clamps and the graph does not can be told", "[writer]") {
  Graph graph = parsed(R"(tir 1 "sum"
tensor %0 "x" f32[1,2]
tensor %1 "y" f32[1,2]
inputs (%0)
outputs (%1)
node 0 "y"
  %1 = add(%0, %0)
)");
  CHECK(!clamps_infinities(graph));
  graph.nodes[0].keeps_infinities = true;
  CHECK(clamps_infinities(graph));
  CHECK(!clamps_infinities(read(written(graph))));
  CHECK(parsed(print_graph(graph)) == graph);
}

TEST_CASE("a variable that is an operator's state and assigned cannot be written", "[writer]") {
  const Graph graph = parsed(R"(tir 1 "v"
tensor %0 "x" f32[1,2]
tensor %1 "feature" f32[1,2] = [1, 2]
tensor %2 "time" f32[1,2] = [1, 2]
tensor %3 "state" f32[1,2] variable
tensor %4 "y" f32[1,1]
inputs (%0)
outputs (%4)
node 0 "y"
  %4 = svdf(%0, %1, %2, none, %3) {rank: 1}
node 1 "state"
  assign_variable(%3, %0)
)");
  const Result<std::string> file = write_tflite(graph);
  REQUIRE(!file);
  CHECK(describe(file.diagnostics().front().code).name == "E0403");
  CHECK_THAT(file.diagnostics().front().message, Catch::Contains("\"state\""));
}

}  // namespace burin::test
