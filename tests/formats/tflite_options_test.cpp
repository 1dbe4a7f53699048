// Options of TFLite operators by field name.
#include "formats/tflite/options.hpp"

#include <catch2/catch.hpp>

#include "support/check.hpp"

namespace burin::tflite {
namespace {

using flatbuffers::FlatBufferBuilder;

const schema::Operator& finished(FlatBufferBuilder& builder, flatbuffers::Offset<schema::Operator> op) {
  builder.Finish(op);
  return *flatbuffers::GetRoot<schema::Operator>(builder.GetBufferPointer());
}

}  // namespace

TEST_CASE("options that the file has") {
  FlatBufferBuilder builder;
  const auto options = schema::CreateConv2DOptions(builder, schema::Padding::VALID, 2, 3,
                                                   schema::ActivationFunctionType::RELU6, 4);
  const schema::Operator& op = finished(
      builder,
      schema::CreateOperator(builder, 0, 0, 0, schema::BuiltinOptions::Conv2DOptions, options.Union()));
  const Options view(op, "CONV_2D");
  CHECK(view.integer("padding") == 1);
  CHECK(view.integer("stride_w") == 2);
  CHECK(view.integer("stride_h") == 3);
  CHECK(view.integer("fused_activation_function") == 3);
  CHECK(view.integer("dilation_w_factor") == 4);
  CHECK(view.integer("dilation_h_factor") == 1);  // its default
}

TEST_CASE("real numbers, lists and strings") {
  FlatBufferBuilder builder;
  const auto soft = schema::CreateSoftmaxOptions(builder, 0.25f);
  CHECK(
      Options(finished(builder, schema::CreateOperator(builder, 0, 0, 0,
                                                       schema::BuiltinOptions::SoftmaxOptions, soft.Union())),
              "SOFTMAX")
          .real("beta") == 0.25f);
  builder.Clear();
  const auto shape = schema::CreateReshapeOptions(builder, builder.CreateVector(std::vector<int32_t>{1, -1}));
  CHECK(
      Options(finished(builder, schema::CreateOperator(
                                    builder, 0, 0, 0, schema::BuiltinOptions::ReshapeOptions, shape.Union())),
              "RESHAPE")
          .integers("new_shape") == std::vector<int32_t>{1, -1});
  builder.Clear();
  const auto name = builder.CreateString("state");
  const auto handle = schema::CreateVarHandleOptions(builder, 0, name);
  const schema::Operator& op = finished(
      builder,
      schema::CreateOperator(builder, 0, 0, 0, schema::BuiltinOptions::VarHandleOptions, handle.Union()));
  CHECK(Options(op, "VAR_HANDLE").text("shared_name") == "state");
  CHECK(Options(op, "VAR_HANDLE").text("container").empty());
}

TEST_CASE("a list longer than any rank is cut where it is still too long") {
  FlatBufferBuilder builder;
  const auto list =
      schema::CreateReshapeOptions(builder, builder.CreateVector(std::vector<int32_t>(1000, 1)));
  const schema::Operator& op = finished(
      builder,
      schema::CreateOperator(builder, 0, 0, 0, schema::BuiltinOptions::ReshapeOptions, list.Union()));
  CHECK(Options(op, "RESHAPE").integers("new_shape").size() == 9);
}

TEST_CASE("without options every field has the default of the operator's own options") {
  FlatBufferBuilder builder;
  const schema::Operator& op = finished(builder, schema::CreateOperator(builder));
  CHECK(Options(op, "CONV_2D").integer("dilation_w_factor") == 1);
  CHECK(Options(op, "CONV_2D").integer("stride_w") == 0);
  CHECK(Options(op, "SOFTMAX").real("beta") == 0.f);
  CHECK(Options(op, "RESHAPE").integers("new_shape").empty());
  CHECK(Options(op, "ADD").integer("pot_scale_int16") == 1);
  // The same field has two defaults: the operator's name decides.
  CHECK(Options(op, "BIDIRECTIONAL_SEQUENCE_LSTM").integer("time_major") == 1);
  CHECK(Options(op, "UNIDIRECTIONAL_SEQUENCE_LSTM").integer("time_major") == 0);
  // No options are named like the operator.
  CHECK(Options(op, "AVERAGE_POOL_2D").integer("filter_width") == 0);
  CHECK(Options(op, "MEAN").integer("keep_dims") == 0);
}

TEST_CASE("options of another operator leave the fields that they lack at their defaults") {
  FlatBufferBuilder builder;
  const auto other = schema::CreateAddOptions(builder, schema::ActivationFunctionType::RELU);
  const schema::Operator& op = finished(
      builder, schema::CreateOperator(builder, 0, 0, 0, schema::BuiltinOptions::AddOptions, other.Union()));
  CHECK(Options(op, "CONV_2D").integer("dilation_w_factor") == 1);
}

TEST_CASE("a field that the format does not have is an internal error") {
  FlatBufferBuilder builder;
  const schema::Operator& op = finished(builder, schema::CreateOperator(builder));
  CHECK_THROWS_AS(Options(op, "CONV_2D").integer("strides"), InternalError);
  CHECK_THROWS_AS(Options(op, "CONV_2D").real("stride_w"), InternalError);
  CHECK_THROWS_AS(Options(op, "SOFTMAX").integer("beta"), InternalError);
}

TEST_CASE("subgraphs that options name") {
  FlatBufferBuilder builder;
  const auto loop = schema::CreateWhileOptions(builder, 4, 5);
  const schema::Operator& op = finished(
      builder, schema::CreateOperator(builder, 0, 0, 0, schema::BuiltinOptions::WhileOptions, loop.Union()));
  std::vector<int64_t> numbers = Options(op, "WHILE").subgraphs();
  std::ranges::sort(numbers);
  CHECK(numbers == std::vector<int64_t>{4, 5});
}

}  // namespace burin::tflite
