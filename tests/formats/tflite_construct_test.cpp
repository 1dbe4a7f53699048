// Constructs of the TFLite format, in models written as JSON.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "eval/evaluator.hpp"
#include "formats/import.hpp"
#include "formats/tflite/tflite.hpp"
#include "support/tflite_json.hpp"

namespace burin {
namespace {

// A model of one dense layer x[1,4] -> y[1,3]; each part can be replaced or added to.
struct Model {
  std::string version = "3";
  std::string x = R"({shape: [1,4], type: "INT8", name: "x", quantization: {scale: [0.5], zero_point: [3]}})";
  std::string weights =
      R"({shape: [3,4], type: "INT8", name: "weights", buffer: 1, quantization: {scale: [0.1], zero_point: [0]}})";
  std::string y = R"({shape: [1,3], type: "INT8", name: "y", quantization: {scale: [0.5], zero_point: [3]}})";
  std::string more_tensors = {};  // from index 3, with a leading comma
  std::string inputs = "[0]";
  std::string outputs = "[2]";
  std::string operands = "inputs: [0, 1], outputs: [2]";
  std::string operators_before = {};  // with a trailing comma
  std::string more_operators = {};
  std::string more_codes = {};  // from index 1
  std::string buffer = "{data: [1,2,3,4,5,6,7,8,9,10,11,12]}";
  std::string more_buffers = {};  // from index 2
  std::string more_subgraphs = {};
  std::string signatures = {};

  Result<Graph> import() const {
    return import_tflite(
        test::tflite_of_json(
            fmt::format(R"({{version: {}, operator_codes: [{{builtin_code: "FULLY_CONNECTED"}} {}],
        subgraphs: [{{tensors: [{}, {}, {} {}], inputs: {}, outputs: {}, name: "main",
                      operators: [{} {{{}}} {}]}} {}],
        buffers: [{{}}, {} {}], signature_defs: [{}]}})",
                        version, more_codes, x, weights, y, more_tensors, inputs, outputs, operators_before,
                        operands.starts_with("opcode_index") ? operands : "opcode_index: 0, " + operands,
                        more_operators, more_subgraphs, buffer, more_buffers, signatures)),
        "model");
  }
};

void check_refused(const Result<Graph>& graph, DiagnosticCode code, const std::string& message) {
  REQUIRE_FALSE(graph.ok());
  CHECK_THAT(graph.diagnostics()[0].message, Catch::Contains(message));
  CHECK(describe(graph.diagnostics()[0].code).name == describe(code).name);
}

const Tensor& named(const Graph& graph, std::string_view name) {
  for (const Tensor& tensor : graph.tensors)
    if (tensor.name == name) return tensor;
  FAIL("no tensor " << name);
  throw;
}

}  // namespace

TEST_CASE("a plain model") {
  const Result<Graph> graph = Model().import();
  REQUIRE(graph.ok());
  CHECK(graph->name == "model");
  CHECK(named(*graph, "x").quantization == Quantization{{0.5f}, {3}, 0});
  CHECK(named(*graph, "weights").constant->bytes().size() == 12);
  CHECK_FALSE(named(*graph, "y").constant.has_value());
}

TEST_CASE("the version of the schema is checked") {
  check_refused(Model{.version = "2"}.import(), DiagnosticCode::E0403, "schema version 2");
}

TEST_CASE("four-bit weights are widened") {
  Model model;
  model.weights =
      R"({shape: [3,4], type: "INT4", name: "weights", buffer: 1, quantization: {scale: [0.1], zero_point: [0]}})";
  model.buffer = "{data: [0x21, 0x43, 0x87, 0xF9, 0x00, 0x70]}";
  const Result<Graph> graph = model.import();
  REQUIRE(graph.ok());
  const Tensor& weights = named(*graph, "weights");
  CHECK(weights.type == TensorType{DType::s8, {3, 4}});
  CHECK(*weights.constant == Constant::of(std::vector<int8_t>{1, 2, 3, 4, 7, -8, -7, -1, 0, 0, 0, 7}));
}

TEST_CASE("weights may be computed from constants") {
  Model model;
  model.weights =
      R"({shape: [4,3], type: "INT8", name: "given", buffer: 1, quantization: {scale: [0.1], zero_point: [0]}})";
  model.more_tensors = R"(, {shape: [2], type: "INT32", name: "permutation", buffer: 2},
      {shape: [3,4], type: "INT8", name: "weights", quantization: {scale: [0.1], zero_point: [0]}})";
  model.more_buffers = ", {data: [1,0,0,0, 0,0,0,0]}";
  model.more_codes = R"(, {builtin_code: "TRANSPOSE"})";
  model.operators_before = "{opcode_index: 1, inputs: [1, 3], outputs: [4]},";
  model.operands = "inputs: [0, 4], outputs: [2]";
  const Result<Graph> graph = model.import();
  REQUIRE(graph.ok());
  CHECK(graph->nodes.size() == 1);
  CHECK(*named(*graph, "weights").constant ==
        Constant::of(std::vector<int8_t>{1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12}));
}

