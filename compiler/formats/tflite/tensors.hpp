// The tensors of a subgraph, with the values of its constants.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "formats/tflite/file.hpp"
#include "ir/graph.hpp"

namespace burin::tflite {

// What the file leaves open of a tensor's shape, to be found while the model is read: the file has 1 there.
struct OpenShape {
  uint8_t dims = 0;      // bit i: dimension i
  bool rank = false;     // how many dimensions there are
  bool unknown = false;  // the file does not even give a size to go on with

  bool any() const { return dims != 0 || rank; }
  // Whether a shape keeps to what the file does say.
  bool allows(const Shape& declared, const Shape& shape) const;
};

struct SubgraphTensors {
  std::vector<Tensor>
      tensors;  // by index in the subgraph; each keeps the rules of ir/verify.hpp, or is unusable
  std::vector<OpenShape> open;  // by index
  // By index: why the tensor cannot be used, as the end of a sentence; empty where it can. Only a tensor that
  // something uses is worth a diagnostic.
  std::vector<std::string> unusable;
  std::vector<bool> malformed;  // by index: has a diagnostic already
  Diagnostics diagnostics;      // what is damaged or contradictory, used or not
};

class TensorReader {
 public:
  TensorReader(const File& file, Budget& budget) : file_(file), budget_(budget) {}

  SubgraphTensors read(const schema::SubGraph& subgraph);

 private:
  // One tensor: fills `tensor` and gives what is wrong with it.
  struct Finding {
    DiagnosticCode code;
    std::string message;
  };
  std::optional<Finding> read(const schema::Tensor& source, Tensor& tensor);
  std::optional<Finding> read_shape(const schema::Tensor& source, Tensor& tensor);
  std::optional<Finding> read_quantization(const schema::Tensor& source, Tensor& tensor);
  std::optional<Finding> read_value(const schema::Tensor& source, Tensor& tensor);

  const File& file_;
  Budget& budget_;
  // Tensors that share bytes share the constant. Key: first byte, size, stored type.
  std::map<std::tuple<const std::byte*, size_t, schema::TensorType>, Constant> constants_;
};

}  // namespace burin::tflite
