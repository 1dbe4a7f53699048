// The small models in tests/models, each with one oddity that real or hostile files have:
// tests/models/manifest.json says what is to become of each.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "formats/import.hpp"
#include "ir/verify.hpp"
#include "ops/operator.hpp"

namespace burin {
namespace {

const std::filesystem::path models = std::filesystem::path(BURIN_SOURCE_DIR) / "tests/models";

nlohmann::json manifest() {
  return nlohmann::json::parse(std::ifstream(models / "manifest.json"));
}

bool has_control_bytes(const std::string& text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace

TEST_CASE("every odd model is imported or refused as its manifest says") {
  const nlohmann::json expectations = manifest();
  REQUIRE(expectations.size() > 30);
  for (const auto& [name, expected] : expectations.items()) {
    INFO(name << ": " << expected["why"]);
    const Result<Graph> graph = import_model(models / (name + ".tflite"));
    for (const Diagnostic& d : graph.diagnostics()) UNSCOPED_INFO(describe(d.code).name << " " << d.message);
    if (expected["exit"] == 0) {
      REQUIRE(graph.ok());
      CHECK(graph->name == name);
      CHECK(graph->inputs.size() == expected["inputs"]);
      CHECK(graph->outputs.size() == expected["outputs"]);
      CHECK(broken_rules(*graph).empty());
      CHECK(check_operators(*graph).empty());
      continue;
    }
    REQUIRE_FALSE(graph.ok());
    std::string all;
    for (const Diagnostic& d : graph.diagnostics()) {
      CHECK(static_cast<int>(exit_code(d.code)) == expected["exit"]);
      CHECK_FALSE(has_control_bytes(d.message + d.place + d.help));
      CHECK_THAT(d.file, Catch::EndsWith(name + ".tflite"));
      all += d.message + "\n";
    }
    for (const std::string mention : expected["mentions"]) CHECK_THAT(all, Catch::Contains(mention));
  }
}

TEST_CASE("every unsupported operator is reported at once, with its place") {
  const Result<Graph> graph = import_model(models / "unsupported_operators.tflite");
  REQUIRE(graph.diagnostics().size() == 2);
  const Diagnostic& first = graph.diagnostics()[0];
  CHECK(first.code == DiagnosticCode::E0401);
  CHECK(first.message == "operator UNIQUE is not supported");
  CHECK(first.place == "op 0 \"decoder/gather\", input int8[1,4], int32[1,2,2]");
  CHECK_FALSE(first.help.empty());
  CHECK(graph.diagnostics()[1].message == "operator RFFT2D is not supported");
}

TEST_CASE("the operators of a model with unsupported ones are listed") {
  const auto rows = list_operators(models / "unsupported_operators.tflite");
  REQUIRE(rows.ok());
  CHECK(*rows == std::vector<ModelOperator>{{"UNIQUE", 1, false, "not implemented"},
                                            {"RFFT2D", 1, false, "not implemented"}});
  const auto supported = list_operators(models / "output_used_inside.tflite");
  REQUIRE(supported.ok());
  CHECK(*supported == std::vector<ModelOperator>{{"FULLY_CONNECTED", 2, true, ""}});
  const auto misused = list_operators(models / "bad_required_input.tflite");
  REQUIRE(misused.ok());
  CHECK(*misused == std::vector<ModelOperator>{{"FULLY_CONNECTED", 1, false, "input 1 is missing"}});
  CHECK_FALSE(list_operators(models / "bad_truncated.tflite").ok());
}

TEST_CASE("names come from the model, the graph's from the file") {
  const Result<Graph> graph = import_model(models / "dense_rank_4.tflite");
  REQUIRE(graph.ok());
  CHECK(graph->name == "dense_rank_4");
  REQUIRE(graph->nodes.size() == 1);
  CHECK(graph->nodes[0].name == graph->at(graph->outputs[0]).name);
  CHECK(graph->nodes[0].source_index == 0);
  CHECK(graph->at(graph->inputs[0]).type.shape.rank() == 4);
}

TEST_CASE("quantization belongs to the tensor, the bytes to the buffer") {
  const Result<Graph> graph = import_model(models / "shared_buffer.tflite");
  REQUIRE(graph.ok());
  std::vector<const Tensor*> weights;
  for (const Tensor& tensor : graph->tensors)
    if (tensor.is_constant() && tensor.type.shape.rank() == 2) weights.push_back(&tensor);
  REQUIRE(weights.size() == 2);
  CHECK(weights[0]->constant->bytes().data() == weights[1]->constant->bytes().data());
  CHECK(weights[0]->quantization.scales != weights[1]->quantization.scales);
}

TEST_CASE("a file that is absent or a folder is a diagnostic") {
  for (const std::filesystem::path& path : {models / "no_such_file.tflite", models}) {
    const Result<Graph> graph = import_model(path);
    REQUIRE(graph.diagnostics().size() == 1);
    CHECK(graph.diagnostics()[0].code == DiagnosticCode::E0305);
    CHECK(graph.diagnostics()[0].file == path.string());
  }
}

}  // namespace burin