TEST_CASE("what constants alone decide is a constant to every operator behind it") {
  // PACK of a constant and of a slice of SHAPE, which is the permutation of a TRANSPOSE.
  Model model;
  model.more_tensors = R"(, {shape: [2], type: "INT32", name: "shape"},
      {shape: [1], type: "INT32", name: "zero", buffer: 2}, {shape: [1], type: "INT32", name: "one", buffer: 3},
      {shape: [], type: "INT32", name: "rows"}, {shape: [], type: "INT32", name: "none", buffer: 2},
      {shape: [2], type: "INT32", name: "permutation"},
      {shape: [3,1], type: "INT8", name: "turned", quantization: {scale: [0.5], zero_point: [3]}})";
  model.more_buffers = ", {data: [0,0,0,0]}, {data: [1,0,0,0]}";
  model.more_codes = R"(, {builtin_code: "SHAPE"}, {builtin_code: "STRIDED_SLICE"}, {builtin_code: "PACK"},
      {builtin_code: "TRANSPOSE"})";
  model.operators_before = R"({opcode_index: 1, inputs: [0], outputs: [3]},
      {opcode_index: 2, inputs: [3, 4, 5, 5], outputs: [6], builtin_options_type: "StridedSliceOptions",
       builtin_options: {shrink_axis_mask: 1}},
      {opcode_index: 3, inputs: [6, 7], outputs: [8], builtin_options_type: "PackOptions",
       builtin_options: {values_count: 2}},)";
  model.more_operators = ", {opcode_index: 4, inputs: [2, 8], outputs: [9]}";
  model.outputs = "[9]";
  const Result<Graph> graph = model.import();
  for (const Diagnostic& d : graph.diagnostics()) UNSCOPED_INFO(d.message);
  REQUIRE(graph.ok());
  CHECK(graph->nodes.size() == 2);
}

TEST_CASE("an operator may become several nodes, with tensors between them") {
  const auto padded = [](const char* mode, const char* paddings, const char* shape) {
    Model model;
    model.more_tensors = fmt::format(R"(, {{shape: [2,3], type: "INT8", name: "image"}},
        {{shape: [2,2], type: "INT32", name: "paddings", buffer: 2}},
        {{shape: {}, type: "INT8", name: "padded"}})",
                                     shape);
    model.more_buffers = fmt::format(", {{data: {}}}", paddings);
    model.more_codes = R"(, {builtin_code: "MIRROR_PAD"})";
    model.operators_before = fmt::format(
        R"({{opcode_index: 1, inputs: [3, 4], outputs: [5], builtin_options_type: "MirrorPadOptions",
             builtin_options: {{mode: "{}"}}}},)",
        mode);
    model.inputs = "[0, 3]";
    model.outputs = "[2, 5]";
    return model.import();
  };
  const auto value_of = [](const Result<Graph>& graph) {
    REQUIRE(graph.ok());
    std::vector<Value> inputs;
    for (const TensorId id : graph->inputs) inputs.push_back(Value::zeros(graph->at(id).type));
    std::ranges::copy(std::vector<int8_t>{1, 2, 3, 4, 5, 6}, inputs.at(1).as<int8_t>().begin());
    const std::vector<Value> outputs = Evaluator(*graph, Rounding::tflm).run(inputs);
    const auto values = outputs.at(1).as<int8_t>();
    return std::vector<int8_t>(values.begin(), values.end());
  };
  constexpr const char* both = "[1,0,0,0, 0,0,0,0, 1,0,0,0, 2,0,0,0]";
  const Result<Graph> reflected = padded("REFLECT", both, "[3,6]");
  CHECK(value_of(reflected) == std::vector<int8_t>{5, 4, 5, 6, 5, 4, 2, 1, 2, 3, 2, 1, 5, 4, 5, 6, 5, 4});
  CHECK(reflected->nodes.size() == 6);  // two joins of slices, and the dense layer
  CHECK(value_of(padded("SYMMETRIC", both, "[3,6]")) ==
        std::vector<int8_t>{1, 1, 2, 3, 3, 2, 1, 1, 2, 3, 3, 2, 4, 4, 5, 6, 6, 5});
  CHECK(value_of(padded("REFLECT", "[0,0,0,0, 0,0,0,0, 0,0,0,0, 0,0,0,0]", "[2,3]")) ==
        std::vector<int8_t>{1, 2, 3, 4, 5, 6});
  check_refused(padded("REFLECT", "[2,0,0,0, 0,0,0,0, 0,0,0,0, 0,0,0,0]", "[4,3]"), DiagnosticCode::E0303,
                "beyond what there is to mirror");
  check_refused(
      padded("REFLECT", both, "[3,7]"), DiagnosticCode::E0303,
      "operator MIRROR_PAD: operator CONCATENATION: inputs are not empty and as long as the output");
}

