// Products of matrices.
#include <fmt/format.h>

#include <algorithm>

#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

void require_floats(const Reader& r) {
  for (size_t i = 0; i < 2; ++i)
    if (!r.is_float(r.input(i)))
      unsupported(fmt::format("input {} is {}, and only float32 is supported", i,
                              describe_type(r.at(r.input(i)).type)));
}

}  // namespace

TensorId matrix_product(Reader& r, TensorId a, TensorId b) {
  const Shape left = r.shape(a);
  const Shape right = r.shape(b);
  if (left.rank() == 0 || right.rank() == 0) contradiction("a scalar is multiplied as a matrix");
  if (left.rank() == 1) a = r.reshape(a, {1, left[0]});
  if (right.rank() == 1) b = r.reshape(b, {right[0], 1});
  if (r.shape(a)[-1] != r.shape(b)[-2])
    contradiction(
        fmt::format("{} is multiplied by {}", describe_type(r.at(a).type), describe_type(r.at(b).type)));
  TensorId y = r.is_constant(b) && r.rank(b) == 2 && !r.is_constant(a) ? r.dense(a, r.transpose(b, {1, 0}))
                                                                       : r.matmul(a, b);
  std::vector<int32_t> dims = r.shape(y).dims();
  if (left.rank() == 1) dims.erase(dims.end() - 2);
  if (right.rank() == 1) dims.pop_back();
  return r.reshape(y, Shape(std::move(dims)));
}

namespace {

void read_matmul(Reader& r) {
  require_floats(r);
  r.finish(matrix_product(r, r.input(0), r.input(1)));
}

// alpha A B + beta C, where C is broadcast.
TensorId general_product(Reader& r) {
  require_floats(r);
  TensorId a = r.input(0);
  TensorId b = r.input(1);
  if (r.rank(a) != 2 || r.rank(b) != 2) contradiction("its operands are no matrices");
  const bool transpose_a = r.integer("transA", 0) != 0;
  const bool transpose_b = r.integer("transB", 0) != 0;
  const float alpha = r.real("alpha", 1);
  const float beta = r.real("beta", 1);
  const bool has_bias = r.has_input(2) && beta != 0;
  TensorId bias = has_bias ? r.input(2) : TensorId();
  if (has_bias && beta != 1) bias = r.mul(bias, beta);
  const int32_t outputs = r.shape(b)[transpose_b ? 0 : 1];
  if (r.is_constant(b) && !r.is_constant(a)) {
    if (transpose_a) a = r.transpose(a, {1, 0});
    TensorId weights = transpose_b ? b : r.transpose(b, {1, 0});
    if (alpha != 1) weights = r.mul(weights, alpha);
    const bool row = has_bias && r.is_constant(bias) && r.rank(bias) <= 2 &&
                     (r.rank(bias) < 2 || r.shape(bias)[0] == 1) &&
                     (r.shape(bias).elements() == outputs || r.shape(bias).elements() == 1);
    if (row) {
      if (r.shape(bias).elements() != outputs) bias = r.broadcast_to(r.reshape(bias, {1}), {outputs});
      return r.dense(a, weights, r.reshape(bias, {outputs}));
    }
    const TensorId y = r.dense(a, weights);
    return has_bias ? r.add(y, bias) : y;
  }
  TensorId y = r.matmul(a, b, transpose_a, transpose_b);
  if (alpha != 1) y = r.mul(y, alpha);
  return has_bias ? r.add(y, bias) : y;
}

void read_gemm(Reader& r) {
  r.finish(general_product(r));
}

void read_fused_gemm(Reader& r) {
  const TensorId y = general_product(r);
  const std::string name = r.text("activation", "");
  if (name == "Relu") return r.finish(r.unary(Op::relu, y));
  if (name == "Sigmoid") return r.finish(r.unary(Op::logistic, y));
  if (name == "Tanh") return r.finish(r.unary(Op::tanh, y));
  if (name == "LeakyRelu")
    return r.finish(
        r.emit(Op::leaky_relu, {y}, r.at(y).type, {{"alpha", r.real("activation_alpha", 0.01f)}}));
  if (!name.empty())
    unsupported(fmt::format("the fused activation \"{}\" is not supported", printable(name, 40)));
  r.finish(y);
}

void read_fused_matmul(Reader& r) {
  require_floats(r);
  if (r.integer("transBatchA", 0) != 0 || r.integer("transBatchB", 0) != 0)
    unsupported("batches are transposed");
  TensorId y = r.matmul(r.input(0), r.input(1), r.integer("transA", 0) != 0, r.integer("transB", 0) != 0);
  const float alpha = r.real("alpha", 1);
  r.finish(alpha == 1 ? y : r.mul(y, alpha));
}

constexpr OperatorEntry entries[] = {
    {"Gemm", read_gemm},
    {"MatMul", read_matmul},
    {"com.microsoft::FusedGemm", read_fused_gemm},
    {"com.microsoft::FusedMatMul", read_fused_matmul},
    {"com.microsoft::TransposeMatMul", read_fused_matmul},
};

}  // namespace

std::span<const OperatorEntry> matrix_operators() {
  return entries;
}

}  // namespace burin::onnx
