// ONNX models for tests, made part by part.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "eval/evaluator.hpp"
#include "formats/import.hpp"
#include "formats/onnx/onnx.pb.h"

namespace burin::test {

namespace schema = onnx::schema;
using Dims = std::vector<int64_t>;

class Model {
 public:
  explicit Model(int64_t opset = 13) {
    model.set_ir_version(8);
    auto* import = model.add_opset_import();
    import->set_domain("");
    import->set_version(opset);
  }
  schema::GraphProto& graph() { return *model.mutable_graph(); }
  static void describe(schema::ValueInfoProto& value, const std::string& name, const Dims& dims,
                       int32_t type = 1) {
    value.set_name(name);
    value.mutable_type()->mutable_tensor_type()->set_elem_type(type);
    auto* shape = value.mutable_type()->mutable_tensor_type()->mutable_shape();
    for (const int64_t dim : dims)
      if (dim > 0)
        shape->add_dim()->set_dim_value(dim);
      else
        shape->add_dim()->set_dim_param("open");
  }
  void input(const std::string& name, const Dims& dims, int32_t type = 1) {
    describe(*graph().add_input(), name, dims, type);
  }
  void output(const std::string& name, const Dims& dims, int32_t type = 1) {
    describe(*graph().add_output(), name, dims, type);
  }
  schema::NodeProto& node(const std::string& op, const std::vector<std::string>& inputs,
                          const std::vector<std::string>& outputs) {
    auto* node = graph().add_node();
    node->set_op_type(op);
    for (const std::string& name : inputs) node->add_input(name);
    for (const std::string& name : outputs) node->add_output(name);
    return *node;
  }
  static void ints(schema::NodeProto& node, const std::string& name, const Dims& values) {
    auto* attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(schema::AttributeProto::INTS);
    for (const int64_t value : values) attribute->add_ints(value);
  }
  static void integer(schema::NodeProto& node, const std::string& name, int64_t value) {
    auto* attribute = node.add_attribute();
    attribute->set_name(name);
    attribute->set_type(schema::AttributeProto::INT);
    attribute->set_i(value);
  }
  void floats(const std::string& name, const Dims& dims, const std::vector<float>& values) {
    auto* tensor = graph().add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(1);
    for (const int64_t dim : dims) tensor->add_dims(dim);
    for (const float value : values) tensor->add_float_data(value);
  }
  void int64s(const std::string& name, const Dims& dims, const Dims& values) {
    auto* tensor = graph().add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(7);
    for (const int64_t dim : dims) tensor->add_dims(dim);
    for (const int64_t value : values) tensor->add_int64_data(value);
  }
  // One element, of float32 or, of an integer type that the format numbers so, of another.
  void scalar(const std::string& name, float value) { floats(name, {}, {value}); }
  void scalar(const std::string& name, int32_t type, int32_t value) {
    auto* tensor = graph().add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(type);
    tensor->add_int32_data(value);
  }
  std::string bytes() const { return model.SerializeAsString(); }
  Result<Graph> read(const ImportOptions& options = {}, const std::string& file = "model.onnx") const {
    const std::string text = bytes();
    return import_bytes(std::as_bytes(std::span<const char>(text)), file, options);
  }

  schema::ModelProto model;
};

inline std::vector<float> run(const Graph& graph, const std::vector<float>& input,
                              Rounding rounding = Rounding::tflm) {
  const Value value{graph.at(graph.inputs.at(0)).type,
                    {reinterpret_cast<const std::byte*>(input.data()),
                     reinterpret_cast<const std::byte*>(input.data() + input.size())}};
  const std::vector<Value> outputs = Evaluator(graph, rounding).run(std::span(&value, 1));
  const auto result = outputs.at(0).as<float>();
  return {result.begin(), result.end()};
}

inline size_t count(const Graph& graph, Op op) {
  return static_cast<size_t>(std::ranges::count(graph.nodes, op, &Node::op));
}

inline std::vector<float> counting(size_t count) {
  std::vector<float> result;
  for (size_t i = 0; i < count; ++i) result.push_back(static_cast<float>(i % 7) - 3);
  return result;
}

}  // namespace burin::test