TEST_CASE("what follows from a refused operator is not called contradictory") {
  Model model;
  model.more_tensors =
      R"(, {shape: [1,1], type: "INT8", name: "open", quantization: {scale: [0.5], zero_point: [3]}})";
  model.more_codes = R"(, {builtin_code: "UNIQUE"})";
  model.operators_before = "{opcode_index: 1, inputs: [0], outputs: [3]},";
  model.operands = "inputs: [3, 1], outputs: [2]";
  const Result<Graph> graph = model.import();
  REQUIRE_FALSE(graph.ok());
  CHECK(graph.diagnostics().size() == 1);
  check_refused(graph, DiagnosticCode::E0401, "UNIQUE is not supported");
}

TEST_CASE("half-precision weights are widened") {
  Model model;
  model.x = R"({shape: [1,4], type: "FLOAT32", name: "x"})";
  model.weights = R"({shape: [1,6], type: "FLOAT16", name: "halves", buffer: 1})";
  model.buffer = "{data: [0x00,0x3C, 0x00,0xC0, 0x01,0x00, 0xFF,0x7B, 0x00,0x80, 0x55,0x35]}";
  model.y = R"({shape: [1,6], type: "FLOAT32", name: "weights"})";
  model.more_tensors = R"(, {shape: [1,10], type: "FLOAT32", name: "joined"})";
  model.more_codes = R"(, {builtin_code: "DEQUANTIZE"}, {builtin_code: "CONCATENATION"})";
  model.operators_before = "{opcode_index: 1, inputs: [1], outputs: [2]},";
  model.operands = R"(opcode_index: 2, inputs: [0, 2], outputs: [3],
      builtin_options_type: "ConcatenationOptions", builtin_options: {axis: 1})";
  model.outputs = "[3]";
  const Result<Graph> graph = model.import();
  for (const Diagnostic& d : graph.diagnostics()) UNSCOPED_INFO(d.message);
  REQUIRE(graph.ok());
  CHECK(*named(*graph, "weights").constant ==
        Constant::of(std::vector<float>{1, -2, 0x1p-24f, 65504, -0.0f, 0x1.554p-2f}));
}

TEST_CASE("constants in sparse form get their zeros back") {
  const auto weights = [](const std::string& sparsity, const std::string& bytes) {
    Model model;
    model.weights = fmt::format(
        R"({{shape: [3,4], type: "INT8", name: "weights", buffer: 1, quantization: {{scale: [0.1], zero_point: [0]}},
             sparsity: {{ {} }}}})",
        sparsity);
    model.buffer = "{data: [" + bytes + "]}";
    return model.import();
  };
  const auto values = [&](const std::string& sparsity, const std::string& bytes) {
    const Result<Graph> graph = weights(sparsity, bytes);
    for (const Diagnostic& d : graph.diagnostics()) UNSCOPED_INFO(d.message);
    REQUIRE(graph.ok());
    const auto elements = named(*graph, "weights").constant->as<int8_t>();
    return std::vector<int>(elements.begin(), elements.end());
  };
  const std::string rows = R"(traversal_order: [0,1], dim_metadata: [{format: "DENSE", dense_size: 3},
      {format: "SPARSE_CSR", array_segments_type: "Uint8Vector", array_segments: {values: [0,2,2,3]},
       array_indices_type: "Int32Vector", array_indices: {values: [0,3,1]}}])";
  CHECK(values(rows, "5,6,7") == std::vector<int>{5, 0, 0, 6, 0, 0, 0, 0, 0, 7, 0, 0});
  // Column after column, of each those rows that have something.
  const std::string columns = R"(traversal_order: [1,0], dim_metadata: [{format: "DENSE", dense_size: 4},
      {format: "SPARSE_CSR", array_segments_type: "Uint16Vector", array_segments: {values: [0,1,1,1,3]},
       array_indices_type: "Uint16Vector", array_indices: {values: [2,0,1]}}])";
  CHECK(values(columns, "5,6,7") == std::vector<int>{0, 0, 0, 6, 0, 0, 0, 7, 5, 0, 0, 0});
  // Blocks of two columns.
  const std::string blocks = R"(traversal_order: [0,1,2], block_map: [1],
      dim_metadata: [{format: "DENSE", dense_size: 3},
      {format: "SPARSE_CSR", array_segments_type: "Uint8Vector", array_segments: {values: [0,1,2,2]},
       array_indices_type: "Uint8Vector", array_indices: {values: [1,0]}}, {format: "DENSE", dense_size: 2}])";
  CHECK(values(blocks, "1,2,3,4") == std::vector<int>{0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0});
  for (const char* bytes : {"5,6", "5,6,7,8"})
    check_refused(weights(rows, bytes), DiagnosticCode::E0303, "a sparse form that is damaged");
  for (const char* damaged :
       {R"(traversal_order: [0,0], dim_metadata: [{dense_size: 3}, {dense_size: 4}])",
        R"(traversal_order: [0,1], dim_metadata: [{dense_size: 3}, {dense_size: 5}])",
        R"(traversal_order: [0])", "",
        R"(traversal_order: [0,1], dim_metadata: [{dense_size: 3}, {format: "SPARSE_CSR"}])"})
    check_refused(weights(damaged, "5,6,7"), DiagnosticCode::E0303, "a sparse form that is damaged");
}

