// Quantized numbers. An operator on them is read as the same operator on the real numbers that they stand
// for, between a DEQUANTIZE for each operand and a QUANTIZE; integer_layers.hpp makes integer operators of
// such groups.
#include <fmt/format.h>

#include <cmath>

#include "formats/onnx/file.hpp"
#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

bool is_quantized_type(DType type) {
  return type == DType::s8 || type == DType::u8 || type == DType::s16;
}

// The shape that scales have beside a tensor: scalars, along an axis, or as blocks along it, each repeated.
TensorId beside(Reader& r, TensorId parameter, const Shape& shape, int64_t given_axis, int64_t block) {
  if (r.shape(parameter).elements() == 1) return r.reshape(parameter, {});
  const int32_t axis = axis_of(given_axis, static_cast<int32_t>(shape.rank()));
  if (r.rank(parameter) == 1) {
    if (r.shape(parameter)[0] != shape[axis])
      contradiction("there is not one scale for each slice along the axis");
    std::vector<int32_t> dims(shape.rank(), 1);
    dims[static_cast<size_t>(axis)] = shape[axis];
    return r.reshape(parameter, Shape(std::move(dims)));
  }
  if (block < 1 || r.shape(parameter).rank() != shape.rank())
    contradiction("the scales do not fit the tensor");
  std::vector<int64_t> places;
  for (int64_t i = 0; i < shape[axis]; ++i) places.push_back(i / block);
  if (places.back() >= r.shape(parameter)[axis]) contradiction("there are not as many scales as blocks");
  return r.gather(parameter, r.integers(DType::s32, {shape[axis]}, places), axis);
}

// A quantization with one scale, where both its parts are known and usable.
std::optional<Quantization> known_quantization(const Builder& b, TensorId scale, TensorId zero, DType dtype) {
  if (!b.is_constant(scale) || b.shape(scale).elements() != 1) return std::nullopt;
  if (zero.valid() && (!b.is_constant(zero) || b.shape(zero).elements() != 1)) return std::nullopt;
  const float value = b.floats_of(scale)[0];
  const int64_t point = zero.valid() ? b.integers_of(zero)[0] : 0;
  const IntegerRange range = integer_range(dtype);
  if (!std::isfinite(value) || value <= 0 || point < range.lowest || point > range.highest)
    return std::nullopt;
  return Quantization{{value}, {static_cast<int32_t>(point)}, 0};
}

// Constants of 8 bits are kept beside the real numbers that they stand for, as int8.
void remember(Reader& r, TensorId real, TensorId x, TensorId scale, TensorId zero, int64_t given_axis) {
  const DType type = r.dtype(x);
  if ((type != DType::s8 && type != DType::u8) || !r.is_constant(scale) ||
      (zero.valid() && !r.is_constant(zero)))
    return;
  if (r.rank(scale) > 1 || (zero.valid() && r.shape(zero).elements() != r.shape(scale).elements())) return;
  const int64_t shift = type == DType::u8 ? 128 : 0;
  Quantization quantization;
  quantization.scales = r.floats_of(scale);
  for (const float value : quantization.scales)
    if (!std::isfinite(value) || value <= 0) return;
  quantization.zero_points.assign(quantization.scales.size(), static_cast<int32_t>(-shift));
  if (zero.valid()) {
    const std::vector<int64_t> points = r.integers_of(zero);
    for (size_t i = 0; i < points.size(); ++i)
      quantization.zero_points[i] = static_cast<int32_t>(points[i] - shift);
  }
  if (quantization.scales.size() > 1) quantization.axis = axis_of(given_axis, r.rank(x));
  std::vector<int64_t> values = r.integers_of(x);
  for (int64_t& value : values) value -= shift;
  const TensorId held = r.integers(DType::s8, r.shape(x), values);
  r.graph().at(held).quantization = std::move(quantization);
  r.stands_for(real, held);
}

TensorId real_of(Reader& r, TensorId x, TensorId scale, TensorId zero, int64_t axis, int64_t block) {
  const DType type = r.dtype(x);
  if (is_quantized_type(type) && !r.is_constant(x)) {
    const auto quantization = known_quantization(r, scale, zero, type);
    Quantization& own = r.graph().at(x).quantization;
    if (quantization && (!own.present() || own == *quantization)) {
      own = *quantization;
      return r.emit(Op::dequantize, {x}, {DType::f32, r.shape(x)});
    }
  }
  // In the order of the standard: the difference first.
  TensorId difference = r.cast(x, DType::f32);
  if (zero.valid())
    difference = r.sub(difference, r.cast(beside(r, zero, r.shape(x), axis, block), DType::f32));
  const TensorId real = r.mul(difference, beside(r, scale, r.shape(x), axis, block));
  if (r.is_constant(real) && r.is_constant(x)) remember(r, real, x, scale, zero, axis);
  return real;
}

