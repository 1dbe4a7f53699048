// A TFLite file under construction: what the operators' writers see of it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "formats/tflite/schema.hpp"
#include "ir/graph.hpp"
#include "support/result.hpp"

namespace burin::tflite {

// Index of a tensor in the file, -1 for an operand that is absent.
using Index = int32_t;

// An operator's options: which of the union, and where they are.
struct WrittenOptions {
  schema::BuiltinOptions type = schema::BuiltinOptions::NONE;
  flatbuffers::Offset<void> offset{};
  int32_t version = 1;  // that their values ask for
};

class Emitter {
 public:
  explicit Emitter(const Graph& graph);

  flatbuffers::FlatBufferBuilder& builder() { return builder_; }
  const Graph& graph() const { return graph_; }

  // The tensor that stands for one of the graph's. What an operator reads of a resource variable is what a
  // READ_VARIABLE in front of it gives.
  Index operand(TensorId id);
  Index result(TensorId id) const {
    const auto found = redirected_.find(id);
    return found == redirected_.end() ? own(id) : found->second;
  }
  Index own(TensorId id) const { return static_cast<Index>(id.index); }
  // What a node computes goes to another tensor of the file.
  void redirect(TensorId id, Index to) { redirected_[id] = to; }
  bool is_resource(TensorId id) const { return tensors_.at(id.index).is_handle; }
  std::vector<Index> operands(const Node& node);
  std::vector<Index> results(const Node& node) const;
  // The handle of a variable that is a resource.
  Index handle(TensorId id) const { return static_cast<Index>(id.index); }

  // A further tensor.
  Index add_tensor(Tensor tensor);
  // int32 constant that configures an operator.
  Index add_constant(const std::string& name, Shape shape, const std::vector<int32_t>& values);
  const Tensor& tensor(Index index) const { return tensors_.at(static_cast<size_t>(index)).tensor; }

  void add_operator(schema::BuiltinOperator kind, const std::vector<Index>& inputs,
                    const std::vector<Index>& outputs, const WrittenOptions& options = {},
                    const std::vector<Index>& intermediates = {});

  // A custom operator of that name; its options are a map in the FlexBuffers format.
  void add_custom(const std::string& name, const std::vector<Index>& inputs,
                  const std::vector<Index>& outputs, const std::vector<uint8_t>& options);

  template <class Options>
  static WrittenOptions options(schema::BuiltinOptions type, flatbuffers::Offset<Options> offset,
                                int32_t version = 1) {
    return {type, offset.Union(), version};
  }

  // The whole file, after all operators.
  std::string finish();

 private:
  struct FileTensor {
    Tensor tensor;
    bool is_handle = false;
  };
  struct Code {
    schema::BuiltinOperator kind;
    int32_t version;
    std::string custom{};  // the name of a custom operator

    bool operator==(const Code&) const = default;
  };
  using SubGraphOffset = flatbuffers::Offset<schema::SubGraph>;
  using OperatorOffset = flatbuffers::Offset<schema::Operator>;

  void find_resources();
  void begin_variables();
  std::string shared_name(TensorId variable);
  uint32_t code(Code code);
  uint32_t buffer(const Tensor& tensor);
  flatbuffers::Offset<schema::Tensor> write_tensor(const FileTensor& tensor);
  SubGraphOffset write_main();
  SubGraphOffset write_initialization();
  bool has_signature() const;
  flatbuffers::Offset<schema::SignatureDef> write_signature();
  OperatorOffset write_operator(schema::BuiltinOperator kind, const std::vector<Index>& inputs,
                                const std::vector<Index>& outputs, const WrittenOptions& options,
                                const std::vector<Index>& intermediates, int32_t version);
  WrittenOptions handle_options(const std::string& name);

  const Graph& graph_;
  flatbuffers::FlatBufferBuilder builder_;
  std::vector<FileTensor> tensors_;  // the graph's, then further ones
  std::vector<Index> inputs_;
  std::vector<Index> outputs_;
  std::vector<OperatorOffset> operators_;
  std::vector<Code> codes_;
  std::vector<Constant> buffers_;  // from 1 on: buffer 0 is empty
  std::map<std::pair<const std::byte*, size_t>, uint32_t> buffer_of_;
  std::vector<TensorId> resources_;
  std::map<TensorId, std::string> names_;  // of the resources
  std::map<TensorId, Index> redirected_;
};

schema::TensorType tensor_type(DType dtype);

}  // namespace burin::tflite