TEST_CASE("shapes that the file leaves open are found") {
  // RESHAPE of x[1,4] by a computed shape: SHAPE, GATHER of one element, and -1.
  Model model;
  model.y =
      R"({shape: [1,1], shape_signature: [-1,-1], type: "INT8", name: "y", quantization: {scale: [0.5], zero_point: [3]}})";
  model.weights = R"({shape: [1], type: "INT32", name: "index", buffer: 1})";
  model.buffer = "{data: [1,0,0,0]}";
  model.more_buffers = ", {data: [255,255,255,255]}";
  model.more_tensors =
      R"(, {shape: [2], type: "INT32", name: "shape"}, {shape: [1], type: "INT32", name: "four"},
      {shape: [1], type: "INT32", name: "rest", buffer: 2}, {shape: [2], type: "INT32", name: "new shape"},
      {shape: [1,1], shape_signature: [-1,-1], type: "INT8", name: "reshaped", quantization: {scale: [0.5], zero_point: [3]}})";
  model.more_codes = R"(, {builtin_code: "SHAPE"}, {builtin_code: "GATHER"}, {builtin_code: "CONCATENATION"},
      {builtin_code: "RESHAPE"}, {builtin_code: "RELU"})";
  model.operators_before =
      R"({opcode_index: 1, inputs: [0], outputs: [3]}, {opcode_index: 2, inputs: [3, 1], outputs: [4]},
      {opcode_index: 3, inputs: [4, 5], outputs: [6]}, {opcode_index: 4, inputs: [0, 6], outputs: [7]}, )";
  model.operands = "opcode_index: 5, inputs: [7], outputs: [2]";
  const Result<Graph> graph = model.import();
  for (const Diagnostic& d : graph.diagnostics()) UNSCOPED_INFO(d.message);
  REQUIRE(graph.ok());
  CHECK(named(*graph, "reshaped").type.shape == Shape{4, 1});
  CHECK(named(*graph, "y").type.shape == Shape{4, 1});
  // What the file does say has to hold.
  model.y =
      R"({shape: [2,1], shape_signature: [2,-1], type: "INT8", name: "y", quantization: {scale: [0.5], zero_point: [3]}})";
  CHECK_FALSE(model.import().ok());
}