TensorId quantized(Reader& r, TensorId x, TensorId scale, TensorId zero, int64_t axis, int64_t block,
                   DType type) {
  if (!r.is_float(x)) x = r.cast(x, DType::f32);
  if (is_quantized_type(type)) {
    const auto quantization = known_quantization(r, scale, zero, type);
    if (quantization && !r.is_constant(x))
      return r.emit(Op::quantize, {x}, {type, r.shape(x)}, {}, Activation::none, *quantization);
  }
  const IntegerRange range = integer_range(type);
  TensorId value = r.unary(Op::round, r.div(x, beside(r, scale, r.shape(x), axis, block)));
  if (zero.valid()) value = r.add(value, r.cast(beside(r, zero, r.shape(x), axis, block), DType::f32));
  return r.cast(r.clamp(value, static_cast<float>(range.lowest), static_cast<float>(range.highest)), type);
}

void read_quantize(Reader& r) {
  DType type = r.has_input(2) ? r.dtype(r.input(2)) : DType::u8;
  if (const int64_t wanted = r.integer("output_dtype", 0); wanted != 0) {
    const auto element = element_type_of(static_cast<int32_t>(wanted));
    if (!element || !element->exact)
      unsupported(fmt::format("it quantizes to {}", element_type_name(static_cast<int32_t>(wanted))));
    type = element->dtype;
  }
  if (!is_quantized_type(type)) unsupported(fmt::format("it quantizes to {}", long_name_of(type)));
  r.finish(quantized(r, r.input(0), r.input(1), r.optional_input(2), r.integer("axis", 1),
                     r.integer("block_size", 0), type));
}

void read_dequantize(Reader& r) {
  r.finish(real_of(r, r.input(0), r.input(1), r.optional_input(2), r.integer("axis", 1),
                   r.integer("block_size", 0)));
}

// ---- operators that hold their quantization as operands ----

// The operand at i, whose scale and zero point follow; `axis` for one scale a slice.
TensorId operand(Reader& r, size_t i, int64_t axis = 0) {
  return real_of(r, r.input(i), r.input(i + 1), r.optional_input(i + 2), axis, 0);
}

void finish_quantized(Reader& r, TensorId real, size_t scale_input) {
  const TensorId zero = r.optional_input(scale_input + 1);
  const DType type = zero.valid() ? r.dtype(zero) : DType::u8;
  r.finish(quantized(r, real, r.input(scale_input), zero, 1, 0, type));
}

// A bias of int32, in units of the product of both scales.
TensorId bias_of(Reader& r, TensorId bias, TensorId input_scale, TensorId weight_scale) {
  if (!bias.valid()) return {};
  return r.mul(r.cast(bias, DType::f32), r.mul(r.reshape(input_scale, {}), weight_scale));
}

void read_qlinear_convolution(Reader& r) {
  const TensorId bias = bias_of(r, r.optional_input(8), r.input(1), r.input(4));
  finish_quantized(r, convolution(r, operand(r, 0), operand(r, 3), bias), 6);
}

void read_qlinear_matmul(Reader& r) {
  const int64_t last = r.rank(r.input(3)) - 1;
  // Scales of the left matrix may be one a row.
  const int64_t row = std::max<int64_t>(0, r.rank(r.input(0)) - 2);
  finish_quantized(r, matrix_product(r, operand(r, 0, row), operand(r, 3, std::max<int64_t>(0, last))), 6);
}

template <Op op>
void read_qlinear_binary(Reader& r) {
  finish_quantized(r, r.binary(op, operand(r, 0), operand(r, 3)), 6);
}

void read_qlinear_sigmoid(Reader& r) {
  finish_quantized(r, r.unary(Op::logistic, operand(r, 0)), 3);
}

void read_qlinear_leaky_relu(Reader& r) {
  const TensorId x = operand(r, 0);
  finish_quantized(r, r.emit(Op::leaky_relu, {x}, r.at(x).type, {{"alpha", r.real("alpha", 0.01f)}}), 3);
}

void read_qlinear_softmax(Reader& r) {
  const TensorId x = operand(r, 0);
  const Shape shape = r.shape(x);
  const int32_t axis = axis_of(r.integer("axis", -1), r.rank(x));
  if (r.integer("opset", 13) < 13) {
    const Shape flat{static_cast<int32_t>(shape.elements(0, static_cast<size_t>(axis))),
                     static_cast<int32_t>(shape.elements(static_cast<size_t>(axis), shape.rank()))};
    return finish_quantized(r, r.reshape(softmax_last(r, r.reshape(x, flat)), shape), 3);
  }
  finish_quantized(r, r.axis_from_end(softmax_last(r, r.axis_to_end(x, axis)), axis), 3);
}

