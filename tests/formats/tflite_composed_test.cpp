// Operators of the format that are read as several of Burin's, and those that are constants: by their values.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "eval/evaluator.hpp"
#include "formats/tflite/tflite.hpp"
#include "support/tflite_json.hpp"

namespace burin {
namespace {

std::string bytes_of(const std::vector<int32_t>& values) {
  std::string text;
  for (const std::byte byte : std::as_bytes(std::span(values)))
    text += fmt::format("{}{}", text.empty() ? "" : ",", std::to_integer<int>(byte));
  return text;
}

// One operator on tensors; those with bytes are constant. The last one is its output.
struct OneOperator {
  std::string kind;
  std::string options = {};
  std::vector<std::pair<std::string, std::string>> tensors;  // description, and bytes of a constant

  Result<Graph> import() const {
    std::string described;
    std::string buffers = "{}";
    std::string inputs;
    std::string operands;
    size_t next = 1;
    for (size_t i = 0; i < tensors.size(); ++i) {
      const auto& [text, bytes] = tensors[i];
      described += fmt::format("{}{{name: \"t{}\", {}{}}}", i ? ", " : "", i, text,
                               bytes.empty() ? std::string() : fmt::format(", buffer: {}", next));
      if (!bytes.empty()) {
        buffers += fmt::format(", {{data: [{}]}}", bytes);
        ++next;
      }
      if (i + 1 == tensors.size()) break;
      operands += fmt::format("{}{}", operands.empty() ? "" : ",", i);
      if (bytes.empty()) inputs += fmt::format("{}{}", inputs.empty() ? "" : ",", i);
    }
    return import_tflite(
        test::tflite_of_json(fmt::format(
            R"({{version: 3, operator_codes: [{{builtin_code: "{}"}}],
          subgraphs: [{{tensors: [{}], inputs: [{}], outputs: [{}],
            operators: [{{inputs: [{}], outputs: [{}] {}}}]}}], buffers: [{}]}})",
            kind, described, inputs, tensors.size() - 1, operands, tensors.size() - 1, options, buffers)),
        "model");
  }

  template <class Output, class Input>
  std::vector<Output> run(const std::vector<std::vector<Input>>& values) const {
    const Result<Graph> graph = import();
    for (const Diagnostic& d : graph.diagnostics()) UNSCOPED_INFO(d.message << " " << d.place);
    REQUIRE(graph.ok());
    std::vector<Value> inputs;
    for (size_t i = 0; i < values.size(); ++i)
      inputs.push_back(Value::of(graph->at(graph->inputs.at(i)).type, std::as_bytes(std::span(values[i]))));
    const Value output = Evaluator(*graph).run(inputs).at(0);
    const auto elements = output.as<Output>();
    return {elements.begin(), elements.end()};
  }
};

using Numbers = std::vector<int32_t>;

std::string s32(const std::string& shape) {
  return fmt::format("shape: {}, type: \"INT32\"", shape);
}
std::string f32(const std::string& shape) {
  return fmt::format("shape: {}, type: \"FLOAT32\"", shape);
}

}  // namespace

TEST_CASE("PADV2 adds its value, also zero", "[composed]") {
  const auto padded = [](int32_t value) {
    return OneOperator{"PADV2",
                       "",
                       {{s32("[1,2]"), ""},
                        {s32("[2,2]"), bytes_of({1, 1, 0, 1})},
                        {s32("[]"), bytes_of({value})},
                        {s32("[3,3]"), ""}}}
        .run<int32_t>(std::vector<Numbers>{{1, 2}});
  };
  CHECK(padded(-7) == Numbers{-7, -7, -7, 1, 2, -7, -7, -7, -7});
  CHECK(padded(0) == Numbers{0, 0, 0, 1, 2, 0, 0, 0, 0});
}

TEST_CASE("GATHER_ND takes elements and slices, by constant and by given indices", "[composed]") {
  const Numbers table{0, 1, 10, 11, 20, 21};
  const auto gathered = [&](const char* shape, const Numbers& indices, const char* to, bool given) {
    const OneOperator op{
        "GATHER_ND", "", {{s32("[3,2]"), ""}, {s32(shape), given ? "" : bytes_of(indices)}, {s32(to), ""}}};
    return given ? op.run<int32_t>(std::vector<Numbers>{table, indices})
                 : op.run<int32_t>(std::vector<Numbers>{table});
  };
  for (const bool given : {false, true}) {
    CHECK(gathered("[2,2]", {2, 1, 0, 0}, "[2]", given) == Numbers{21, 0});
    CHECK(gathered("[2,1]", {2, 1}, "[2,2]", given) == Numbers{20, 21, 10, 11});
    CHECK(gathered("[2]", {1, 1}, "[]", given) == Numbers{11});
  }
}