TEST_CASE("tensors that cannot be held are refused where something uses them, and only there") {
  const std::pair<const char*, const char*> cases[] = {
      {R"(, {shape: [1], type: "STRING", name: "t"})", "tensor 3 \"t\" is string[1], which is not supported"},
      {R"(, {shape: [1], type: "FLOAT16", name: "t"})", "is float16[1]"},
      {R"(, {shape: [1,-1], type: "INT8", name: "t"})", "has a dimension of unknown size"},
      {R"(, {shape: [1,1,1,1,1,1,1,1,1], type: "INT8", name: "t"})", "has rank 9"},
      {R"(, {shape: [1], type: "INT8", name: "t", external_buffer: 1})", "is stored in another file"},
      {R"(, {shape: [1], type: "INT8", name: "t", quantization: {scale: [1], details_type: "BlockwiseQuantization", details: {}}})",
       "is quantized neither per tensor nor per channel"},
      {R"(, {shape: [1], type: "INT4", name: "t"})", "is int4[1] and not constant"},
  };
  for (const auto& [tensor, message] : cases) {
    INFO(tensor);
    CHECK(Model{.more_tensors = tensor}.import().ok());
    const Result<Graph> used =
        Model{.more_tensors = tensor, .operands = "inputs: [3, 1], outputs: [2]"}.import();
    check_refused(used, DiagnosticCode::E0403, message);
    CHECK(used.diagnostics()[0].place.starts_with("op 0 \"y\", input "));
    check_refused(Model{.more_tensors = tensor, .inputs = "[0, 3]"}.import(), DiagnosticCode::E0403, message);
  }
}

TEST_CASE("quantization is taken only where it means something") {
  const auto quantized = [](const char* type, const char* quantization) {
    Model model;
    model.more_tensors =
        fmt::format(R"(, {{shape: [2], type: "{}", name: "t", quantization: {{ {} }}}})", type, quantization);
    model.inputs = "[0, 3]";
    return model.import();
  };
  const auto of = [&](const char* type, const char* quantization) {
    const Result<Graph> graph = quantized(type, quantization);
    REQUIRE(graph.ok());
    return named(*graph, "t").quantization;
  };
  CHECK(of("FLOAT32", "scale: [0.5], zero_point: [1]") == Quantization());
  CHECK(of("BOOL", "scale: [0.5], zero_point: [1]") == Quantization());
  CHECK(of("INT8", "min: [0], max: [1]") == Quantization());
  CHECK(of("INT32", "scale: [0], zero_point: [0]") == Quantization());
  CHECK(of("INT8", "scale: [0.5]") == Quantization{{0.5f}, {0}, 0});
  CHECK(of("INT8", "scale: [0.5], zero_point: [1], quantized_dimension: 3") == Quantization{{0.5f}, {1}, 0});
  CHECK(of("INT8", "scale: [0.5, 1], zero_point: [1]") == Quantization{{0.5f, 1.f}, {1, 1}, 0});
  CHECK(of("INT8", "scale: [0.5, 1], zero_point: [1, 2], quantized_dimension: 3") ==
        Quantization{{0.5f, 1.f}, {1, 2}, 0});
  check_refused(quantized("INT8", "scale: [0.5, 1], zero_point: [1, 2, 3]"), DiagnosticCode::E0303,
                "has 2 scales and 3 zero points");
  check_refused(quantized("INT8", "scale: [0]"), DiagnosticCode::E0303, "has the scale 0");
  check_refused(quantized("INT32", "scale: [1], zero_point: [4294967296]"), DiagnosticCode::E0303,
                "has the zero point 4294967296");
}

TEST_CASE("operands must exist, and be as many as the operator takes") {
  const auto with = [](const char* operands) { return Model{.operands = operands}.import(); };
  check_refused(with("inputs: [0, 3], outputs: [2]"), DiagnosticCode::E0302, "input 1 is tensor 3 of 3");
  check_refused(with("inputs: [0, -2], outputs: [2]"), DiagnosticCode::E0302, "input 1 is tensor -2 of 3");
  check_refused(with("inputs: [0, 1], outputs: [-1]"), DiagnosticCode::E0302, "output 0 is tensor -1 of 3");
  check_refused(with("outputs: [2]"), DiagnosticCode::E0303, "0 inputs and 1 outputs are not what it takes");
  check_refused(with("inputs: [0, 1]"), DiagnosticCode::E0303,
                "2 inputs and 0 outputs are not what it takes");
  check_refused(with("inputs: [0, 1], outputs: [2, 2]"), DiagnosticCode::E0303, "2 inputs and 2 outputs");
  check_refused(with("inputs: [0, 1, -1, -1], outputs: [2]"), DiagnosticCode::E0303,
                "4 inputs and 1 outputs");
  check_refused(with("inputs: [0, -1], outputs: [2]"), DiagnosticCode::E0303, "input 1 is missing");
}

TEST_CASE("inputs and outputs of the model must exist and differ") {
  check_refused(Model{.inputs = "[0, 7]"}.import(), DiagnosticCode::E0302,
                "an input of the model is tensor 7 of 3");
  check_refused(Model{.outputs = "[-1]"}.import(), DiagnosticCode::E0302,
                "an output of the model is tensor -1 of 3");
  check_refused(Model{.inputs = "[0, 0]"}.import(), DiagnosticCode::E0303, "two inputs of the model at once");
  check_refused(Model{.inputs = "[0, 1]"}.import(), DiagnosticCode::E0303, "is an input and a constant");
}