void read_qlinear_average_pool(Reader& r) {
  TensorId x = operand(r, 0);
  const bool channels_behind = r.integer("channels_last", 0) != 0;
  if (channels_behind) x = r.transpose(x, {0, 3, 1, 2});
  const SpatialWindow window =
      read_window(r, r.shape(x), r.required_integers("kernel_shape"), r.integer("ceil_mode", 0) != 0);
  TensorId y = average_pool(r, x, window, r.integer("count_include_pad", 0) != 0);
  if (channels_behind) y = r.transpose(y, {0, 2, 3, 1});
  finish_quantized(r, y, 3);
}

void read_qlinear_global_average_pool(Reader& r) {
  const TensorId x = operand(r, 0);
  const bool channels_behind = r.integer("channels_last", 0) != 0;
  std::vector<int32_t> axes;
  for (int32_t axis = channels_behind ? 1 : 2; axis < r.rank(x) - (channels_behind ? 1 : 0); ++axis)
    axes.push_back(axis);
  finish_quantized(r, r.reduce(Op::mean, x, axes), 3);
}

void read_qlinear_concat(Reader& r) {
  std::vector<TensorId> parts;
  for (size_t i = 2; i + 2 < r.input_count(); i += 3) parts.push_back(operand(r, i));
  if (parts.empty()) contradiction("it joins nothing");
  finish_quantized(r, r.concat(parts, axis_of(r.required_integer("axis"), r.rank(parts[0]))), 0);
}

void read_qgemm(Reader& r) {
  TensorId a = operand(r, 0);
  const bool transpose_b = r.integer("transB", 0) != 0;
  TensorId b = operand(r, 3, transpose_b ? 0 : 1);
  if (r.integer("transA", 0) != 0) a = r.transpose(a, {1, 0});
  if (!transpose_b) b = r.transpose(b, {1, 0});
  const float alpha = r.real("alpha", 1);
  TensorId y;
  if (r.is_constant(b)) {
    if (alpha != 1) b = r.mul(b, alpha);
    TensorId bias = bias_of(r, r.optional_input(6), r.input(1), r.input(4));
    if (bias.valid() && alpha != 1) bias = r.mul(bias, alpha);
    if (bias.valid())
      bias =
          r.broadcast_to(r.reshape(bias, {static_cast<int32_t>(r.shape(bias).elements())}), {r.shape(b)[0]});
    y = r.dense(a, b, bias);
  } else {
    if (r.has_input(6)) unsupported("both matrices are computed at run time, and there is a bias");
    y = r.matmul(a, b, false, true);
    if (alpha != 1) y = r.mul(y, alpha);
  }
  if (!r.has_input(7)) return r.finish(y);
  finish_quantized(r, y, 7);
}

// ---- quantized at run time ----

// Numbers on uint8 between 0 and 255, as float32, with their scale and zero point.
struct RunTimeQuantized {
  TensorId values;
  TensorId scale;
  TensorId zero_point;
};

// The range of the input, zero included, on uint8.
RunTimeQuantized quantized_at_run_time(Reader& r, TensorId x) {
  const std::vector<int32_t> axes = identity_permutation(r.rank(x));
  const TensorId zero = r.scalar(0);
  const TensorId low = r.binary(Op::minimum, r.reshape(r.reduce(Op::reduce_min, x, axes), {}), zero);
  const TensorId high = r.binary(Op::maximum, r.reshape(r.reduce(Op::reduce_max, x, axes), {}), zero);
  const TensorId range = r.sub(high, low);
  // An input of zeros has any scale.
  const TensorId scale = r.div(range, r.scalar(255));
  const TensorId divisor = r.select(r.comparison(Op::equal, range, zero), r.scalar(1), scale);
  const TensorId point = r.clamp(r.unary(Op::round, r.div(r.unary(Op::neg, low), divisor)), 0, 255);
  const TensorId value = r.clamp(r.add(r.unary(Op::round, r.div(x, divisor)), point), 0, 255);
  return {value, scale, point};
}

void read_dynamic_quantize(Reader& r) {
  const RunTimeQuantized x = quantized_at_run_time(r, r.input(0));
  r.set(0, r.cast(x.values, DType::u8));
  r.set(1, x.scale);
  r.set(2, r.cast(x.zero_point, DType::u8));
}

