// The textual form is exact: parsing what was printed gives an equal graph.
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <limits>

#include "corpus.hpp"
#include "formats/import.hpp"
#include "formats/tir/tir.hpp"
#include "ir/text.hpp"
#include "ops/operator.hpp"
#include "samplers/samplers.hpp"
#include "support/base64.hpp"

namespace burin {
namespace {

Graph reparsed(const std::string& text) {
  Result<Graph> graph = import_tir(text);
  for (const Diagnostic& d : graph.diagnostics()) UNSCOPED_INFO(d.message << " at " << d.place);
  REQUIRE(graph.ok());
  return *std::move(graph);
}

Tensor constant_tensor(std::string name, DType dtype, Shape shape, Constant value) {
  Tensor tensor;
  tensor.name = std::move(name);
  tensor.type = {dtype, std::move(shape)};
  tensor.constant = std::move(value);
  return tensor;
}

template <class T>
Tensor vector_of(DType dtype, const std::vector<T>& values) {
  return constant_tensor("v", dtype, Shape{static_cast<int32_t>(values.size())}, Constant::of(values));
}

}  // namespace

TEST_CASE("random graphs of every operator survive the text form") {
  for (const Operator* op : all_operators()) {
    INFO(name_of(op->facts().op));
    Random random(7);
    for (int i = 0; i < 40; ++i) {
      const Graph graph = sample_graph(op->facts().op, random);
      const std::string text = print_graph(graph);
      const Graph again = reparsed(text);
      CHECK(again == graph);
      CHECK(print_graph(again) == text);
    }
  }
}

TEST_CASE("constants of every type survive, at their limits") {
  using Float = std::numeric_limits<float>;
  Graph graph;
  graph.name = "limits";
  graph.tensors = {
      vector_of<float>(DType::f32, {0.0f, -0.0f, 1.0f, 0.1f, Float::min(), Float::denorm_min(), Float::max(),
                                    Float::lowest(), Float::infinity(), -Float::infinity(), 16777216.0f}),
      vector_of<int8_t>(DType::s8, {-128, 0, 127}),
      vector_of<uint8_t>(DType::u8, {0, 255}),
      vector_of<int16_t>(DType::s16, {INT16_MIN, INT16_MAX}),
      vector_of<int32_t>(DType::s32, {INT32_MIN, INT32_MAX}),
      vector_of<int64_t>(DType::s64, {INT64_MIN, INT64_MAX}),
      vector_of<uint8_t>(DType::boolean, {0, 1}),
      vector_of<int32_t>(DType::s32, {}),
      constant_tensor("scalar", DType::s32, {}, Constant::of(std::vector<int32_t>{5})),
  };
  for (const size_t length : {64u, 65u, 66u, 67u, 1000u}) {  // around the step to Base64, and each padding
    std::vector<int8_t> values;
    for (size_t i = 0; i < length; ++i) values.push_back(static_cast<int8_t>(i * 37));
    graph.tensors.push_back(vector_of(DType::s8, values));
  }
  graph.tensors.push_back(
      {.name = "state", .type = {DType::s8, {2}}, .quantization = {}, .constant = {}, .variable = true});
  graph.tensors.back().quantization = {{0.1f, 1e-30f}, {-128, 127}, 0};
  CHECK(reparsed(print_graph(graph)) == graph);
}

TEST_CASE("the payload of what is not a number survives") {
  Graph graph;
  graph.tensors = {
      vector_of<float>(DType::f32, {std::bit_cast<float>(0x7FC12345u), std::bit_cast<float>(0xFFC00000u)})};
  CHECK(std::ranges::equal(reparsed(print_graph(graph)).tensors[0].constant->bytes(),
                           graph.tensors[0].constant->bytes()));
}

TEST_CASE("any name survives, and is printed harmlessly") {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  const std::string names[] = {"",
                               "\"",
                               "\\",
                               "\\x41",
                               "a\nb",
                               "%0",
                               "}",
                               "grün 緑",
                               "\xe2\x80\xae",
                               std::string("\0", 1),
                               every_byte,
                               std::string(5000, 'x') + "\"\\"};
  for (const std::string& name : names) {
    Graph graph;
    graph.name = name;
    graph.tensors = {vector_of<int8_t>(DType::s8, {1})};
    graph.tensors[0].name = name;
    const std::string text = print_graph(graph);
    CHECK(std::ranges::none_of(
        text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7F; }));
    CHECK(reparsed(text) == graph);
  }
}

TEST_CASE("a printed graph reads like this") {
  const std::string expected = R"(tir 1 "sine"

tensor %0 "x" s8[1,1] scale 0.024639944 zero_point -128
tensor %1 "y" s8[1,2] scale 0.05171519 zero_point -128
tensor %2 "y/weights" s8[2,1] axis 0 scales [0.031021755, 0.007] zero_points [0, 0] = [2, 127]
tensor %3 "y/bias" s32[2] = [-106, -27377]

inputs (%0)
outputs (%1)

node 0 "y"
  %1 = fully_connected(%0, %2, %3) {keep_rank: false} then relu
)";
  CHECK(print_graph(reparsed(expected)) == expected);
  // What the printer writes in one way only can be written in others.
  const Graph other = reparsed(R"(tir 1 "sine" # a comment
    tensor %0 "x" s8[1,1] scale 0.024639944 zero_point -128 tensor %1 "y" s8[1,2] scale 5.171519e-2 zero_point -128
    tensor %2 "y/weights" s8[2,1] axis 0 scales [0.031021755, 0.007] zero_points [0, 0] = base64 2 { An 8= }
    tensor %3 "y/bias" s32[2] = [-106, -27377]
    inputs(%0) outputs(%1) node 0 "y" %1 = fully_connected(%0,%2,%3) then relu)");
  CHECK(print_graph(other) == expected);
}

TEST_CASE("models survive the text form") {
  if (models_below(corpus_folder()).empty())
    WARN("no corpus in " << corpus_folder() << ": only own models are tried");
  for (const std::filesystem::path& path : all_models()) {
    const Result<Graph> graph = import_model(path);
    if (!graph) continue;
    INFO(path);
    CHECK(reparsed(print_graph(*graph)) == *graph);
  }
}

TEST_CASE("Base64") {
  const auto bytes = [](std::string_view text) {
    const auto* data = reinterpret_cast<const std::byte*>(text.data());
    return std::vector<std::byte>(data, data + text.size());
  };
  const std::pair<std::string, std::string> pairs[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : pairs) {
    CHECK(encode_base64(bytes(plain)) == encoded);
    CHECK(decode_base64(encoded) == bytes(plain));
  }
  CHECK(decode_base64(" Zm\n9v ") == bytes("foo"));
  for (const char* bad :
       {"Z", "Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zg=x", "Zh==", "Zm9=", "Z*==", "Zm9v="})
    CHECK_FALSE(decode_base64(bad).has_value());
}

}  // namespace burin