TEST_CASE("options of an unknown kind are not looked into") {
  // A union member beyond the schema; whatever the table holds, the options have their defaults.
  CHECK(Model{.operands = "inputs: [0, 1], outputs: [2], builtin_options_2_type: 23, builtin_options_2: {}"}
            .import()
            .ok());
}

TEST_CASE("everything wrong is reported in one go") {
  Model model;
  model.more_codes = R"(, {builtin_code: "UNIQUE"}, {builtin_code: "CUSTOM", custom_code: "Flex*/"})";
  model.operands = "inputs: [0, 9], outputs: [2]";
  model.more_operators =
      ", {opcode_index: 1, inputs: [0], outputs: []}, {opcode_index: 2}, {opcode_index: 77}";
  model.outputs = "[2, 12]";
  const Result<Graph> graph = model.import();
  CHECK(graph.diagnostics().size() == 5);
}

TEST_CASE("a second entry point does not keep the first from being read") {
  const Result<Graph> graph =
      Model{.more_subgraphs = R"(, {name: "other", tensors: [{type: "STRING", name: "text"}], inputs: [0]})"}
          .import();
  REQUIRE(graph.ok());
  CHECK(graph->nodes.size() == 1);
  // A subgraph that an operator calls is that operator's matter.
  Model model;
  model.more_codes = R"(, {builtin_code: "WHILE"})";
  model.more_operators =
      R"(, {opcode_index: 1, builtin_options_type: "WhileOptions", builtin_options: {cond_subgraph_index: 1, body_subgraph_index: 2}})";
  model.more_subgraphs = ", {}, {}";
  const Result<Graph> loop = model.import();
  CHECK(loop.diagnostics().size() == 1);
  check_refused(loop, DiagnosticCode::E0402,
                "operator WHILE: the number of iterations does not follow from constants");
}