TEST_CASE("EMBEDDING_LOOKUP copies rows or makes reals of them", "[composed]") {
  CHECK(OneOperator{"EMBEDDING_LOOKUP",
                    "",
                    {{s32("[2]"), ""}, {s32("[2,2]"), bytes_of({1, 2, 3, 4})}, {s32("[2,2]"), ""}}}
            .run<int32_t>(std::vector<Numbers>{{1, 0}}) == Numbers{3, 4, 1, 2});
  CHECK(OneOperator{
            "EMBEDDING_LOOKUP",
            "",
            {{s32("[1]"), ""},
             {R"(shape: [2,2], type: "INT8", quantization: {scale: [0.5], zero_point: [0]})", "1,2,3,252"},
             {f32("[1,2]"), ""}}}
            .run<float>(std::vector<Numbers>{{1}}) == std::vector<float>{1.5f, -2});
}

TEST_CASE("ADD_N, L2_POOL_2D, REDUCE_ALL and REDUCE_ANY", "[composed]") {
  using Reals = std::vector<float>;
  CHECK(OneOperator{"ADD_N", "", {{f32("[2]"), ""}, {f32("[2]"), ""}, {f32("[2]"), ""}, {f32("[2]"), ""}}}
            .run<float>(std::vector<Reals>{{1, 2}, {10, 20}, {100, 200}}) == Reals{111, 222});
  CHECK(OneOperator{"L2_POOL_2D",
                    R"(, builtin_options_type: "Pool2DOptions",
                        builtin_options: {padding: "VALID", stride_w: 1, stride_h: 1, filter_width: 2, filter_height: 1})",
                    {{f32("[1,1,2,1]"), ""}, {f32("[1,1,1,1]"), ""}}}
            .run<float>(std::vector<Reals>{{1, 7}})[0] == Approx(5));
  const auto reduced = [](const char* kind) {
    return OneOperator{kind,
                       "",
                       {{R"(shape: [2,3], type: "BOOL")", ""},
                        {s32("[1]"), bytes_of({1})},
                        {R"(shape: [2], type: "BOOL")", ""}}}
        .run<uint8_t>(std::vector<std::vector<uint8_t>>{{1, 1, 1, 0, 1, 0}});
  };
  CHECK(reduced("REDUCE_ALL") == std::vector<uint8_t>{1, 0});
  CHECK(reduced("REDUCE_ANY") == std::vector<uint8_t>{1, 1});
}

TEST_CASE("WHERE, SPARSE_TO_DENSE, RANGE and RANK are constants once their operands are", "[composed]") {
  const std::vector<Numbers> nothing;
  CHECK(OneOperator{"WHERE",
                    "",
                    {{R"(shape: [2,2], type: "BOOL")", "1,0,0,1"},
                     {R"(shape: [1,1], shape_signature: [-1,-1], type: "INT64")", ""}}}
            .run<int64_t>(nothing) == std::vector<int64_t>{0, 0, 1, 1});
  CHECK(OneOperator{"SPARSE_TO_DENSE",
                    "",
                    {{s32("[2]"), bytes_of({1, 3})},
                     {s32("[1]"), bytes_of({4})},
                     {s32("[2]"), bytes_of({5, 6})},
                     {s32("[]"), bytes_of({-1})},
                     {R"(shape: [1], shape_signature: [-1], type: "INT32")", ""}}}
            .run<int32_t>(nothing) == Numbers{-1, 5, -1, 6});
  CHECK(OneOperator{"RANGE",
                    "",
                    {{s32("[]"), bytes_of({5})},
                     {s32("[]"), bytes_of({0})},
                     {s32("[]"), bytes_of({-2})},
                     {s32("[3]"), ""}}}
            .run<int32_t>(nothing) == Numbers{5, 3, 1});
  CHECK(OneOperator{"RANK", "", {{s32("[2,2]"), ""}, {s32("[]"), ""}}}.run<int32_t>(
            std::vector<Numbers>{{1, 2, 3, 4}}) == Numbers{2});
  // A size that the input decides is refused.
  CHECK_FALSE(OneOperator{
      "WHERE", "", {{R"(shape: [2,2], type: "BOOL")", ""}, {R"(shape: [1,2], type: "INT64")", ""}}}
                  .import()
                  .ok());
}

}  // namespace burin
