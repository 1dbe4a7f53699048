// Activations, and softmax with its like.
#include <fmt/format.h>

#include <cmath>

#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

TensorId float_input(const Reader& r) {
  if (!r.is_float(r.input(0)))
    unsupported(
        fmt::format("the input is {}, and only float32 is supported", describe_type(r.at(r.input(0)).type)));
  return r.input(0);
}

template <Op op>
void read_unary(Reader& r) {
  r.finish(r.unary(op, float_input(r)));
}

void read_relu(Reader& r) {
  const TensorId x = r.input(0);
  r.finish(r.is_float(x) ? r.unary(Op::relu, x) : r.binary(Op::maximum, x, r.scalar_like(x, 0)));
}

void read_leaky_relu(Reader& r) {
  const TensorId x = float_input(r);
  r.finish(r.emit(Op::leaky_relu, {x}, r.at(x).type, {{"alpha", r.real("alpha", 0.01f)}}));
}

void read_prelu(Reader& r) {
  const TensorId x = float_input(r);
  TensorId slope = r.input(1);
  // Before version 7 a slope a channel has no other dimensions.
  if (r.opset() < 7 && r.rank(slope) == 1 && r.rank(x) > 2 && r.shape(slope)[0] > 1) {
    std::vector<int32_t> dims(static_cast<size_t>(r.rank(x)) - 1, 1);
    dims[0] = r.shape(slope)[0];
    slope = r.reshape(slope, Shape(std::move(dims)));
  }
  const Shape to = broadcast(r.shape(x), r.shape(slope));
  r.finish(r.emit(Op::prelu, {x, slope}, {DType::f32, to}));
}

// The part below zero of ELU, and the part above.
TensorId below_zero(Reader& r, TensorId x, double scale) {
  const TensorId negative = r.binary(Op::minimum, x, r.scalar(0));
  return r.mul(r.unary(Op::elu, negative), scale);
}

void read_elu(Reader& r) {
  const TensorId x = float_input(r);
  const float alpha = r.real("alpha", 1);
  if (alpha == 1) return r.finish(r.unary(Op::elu, x));
  r.finish(r.add(r.unary(Op::relu, x), below_zero(r, x, alpha)));
}

void read_selu(Reader& r) {
  const TensorId x = float_input(r);
  const double alpha = r.real("alpha", 1.67326319217681884765625f);
  const double gamma = r.real("gamma", 1.05070102214813232421875f);
  r.finish(r.add(r.mul(r.unary(Op::relu, x), gamma), below_zero(r, x, alpha * gamma)));
}

void read_celu(Reader& r) {
  const TensorId x = float_input(r);
  const double alpha = r.real("alpha", 1);
  if (alpha == 0) contradiction("alpha is 0");
  r.finish(r.add(r.unary(Op::relu, x), below_zero(r, r.mul(x, 1 / alpha), alpha)));
}

void read_hard_sigmoid(Reader& r) {
  const TensorId x = float_input(r);
  const TensorId line = r.add(r.mul(x, r.real("alpha", 0.2f)), r.real("beta", 0.5f));
  r.finish(r.clamp(line, 0, 1));
}

void read_softplus(Reader& r) {
  r.finish(softplus(r, float_input(r)));
}

void read_softsign(Reader& r) {
  const TensorId x = float_input(r);
  r.finish(r.div(x, r.add(r.unary(Op::abs, x), 1.0)));
}

void read_mish(Reader& r) {
  const TensorId x = float_input(r);
  r.finish(r.mul(x, r.unary(Op::tanh, softplus(r, x))));
}

void read_swish(Reader& r) {
  const TensorId x = float_input(r);
  const float alpha = r.real("alpha", 1);
  r.finish(r.mul(x, r.unary(Op::logistic, alpha == 1 ? x : r.mul(x, alpha))));
}

void read_quick_gelu(Reader& r) {
  const TensorId x = float_input(r);
  r.finish(r.mul(x, r.unary(Op::logistic, r.mul(x, r.real("alpha", 1.702f)))));
}

void read_thresholded_relu(Reader& r) {
  const TensorId x = float_input(r);
  const TensorId above = r.comparison(Op::greater, x, r.scalar(r.real("alpha", 1)));
  r.finish(r.select(above, x, r.scalar(0)));
}

void read_shrink(Reader& r) {
  const TensorId x = r.input(0);
  const double bias = r.real("bias", 0);
  const double limit = r.real("lambd", 0.5f);
  if (!r.is_float(x) && (bias != std::floor(bias) || limit != std::floor(limit)))
    unsupported("integers are shrunk by real numbers");
  const TensorId zero = r.scalar_like(x, 0);
  const TensorId above = r.comparison(Op::greater, x, r.scalar_like(x, limit));
  const TensorId below = r.comparison(Op::less, x, r.scalar_like(x, -limit));
  r.finish(r.select(above, r.add(x, -bias), r.select(below, r.add(x, bias), zero)));
}