TEST_CASE("the signature's names are the names of inputs and outputs") {
  const auto signature = [](const std::string& maps, const std::string& key = "serving_default",
                            int subgraph = 0) {
    return fmt::format(R"({{{}, signature_key: "{}", subgraph_index: {}}})", maps, key, subgraph);
  };
  const std::string plain =
      R"(inputs: [{name: "image", tensor_index: 0}], outputs: [{name: "digit", tensor_index: 2}])";
  const auto names = [](const std::string& signatures) {
    Model model;
    model.signatures = signatures;
    const Result<Graph> graph = model.import();
    REQUIRE(graph.ok());
    // Nodes keep their names: they are places in the file.
    CHECK(graph->nodes[0].name == "y");
    return graph->at(graph->inputs[0]).name + " " + graph->at(graph->outputs[0]).name;
  };
  CHECK(names("") == "x y");
  CHECK(names(signature(plain)) == "image digit");
  // Another subgraph's signature says nothing; of several the usual one counts.
  CHECK(names(signature(plain, "serving_default", 1)) == "x y");
  const std::string other =
      R"(inputs: [{name: "a", tensor_index: 0}], outputs: [{name: "b", tensor_index: 2}])";
  CHECK(names(signature(other, "train") + "," + signature(plain)) == "image digit");
  CHECK(names(signature(plain, "run") + "," + signature(other, "more")) == "image digit");
  // Only inputs and outputs are named, once, and not after nothing.
  CHECK(
      names(signature(
          R"(inputs: [{name: "", tensor_index: 0}, {name: "z", tensor_index: 1}, {name: "q", tensor_index: 99}],
                           outputs: [{name: "b", tensor_index: 2}, {name: "c", tensor_index: 2}])")) ==
      "x b");
  CHECK(names(signature("inputs: []")) == "x y");
}

TEST_CASE("an output of the model may be a constant") {
  Model model;
  model.outputs = "[2, 1]";
  const Result<Graph> graph = model.import();
  REQUIRE(graph.ok());
  CHECK(graph->at(graph->outputs[1]).is_constant());
}

TEST_CASE("custom operators of other tools get a word of advice") {
  const auto help = [](const std::string& custom) {
    Model model;
    model.more_codes = fmt::format(R"(, {{builtin_code: "CUSTOM", custom_code: "{}"}})", custom);
    model.more_operators = ", {opcode_index: 1, inputs: [0], outputs: []}";
    const Result<Graph> graph = model.import();
    REQUIRE(graph.diagnostics().size() == 1);
    CHECK(graph.diagnostics()[0].code == DiagnosticCode::E0401);
    return graph.diagnostics()[0].help;
  };
  CHECK_THAT(help("FlexErf"), Catch::Contains("TFLITE_BUILTINS"));
  CHECK_THAT(help("FlexTensorListReserve"), Catch::Contains("unroll = True"));
  CHECK_THAT(help("ethos-u"), Catch::Contains("Vela"));
  CHECK_THAT(help("edgetpu-custom-op"), Catch::Contains("edgetpu_compiler"));
  CHECK_THAT(help("Mine"), Catch::Contains("burin ops"));
}

TEST_CASE("what a refused operator was to write is no error of its own") {
  // A list of tensors, as Flex operators pass them on: neither its consumer nor the model's output is to
  // blame.
  Model model;
  model.more_codes =
      R"(, {builtin_code: "CUSTOM", custom_code: "FlexTensorListReserve"}, {builtin_code: "RESHAPE"})";
  model.more_tensors = R"(, {type: "VARIANT", name: "list"}, {type: "INT8", shape: [1,3], name: "z"})";
  model.more_operators =
      ", {opcode_index: 1, inputs: [0], outputs: [3]}, {opcode_index: 2, inputs: [3], outputs: [4]}";
  model.outputs = "[2, 3, 4]";
  const Result<Graph> graph = model.import();
  REQUIRE(graph.diagnostics().size() == 1);
  check_refused(graph, DiagnosticCode::E0401, "FlexTensorListReserve");
  // Where nothing refused writes it, it is.
  model.more_operators = {};
  check_refused(model.import(), DiagnosticCode::E0403, "an output of the model: tensor 3");
}

TEST_CASE("files of other kinds get a word of advice") {
  const auto help = [](const std::string& text) {
    const auto bytes = std::as_bytes(std::span<const char>(text));
    const Result<Graph> graph = import_bytes(bytes, "model.cc");
    REQUIRE_FALSE(graph.ok());
    CHECK(graph.diagnostics()[0].code == DiagnosticCode::E0301);
    return graph.diagnostics()[0].help;
  };
  CHECK_THAT(
      help("#include <cstdint>\nalignas(8) const unsigned char g_model[] = {\n  0x1c, 0x00, 0x00, 0x00"),
      Catch::Contains("C array") && Catch::Contains("xxd"));
  CHECK_THAT(help("\x89HDF\r\n\x1a\n"), Catch::Contains("TFLiteConverter"));
  CHECK_THAT(help("int main() { return 0x10; }"), !Catch::Contains("array"));
  CHECK_THAT(help("hello"), Catch::Contains("Burin reads"));
}

// ---- resource variables ----

namespace {

constexpr const char* handle_to_state =
    R"({{opcode_index: 1, outputs: [{}], builtin_options_type: "VarHandleOptions", builtin_options: {{shared_name: "state"}}}})";

// y -> state, state -> "read"; the second subgraph gives the state its first value.
struct VariableModel : Model {
  std::string codes_at_end;
  std::string initial_value = R"({shape: [1,3], type: "INT8", buffer: 2})";
  std::string initial_operand = "1";
  std::string more_initial_tensors;    // of the second subgraph
  std::string more_initial_operators;  // of it, before the assignment
  int32_t init_subgraph = 1;
  bool in_time = true;      // the call stands before the first use
  bool assigned = true;     // the first subgraph assigns the variable
  bool initialized = true;  // there is a call at all

  Result<Graph> import() {
    more_codes =
        std::string(
            R"(, {builtin_code: "VAR_HANDLE"}, {builtin_code: "CALL_ONCE"}, {builtin_code: "ASSIGN_VARIABLE"}, {builtin_code: "READ_VARIABLE"})") +
        codes_at_end;
    more_tensors = R"(, {type: "RESOURCE", name: "handle"},
        {shape: [1,3], type: "INT8", name: "read", quantization: {scale: [0.5], zero_point: [3]}})";
    outputs = "[2, 4]";
    const std::string call = fmt::format(
        R"({{opcode_index: 2, builtin_options_type: "CallOnceOptions", builtin_options: {{init_subgraph_index: {}}}}},)",
        init_subgraph);
    const std::string handle = fmt::format(fmt::runtime(handle_to_state), 3);
    const std::string read = ", {opcode_index: 4, inputs: [3], outputs: [4]}, ";
    operators_before = (in_time && initialized ? call : "") + handle + read;
    more_operators = "";
    if (!in_time) more_operators += "," + call.substr(0, call.size() - 1);
    if (assigned) more_operators += ", {opcode_index: 3, inputs: [3, 2]}";
    more_buffers = ", {data: [7, 8, 9]}";
    more_subgraphs =
        fmt::format(R"(, {{tensors: [{{type: "RESOURCE"}}, {}{}],
                                       operators: [{}, {}{{opcode_index: 3, inputs: [0, {}]}}]}})",
                    initial_value, more_initial_tensors, fmt::format(fmt::runtime(handle_to_state), 0),
                    more_initial_operators, initial_operand);
    if (!initialized) more_subgraphs = "";
    return Model::import();
  }
};