// Integers less their zero point, as real numbers: float32 holds products of 8 bits and their sums up to
// 2^24.
TensorId offset_integers(Reader& r, size_t i, size_t zero_input, int64_t axis) {
  const TensorId x = r.cast(r.input(i), DType::f32);
  if (!r.has_input(zero_input)) return x;
  return r.sub(x, r.cast(beside(r, r.input(zero_input), r.shape(x), axis, 0), DType::f32));
}

constexpr int32_t exact_products = 256;  // 255 * 255 * 256 is below 2^24

// The product of integers that are held as float32, in int32.
TensorId integer_product(Reader& r, TensorId a, TensorId b) {
  const int32_t length = r.shape(a)[-1];
  TensorId sum;
  for (int32_t first = 0; first < length; first += exact_products) {
    const int32_t count = std::min(exact_products, length - first);
    const TensorId part = r.cast(matrix_product(r, r.slice_axis(a, r.rank(a) - 1, first, count),
                                                r.slice_axis(b, std::max(0, r.rank(b) - 2), first, count)),
                                 DType::s32);
    sum = sum.valid() ? r.add(sum, part) : part;
  }
  return sum;
}

// Axes of the rows of a left operand and of the columns of a right one.
int64_t row_axis(const Reader& r, size_t i) {
  return r.rank(r.input(i)) - 2;
}
int64_t column_axis(const Reader& r, size_t i) {
  return r.rank(r.input(i)) - 1;
}

void read_matmul_integer(Reader& r) {
  r.finish(integer_product(r, offset_integers(r, 0, 2, row_axis(r, 0)),
                           offset_integers(r, 1, 3, column_axis(r, 1))));
}

void finish_scaled(Reader& r, TensorId sum, TensorId scale, size_t bias_input) {
  const TensorId y = r.mul(r.cast(sum, DType::f32), scale);
  r.finish(r.has_input(bias_input) ? r.add(y, r.input(bias_input)) : y);
}

// MatMulInteger with the scales behind it, as ONNX Runtime fuses them.
void read_matmul_integer_to_float(Reader& r) {
  const TensorId sum = integer_product(r, offset_integers(r, 0, 4, row_axis(r, 0)),
                                       offset_integers(r, 1, 5, column_axis(r, 1)));
  finish_scaled(r, sum, r.mul(r.input(2), r.input(3)), 6);
}

// The same with DynamicQuantizeLinear in front of it.
void read_dynamic_quantize_matmul(Reader& r) {
  const RunTimeQuantized a = quantized_at_run_time(r, r.input(0));
  const TensorId sum =
      integer_product(r, r.sub(a.values, a.zero_point), offset_integers(r, 1, 3, column_axis(r, 1)));
  finish_scaled(r, sum, r.mul(a.scale, r.input(2)), 4);
}

void read_convolution_integer(Reader& r) {
  const TensorId x = offset_integers(r, 0, 2, 0);
  const TensorId weights = offset_integers(r, 1, 3, 0);
  if (r.shape(weights).elements() / std::max(1, r.shape(weights)[0]) > exact_products)
    unsupported(fmt::format("an output has more than {} products", exact_products));
  r.finish(r.cast(convolution(r, x, weights, {}), DType::s32));
}

constexpr OperatorEntry entries[] = {
    {"ConvInteger", read_convolution_integer},
    {"DequantizeLinear", read_dequantize},
    {"DynamicQuantizeLinear", read_dynamic_quantize},
    {"MatMulInteger", read_matmul_integer},
    {"QLinearConv", read_qlinear_convolution},
    {"QLinearMatMul", read_qlinear_matmul},
    {"QuantizeLinear", read_quantize},
    {"com.microsoft::DequantizeLinear", read_dequantize},
    {"com.microsoft::DynamicQuantizeMatMul", read_dynamic_quantize_matmul},
    {"com.microsoft::MatMulIntegerToFloat", read_matmul_integer_to_float},
    {"com.microsoft::QGemm", read_qgemm},
    {"com.microsoft::QLinearAdd", read_qlinear_binary<Op::add>},
    {"com.microsoft::QLinearAveragePool", read_qlinear_average_pool},
    {"com.microsoft::QLinearConcat", read_qlinear_concat},
    {"com.microsoft::QLinearGlobalAveragePool", read_qlinear_global_average_pool},
    {"com.microsoft::QLinearLeakyRelu", read_qlinear_leaky_relu},
    {"com.microsoft::QLinearMul", read_qlinear_binary<Op::mul>},
    {"com.microsoft::QLinearSigmoid", read_qlinear_sigmoid},
    {"com.microsoft::QLinearSoftmax", read_qlinear_softmax},
    {"com.microsoft::QuantizeLinear", read_quantize},
};

}  // namespace

std::span<const OperatorEntry> quantization_operators() {
  return entries;
}

}  // namespace burin::onnx