TensorId gelu(Reader& r, TensorId x) {
  return r.mul(r.mul(x, 0.5), r.add(error_function(r, r.mul(x, std::sqrt(0.5))), 1.0));
}

TensorId gelu_by_tanh(Reader& r, TensorId x) {
  const double factor = std::sqrt(2 / 3.14159265358979323846);
  const TensorId cube = r.mul(r.mul(x, x), x);
  const TensorId inner = r.mul(r.add(x, r.mul(cube, 0.044715)), factor);
  return r.mul(r.mul(x, 0.5), r.add(r.unary(Op::tanh, inner), 1.0));
}

void read_gelu(Reader& r) {
  const TensorId x = float_input(r);
  const std::string approximate = r.text("approximate", "none");
  r.finish(approximate == "tanh" ? gelu_by_tanh(r, x) : gelu(r, x));
}

void read_bias_gelu(Reader& r) {
  r.finish(gelu(r, r.add(float_input(r), r.input(1))));
}

void read_fast_gelu(Reader& r) {
  TensorId x = float_input(r);
  if (r.has_input(1)) x = r.add(x, r.input(1));
  r.finish(gelu_by_tanh(r, x));
}

// Something along one axis: the axis is moved to the end. Before version 13 all dimensions from the axis on
// are one.
template <class Along>
void read_along_axis(Reader& r, const Along& along) {
  const TensorId x = float_input(r);
  const Shape shape = r.shape(x);
  const int32_t rank = r.rank(x);
  if (r.opset() < 13) {
    const int64_t given = r.integer("axis", 1);
    const int32_t axis = given == rank ? rank : axis_of(given, rank);
    const int64_t rows = shape.elements(0, static_cast<size_t>(axis));
    const int64_t columns = shape.elements(static_cast<size_t>(axis), shape.rank());
    if (axis == rank - 1 && rank > 0) return r.finish(along(x));
    // Where only one of the dimensions says something, it is that dimension's axis.
    int32_t only = -1;
    for (int32_t i = axis; i < rank; ++i)
      if (shape[i] == columns) only = i;
    if (only >= 0) return r.finish(r.axis_from_end(along(r.axis_to_end(x, only)), only));
    const Shape flat{static_cast<int32_t>(rows), static_cast<int32_t>(columns)};
    return r.finish(r.reshape(along(r.reshape(x, flat)), shape));
  }
  const int32_t axis = axis_of(r.integer("axis", -1), rank);
  r.finish(r.axis_from_end(along(r.axis_to_end(x, axis)), axis));
}

void read_softmax(Reader& r) {
  read_along_axis(r, [&](TensorId x) { return softmax_last(r, x); });
}

void read_log_softmax(Reader& r) {
  read_along_axis(r, [&](TensorId x) { return r.unary(Op::log_softmax, x); });
}

// One where the largest element stands, the first of equal ones.
void read_hardmax(Reader& r) {
  read_along_axis(r, [&](TensorId x) {
    const Shape shape = r.shape(x);
    std::vector<int32_t> kept(shape.dims().begin(), shape.dims().end() - 1);
    const int32_t axis = r.rank(x) - 1;
    const TensorId place = r.emit(Op::arg_max, {x}, {DType::s32, Shape(kept)}, {{"axis", axis}});
    kept.push_back(1);
    std::vector<int64_t> numbers(static_cast<size_t>(shape[-1]));
    for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int64_t>(i);
    const TensorId all = r.integers(DType::s32, {shape[-1]}, numbers);
    return r.cast(r.comparison(Op::equal, r.reshape(place, Shape(kept)), all), DType::f32);
  });
}

constexpr OperatorEntry entries[] = {
    {"Celu", read_celu},
    {"Elu", read_elu},
    {"Gelu", read_gelu},
    {"HardSigmoid", read_hard_sigmoid},
    {"HardSwish", read_unary<Op::hard_swish>},
    {"Hardmax", read_hardmax},
    {"LeakyRelu", read_leaky_relu},
    {"LogSoftmax", read_log_softmax},
    {"Mish", read_mish},
    {"PRelu", read_prelu},
    {"Relu", read_relu},
    {"Selu", read_selu},
    {"Shrink", read_shrink},
    {"Sigmoid", read_unary<Op::logistic>},
    {"Softmax", read_softmax},
    {"Softplus", read_softplus},
    {"Softsign", read_softsign},
    {"Swish", read_swish},
    {"Tanh", read_unary<Op::tanh>},
    {"ThresholdedRelu", read_thresholded_relu},
    {"com.microsoft::BiasGelu", read_bias_gelu},
    {"com.microsoft::FastGelu", read_fast_gelu},
    {"com.microsoft::Gelu", read_gelu},
    {"com.microsoft::QuickGelu", read_quick_gelu},
};

}  // namespace

std::span<const OperatorEntry> activation_operators() {
  return entries;
}

}  // namespace burin::onnx
