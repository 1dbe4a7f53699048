// Nodes and constants for a graph that is being read. One operator of ONNX often becomes several of Burin's;
// each is checked when it is made, and evaluated at once where all it reads is known, so that the next reader
// sees a constant.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "ir/graph.hpp"
#include "support/result.hpp"

namespace burin::onnx {

// Why an operator cannot be read. Thrown by readers and by the builder, caught by the engine, which goes on
// with the next operator.
struct Refused : std::exception {
  explicit Refused(Diagnostic d) : diagnostic(std::move(d)) {}
  const char* what() const noexcept override { return "an operator of an ONNX model cannot be read"; }
  Diagnostic diagnostic;
};

// `help` says what to do instead.
[[noreturn]] void refuse(DiagnosticCode code, std::string message, std::string help = {});
// E0402: the operator is known, this use of it is not.
[[noreturn]] void unsupported(std::string message, std::string help = {});
// E0303: the model makes no sense.
[[noreturn]] void contradiction(std::string message);

// What the readers of all operators of a model share.
struct Work {
  // Elements to evaluate, bytes of constants and nodes to make: a file can ask for far more than it is long.
  int64_t steps = 0;
  int64_t bytes = 0;
  int64_t nodes = 0;
  std::vector<int32_t> producers{};         // by tensor, as far as there are any: the node that writes it
  std::map<TensorId, TensorId> integers{};  // the integers with a scale that constants of float32 stand for
};

class Builder {
 public:
  Builder(Graph& graph, Work& work) : graph_(graph), work_(work) {}

  // ---- what is there ----
  Graph& graph() { return graph_; }
  const Graph& graph() const { return graph_; }
  const Tensor& at(TensorId id) const { return graph_.at(id); }
  const Shape& shape(TensorId id) const { return at(id).type.shape; }
  DType dtype(TensorId id) const { return at(id).type.dtype; }
  int32_t rank(TensorId id) const { return static_cast<int32_t>(shape(id).rank()); }
  bool is_constant(TensorId id) const { return at(id).is_constant(); }
  bool is_float(TensorId id) const { return dtype(id) == DType::f32; }
  // The node that writes a tensor, or null for constants and inputs; valid until the next node is made.
  const Node* producer(TensorId id) const;
  // The elements of a constant, whatever integer type they have; of a float constant. The tensor is constant.
  std::vector<int64_t> integers_of(TensorId id) const;
  std::vector<float> floats_of(TensorId id) const;

  // ---- constants ----
  TensorId constant(TensorType type, Constant value);
  TensorId floats(Shape shape, const std::vector<float>& values);
  TensorId scalar(float value) { return floats({}, {value}); }
  // Of a type that holds them.
  TensorId integers(DType dtype, Shape shape, const std::vector<int64_t>& values);
  // Says that a float32 constant stands for those integers, which have a quantization; its transposes do,
  // too.
  void stands_for(TensorId real, TensorId integers) { work_.integers[real] = integers; }
  // A constant of one element, of the type of `like`.
  TensorId scalar_like(TensorId like, double value);

  // ---- nodes ----
  // A node with one output of that type. Throws Refused where the operator's rules do not hold.
  TensorId emit(Op op, std::vector<TensorId> inputs, TensorType output,
                const std::vector<NamedAttribute>& attributes = {}, Activation activation = Activation::none,
                Quantization quantization = {});
  std::vector<TensorId> emit(Op op, std::vector<TensorId> inputs, const std::vector<TensorType>& outputs,
                             const std::vector<NamedAttribute>& attributes);

  // Element by element.
  TensorId unary(Op op, TensorId x);
  TensorId binary(Op op, TensorId a, TensorId b);      // arithmetic, of one type
  TensorId comparison(Op op, TensorId a, TensorId b);  // to booleans, of one type
  TensorId select(TensorId condition, TensorId a, TensorId b);
  TensorId cast(TensorId x, DType to);
  TensorId add(TensorId a, TensorId b) { return binary(Op::add, a, b); }
  TensorId sub(TensorId a, TensorId b) { return binary(Op::sub, a, b); }
  TensorId mul(TensorId a, TensorId b) { return binary(Op::mul, a, b); }
  TensorId div(TensorId a, TensorId b) { return binary(Op::div, a, b); }
  TensorId add(TensorId a, double b) { return add(a, scalar_like(a, b)); }
  TensorId mul(TensorId a, double b) { return mul(a, scalar_like(a, b)); }
  // Polynomial with coefficients from the constant term on.
  TensorId polynomial(TensorId x, const std::vector<double>& coefficients);
  TensorId clamp(TensorId x, float low, float high);
  // Integers of 64 bits are only stored, and 8 and 16 bits without a scale, too: what computes with them does
  // so in 32 bits. Constants are saturated to that.
  TensorId narrowed(TensorId x);
  // Back to another integer type.
  TensorId widened(TensorId x, DType to);

  // Movements. Those that change nothing give their input.
  TensorId reshape(TensorId x, Shape to);
  TensorId transpose(TensorId x, const std::vector<int32_t>& permutation);
  TensorId slice(TensorId x, std::vector<int32_t> begin, std::vector<int32_t> extent,
                 std::vector<int32_t> step = {});
  // Elements [begin, begin + count) along an axis.
  TensorId slice_axis(TensorId x, int32_t axis, int32_t begin, int32_t count);
  TensorId concat(const std::vector<TensorId>& parts, int32_t axis);
  TensorId broadcast_to(TensorId x, const Shape& to);
  TensorId gather(TensorId x, TensorId indices, int32_t axis);
  // Zeros around; of quantized tensors real zeros.
  TensorId pad(TensorId x, const std::vector<int32_t>& before_and_after);
  // The axis moved to the end, and back.
  TensorId axis_to_end(TensorId x, int32_t axis);
  TensorId axis_from_end(TensorId x, int32_t axis);

  // Along axes, which stay as 1.
  TensorId reduce(Op op, TensorId x, const std::vector<int32_t>& axes);

  // Products. Weights of `dense` are [outputs, inputs]; the bias is optional.
  TensorId dense(TensorId x, TensorId weights, TensorId bias = TensorId());
  TensorId matmul(TensorId a, TensorId b, bool transpose_a = false, bool transpose_b = false);

  // Of the nodes that follow.
  void begin_node(std::string name, int32_t source_index) {
    name_ = std::move(name);
    source_index_ = source_index;
  }

 private:
  TensorId new_tensor(TensorType type);
  bool fold(const Node& node);
  void follow(TensorId from, TensorId to, const std::vector<int32_t>& permutation);
  void append(Node node);

  Graph& graph_;
  Work& work_;
  std::string name_;
  int32_t source_index_ = -1;
};

// ---- shapes ----
// The dimensions of two tensors aligned at the last; E0303 where they do not fit.
Shape broadcast(const Shape& a, const Shape& b);
// The shape with leading dimensions of 1 up to that rank.
Shape padded_shape(const Shape& shape, size_t rank);
// 0, 1, ... rank-1.
std::vector<int32_t> identity_permutation(int32_t rank);

}  // namespace burin::onnx