std::string all_messages(const Result<Graph>& graph) {
  std::string text;
  for (const Diagnostic& d : graph.diagnostics())
    text += std::string(describe(d.code).name) + " " + d.message + "\n";
  return text;
}

}  // namespace

TEST_CASE("a resource variable becomes one variable tensor with its first value") {
  VariableModel model;
  const Result<Graph> graph = model.import();
  INFO(all_messages(graph));
  REQUIRE(graph.ok());
  const Tensor& state = named(*graph, "state");
  CHECK(state.variable);
  CHECK(state.type == TensorType{DType::s8, {1, 3}});
  CHECK(state.quantization == Quantization{{0.5f}, {3}, 0});
  CHECK(*state.constant == Constant::of(std::vector<int8_t>{7, 8, 9}));
  CHECK(graph->nodes.size() == 3);
  for (const Tensor& tensor : graph->tensors) CHECK(tensor.name != "handle");
}

TEST_CASE("a variable that only its initializer assigns is a constant") {
  VariableModel model;
  model.assigned = false;
  const Result<Graph> graph = model.import();
  if (!graph) FAIL(all_messages(graph));
  for (const Tensor& tensor : graph->tensors) CHECK_FALSE(tensor.variable);
  const Tensor& read = named(*graph, "read");
  CHECK(*read.constant == Constant::of(std::vector<int8_t>{7, 8, 9}));
  for (const Node& node : graph->nodes) CHECK(node.op != Op::read_variable);
}

TEST_CASE("a variable that is read and never assigned is refused") {
  VariableModel model;
  model.assigned = false;
  model.initialized = false;
  CHECK_THAT(
      all_messages(model.import()),
      Catch::Contains("E0403 operator READ_VARIABLE: variable \"state\" is read, and nothing assigns"));
  // Where the model assigns it later, the first value is zero.
  model.assigned = true;
  CHECK(model.import().ok());
}

TEST_CASE("a variable's first value may be what operators make of constants") {
  VariableModel model;
  model.initial_value = R"({shape: [1,3], type: "INT8", buffer: 2})";
  model.more_initial_tensors = R"(, {shape: [1,3], type: "INT8"})";
  model.more_initial_operators = R"({opcode_index: 5, inputs: [1, 1], outputs: [2]}, )";
  model.initial_operand = "2";
  model.codes_at_end = R"(, {builtin_code: "MAXIMUM"})";
  const Result<Graph> graph = model.import();
  if (!graph) FAIL(all_messages(graph));
  CHECK(*named(*graph, "state").constant == Constant::of(std::vector<int8_t>{7, 8, 9}));
  // Not where an operand of theirs is none.
  model.more_initial_operators = R"({opcode_index: 5, inputs: [1, 2], outputs: [2]}, )";
  CHECK_THAT(all_messages(model.import()), Catch::Contains("with more than a constant"));
}

TEST_CASE("a variable whose first value is not known before it is used is refused") {
  VariableModel late;
  late.in_time = false;
  CHECK_THAT(
      all_messages(late.import()),
      Catch::Contains(
          "E0403 operator CALL_ONCE: variable \"state\" is initialized after an operator has used it"));
  CHECK(late.import().diagnostics().size() == 1);
  for (const int32_t number : {-1, 0, 2}) {
    VariableModel model;
    model.init_subgraph = number;
    CHECK_THAT(all_messages(model.import()),
               Catch::Contains(fmt::format(
                   "E0403 operator CALL_ONCE: variables are initialized by subgraph {}", number)));
  }
  for (const char* operand : {"-1", "0", "2"}) {
    VariableModel model;
    model.initial_operand = operand;
    CHECK_THAT(all_messages(model.import()),
               Catch::Contains("initializes a variable with more than a constant"));
  }
  VariableModel other;
  other.initial_value = R"({shape: [3], type: "INT8", buffer: 2})";
  CHECK_THAT(all_messages(other.import()),
             Catch::Contains("variable \"state\" is int8[1,3] and initialized with int8[3]"));
}

}  // namespace burin
