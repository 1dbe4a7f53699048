// Files in which few bytes ask for much: FlatBuffers can name the same table, vector or string any number of
// times.
#include <flatbuffers/flatbuffers.h>

#include <catch2/catch.hpp>
#include <chrono>

#include "formats/import.hpp"
#include "formats/tflite/schema.hpp"

namespace burin {
namespace {

namespace schema = tflite_schema;
using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

struct Parts {
  std::vector<Offset<schema::Tensor>> tensors;
  std::vector<Offset<schema::Operator>> operators;
  std::vector<Offset<schema::Buffer>> buffers;
};

Result<Graph> import(FlatBufferBuilder& builder, const Parts& parts) {
  const auto code = schema::CreateOperatorCode(builder, 9, 0, 1, schema::BuiltinOperator::FULLY_CONNECTED);
  const auto codes = builder.CreateVector(std::vector{code});
  const auto tensors = builder.CreateVector(parts.tensors);
  const auto operators = builder.CreateVector(parts.operators);
  const auto subgraph = schema::CreateSubGraph(builder, tensors, 0, 0, operators);
  const auto subgraphs = builder.CreateVector(std::vector{subgraph});
  const auto buffers = builder.CreateVector(parts.buffers);
  builder.Finish(schema::CreateModel(builder, 3, codes, subgraphs, 0, buffers), "TFL3");
  const auto start = std::chrono::steady_clock::now();
  Result<Graph> result =
      import_bytes(std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize())), "hostile.tflite");
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  CHECK(seconds.count() < 20);
  return result;
}

void check_refused(const Result<Graph>& graph, const std::string& message) {
  REQUIRE_FALSE(graph.ok());
  CHECK_THAT(graph.diagnostics()[0].message, Catch::Contains(message));
}

constexpr const char* too_much = "the file describes far more than it holds";

}  // namespace

TEST_CASE("one table listed a million times is refused") {
  FlatBufferBuilder builder;
  const auto tensor = schema::CreateTensor(builder);
  check_refused(import(builder, {.tensors = std::vector(1000000, tensor), .operators = {}, .buffers = {}}),
                "points outside");
}

TEST_CASE("one long name in many tensors is refused") {
  FlatBufferBuilder builder;
  const auto name = builder.CreateString(std::string(1000000, 'x'));
  Parts parts;
  for (int i = 0; i < 10000; ++i) parts.tensors.push_back(schema::CreateTensor(builder, 0, {}, 0, name));
  check_refused(import(builder, parts), too_much);
}

TEST_CASE("one long list of scales in many tensors is refused") {
  FlatBufferBuilder builder;
  const int32_t count = 200000;
  const auto scales = builder.CreateVector(std::vector<float>(static_cast<size_t>(count), 1.f));
  const auto quantization = schema::CreateQuantizationParameters(builder, 0, 0, scales);
  const auto shape = builder.CreateVector(std::vector<int32_t>{count});
  Parts parts;
  for (int i = 0; i < 10000; ++i)
    parts.tensors.push_back(
        schema::CreateTensor(builder, shape, schema::TensorType::INT8, 0, 0, quantization));
  check_refused(import(builder, parts), too_much);
}

TEST_CASE("a shape of a million dimensions in many tensors costs nothing") {
  FlatBufferBuilder builder;
  const auto shape = builder.CreateVector(std::vector<int32_t>(1000000, 1));
  Parts parts;
  for (int i = 0; i < 10000; ++i) parts.tensors.push_back(schema::CreateTensor(builder, shape));
  const Result<Graph> graph = import(builder, parts);  // nothing uses the tensors
  CHECK(graph.ok());
}

TEST_CASE("one large buffer in many tensors is held once") {
  FlatBufferBuilder builder;
  const int32_t count = 4000000;
  const auto data = builder.CreateVector(std::vector<uint8_t>(static_cast<size_t>(count)));
  const auto shape = builder.CreateVector(std::vector<int32_t>{count});
  Parts parts;
  parts.buffers = {schema::CreateBuffer(builder), schema::CreateBuffer(builder, data)};
  for (int i = 0; i < 10000; ++i)
    parts.tensors.push_back(schema::CreateTensor(builder, shape, schema::TensorType::INT8, 1));
  CHECK(import(builder, parts).ok());
}

TEST_CASE("overlapping slices of the file as the values of many tensors are refused") {
  FlatBufferBuilder builder;
  const auto padding = builder.CreateVector(std::vector<uint8_t>(1000000));
  Parts parts;
  parts.buffers = {schema::CreateBuffer(builder), schema::CreateBuffer(builder, padding)};
  const auto shape = builder.CreateVector(std::vector<int32_t>{900000});
  for (uint32_t i = 0; i < 5000; ++i) {
    parts.buffers.push_back(schema::CreateBuffer(builder, 0, 1000 + i, 900000));
    parts.tensors.push_back(schema::CreateTensor(builder, shape, schema::TensorType::INT8, i + 2));
  }
  check_refused(import(builder, parts), too_much);
}

TEST_CASE("one long list of operands in many operators is refused") {
  FlatBufferBuilder builder;
  const auto inputs = builder.CreateVector(std::vector<int32_t>(1000000, -1));
  Parts parts;
  for (int i = 0; i < 10000; ++i) parts.operators.push_back(schema::CreateOperator(builder, 0, inputs));
  check_refused(import(builder, parts), "");
}

TEST_CASE("many operators that read one large constant are refused in time") {
  FlatBufferBuilder builder;
  const int32_t count = 4000000;
  const auto data = builder.CreateVector(std::vector<uint8_t>(static_cast<size_t>(count)));
  const auto shape = builder.CreateVector(std::vector<int32_t>{1, count});
  const auto scale = builder.CreateVector(std::vector<float>{1.f});
  const auto quantization = schema::CreateQuantizationParameters(builder, 0, 0, scale);
  Parts parts;
  parts.buffers = {schema::CreateBuffer(builder), schema::CreateBuffer(builder, data)};
  parts.tensors = {schema::CreateTensor(builder, shape, schema::TensorType::INT8, 1, 0, quantization),
                   schema::CreateTensor(builder, builder.CreateVector(std::vector<int32_t>{1, 1}),
                                        schema::TensorType::INT8, 0, 0, quantization)};
  const auto inputs = builder.CreateVector(std::vector<int32_t>{0, 0});
  const auto outputs = builder.CreateVector(std::vector<int32_t>{1});
  for (int i = 0; i < 50000; ++i)
    parts.operators.push_back(schema::CreateOperator(builder, 0, inputs, outputs));
  const Result<Graph> graph = import(builder, parts);
  REQUIRE_FALSE(graph.ok());
  CHECK(graph.diagnostics().back().message.find("read the same constants too often") != std::string::npos);
}

}  // namespace burin
