// Arithmetic, comparisons and functions of one element.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "formats/onnx/file.hpp"
#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

// The second operand. Before version 7 its dimensions stand at an axis of the first one's.
TensorId second_operand(Reader& r) {
  const TensorId b = r.input(1);
  const int32_t rank = r.rank(r.input(0));
  if (r.opset() >= 7 || !r.has("axis") || r.rank(b) >= rank) return b;
  const int32_t axis = axis_of(r.integer("axis", 0), rank);
  if (axis + r.rank(b) > rank) contradiction("the second operand does not fit at its axis");
  std::vector<int32_t> dims = r.shape(b).dims();
  dims.resize(static_cast<size_t>(rank - axis), 1);
  return r.reshape(b, Shape(std::move(dims)));
}

template <Op op>
void read_binary(Reader& r) {
  r.finish(r.binary(op, r.input(0), second_operand(r)));
}

// A constant that is added to a matrix product is its bias.
void read_addition(Reader& r) {
  for (const size_t i : {size_t{0}, size_t{1}})
    if (r.opset() >= 7 && r.input_count() == 2 && r.is_constant(r.input(1 - i)) &&
        r.dtype(r.input(0)) == r.dtype(r.input(1)) && r.rank(r.input(1 - i)) > 0)
      return r.finish(biased(r, r.input(i), r.is_only_reader(i), r.input(1 - i)));
  r.finish(r.add(r.input(0), second_operand(r)));
}

template <Op op>
void read_comparison(Reader& r) {
  r.finish(r.comparison(op, r.input(0), second_operand(r)));
}

template <Op op>
void read_logical(Reader& r) {
  if (r.dtype(r.input(0)) != DType::boolean) contradiction("its operands are no booleans");
  r.finish(r.comparison(op, r.input(0), second_operand(r)));
}

template <Op op>
void read_float_function(Reader& r) {
  if (!r.is_float(r.input(0)))
    unsupported(
        fmt::format("the input is {}, and only float32 is supported", describe_type(r.at(r.input(0)).type)));
  r.finish(r.unary(op, r.input(0)));
}

// Any number of operands, one after the other.
template <Op op>
TensorId fold_operands(Reader& r) {
  TensorId result = r.input(0);
  for (size_t i = 1; i < r.input_count(); ++i) result = r.binary(op, result, r.input(i));
  return result;
}

template <Op op>
void read_variadic(Reader& r) {
  r.finish(fold_operands<op>(r));
}

void read_mean(Reader& r) {
  r.finish(r.mul(fold_operands<Op::add>(r), 1.0 / static_cast<double>(r.input_count())));
}

void read_negative(Reader& r) {
  const TensorId x = r.input(0);
  r.finish(r.is_float(x) ? r.unary(Op::neg, x) : r.sub(r.scalar_like(x, 0), x));
}

void read_absolute(Reader& r) {
  const TensorId x = r.input(0);
  r.finish(r.is_float(x) ? r.unary(Op::abs, x) : r.binary(Op::maximum, x, r.sub(r.scalar_like(x, 0), x)));
}

void read_sign(Reader& r) {
  const TensorId x = r.input(0);
  const TensorId zero = r.scalar_like(x, 0);
  const DType type = r.dtype(x);
  const DType number = type == DType::f32 ? type : DType::s32;
  const TensorId above = r.cast(r.comparison(Op::greater, x, zero), number);
  const TensorId below = r.cast(r.comparison(Op::less, x, zero), number);
  r.finish(r.cast(r.sub(above, below), type));
}

void read_reciprocal(Reader& r) {
  r.finish(r.div(r.scalar(1), r.input(0)));
}

void read_xor(Reader& r) {
  r.finish(r.comparison(Op::not_equal, r.input(0), r.input(1)));
}

void read_not(Reader& r) {
  r.finish(r.unary(Op::logical_not, r.input(0)));
}

void read_where(Reader& r) {
  r.finish(r.select(r.input(0), r.input(1), r.input(2)));
}

// The remainder has the divisor's sign, or with fmod the dividend's.
void read_remainder(Reader& r) {
  const TensorId a = r.input(0);
  const TensorId b = r.input(1);
  if (r.integer("fmod", 0) == 0) {
    if (r.is_float(a)) contradiction("the remainder of real numbers wants the attribute fmod");
    return r.finish(r.binary(Op::floor_mod, a, b));
  }
  if (!r.is_float(a)) return r.finish(r.sub(a, r.mul(b, r.binary(Op::div, a, b))));
  const TensorId rest = r.binary(Op::floor_mod, r.unary(Op::abs, a), r.unary(Op::abs, b));
  r.finish(r.select(r.comparison(Op::less, a, r.scalar(0)), r.unary(Op::neg, rest), rest));
}

// x to the power of a small whole number, by squaring.
TensorId whole_power(Reader& r, TensorId x, int exponent) {
  if (exponent == 1) return x;
  const TensorId half = whole_power(r, x, exponent / 2);
  const TensorId square = r.is_float(x) ? r.unary(Op::square, half) : r.mul(half, half);
  return exponent % 2 ? r.mul(square, x) : square;
}

void read_power(Reader& r) {
  const TensorId x = r.input(0);
  const TensorId y = second_operand(r);
  const DType type = r.dtype(x);
  if (r.is_constant(y) && r.shape(y).elements() == 1) {
    const float exponent = r.floats_of(y)[0];
    const Shape to = broadcast(r.shape(x), r.shape(y));
    if (exponent == std::floor(exponent) && exponent >= 1 && exponent <= 64)
      return r.finish(r.reshape(whole_power(r, x, static_cast<int>(exponent)), to));
    if (r.is_float(x) && exponent == 0.5f) return r.finish(r.reshape(r.unary(Op::sqrt, x), to));
    if (r.is_float(x) && exponent == -0.5f) return r.finish(r.reshape(r.unary(Op::rsqrt, x), to));
    if (r.is_float(x) && exponent == -1.0f) return r.finish(r.reshape(r.div(r.scalar(1), x), to));
  }
  // |x|^y by logarithms; the sign is that of a whole odd power, and powers that are not whole have no value.
  const TensorId base = r.cast(x, DType::f32);
  const TensorId power = r.cast(y, DType::f32);
  const TensorId zero = r.scalar(0);
  const TensorId size = r.unary(Op::exp, r.mul(power, r.unary(Op::log, r.unary(Op::abs, base))));
  const TensorId odd = r.comparison(Op::equal, r.binary(Op::floor_mod, power, r.scalar(2)), r.scalar(1));
  const TensorId whole = r.comparison(Op::equal, r.unary(Op::floor, power), power);
  const TensorId of_negative = r.select(whole, r.select(odd, r.unary(Op::neg, size), size),
                                        r.scalar(std::numeric_limits<float>::quiet_NaN()));
  TensorId result = r.select(r.comparison(Op::less, base, zero), of_negative, size);
  result = r.select(r.comparison(Op::equal, power, zero), r.scalar(1), result);
  // A whole power of an integer is one; another is cut off.
  if (type != DType::f32) result = r.cast(r.select(whole, r.unary(Op::round, result), result), type);
  r.finish(result);
}

// A limit that is absent limits nothing.
void read_clip(Reader& r) {
  TensorId x = r.input(0);
  if (r.opset() < 11 || (!r.has_input(1) && !r.has_input(2))) {
    if (r.opset() >= 11) return r.finish(x);
    return r.finish(r.clamp(x, r.real("min", std::numeric_limits<float>::lowest()),
                            r.real("max", std::numeric_limits<float>::max())));
  }
  const auto constant = [&](size_t i) { return !r.has_input(i) || r.is_constant(r.input(i)); };
  if (r.is_float(x) && constant(1) && constant(2)) {
    const float low = r.has_input(1) ? r.floats_of(r.input(1)).at(0) : std::numeric_limits<float>::lowest();
    const float high = r.has_input(2) ? r.floats_of(r.input(2)).at(0) : std::numeric_limits<float>::max();
    if (low <= high) return r.finish(r.clamp(x, low, high));
    // Limits the wrong way round: the upper one wins.
    return r.finish(r.broadcast_to(r.scalar(high), r.shape(x)));
  }
  if (r.has_input(1)) x = r.binary(Op::maximum, x, r.input(1));
  if (r.has_input(2)) x = r.binary(Op::minimum, x, r.input(2));
  r.finish(x);
}

void read_cast(Reader& r) {
  const int64_t to = r.required_integer("to");
  const auto type = element_type_of(static_cast<int32_t>(to));
  const std::string name = element_type_name(static_cast<int32_t>(to));
  // Real numbers of 64 bits are held in 32, here as in the model's constants.
  if (!type || (!type->exact && name != "float64"))
    unsupported(fmt::format("it casts to {}", name), "cast to a type that microcontrollers have");
  r.finish(r.cast(r.input(0), type->dtype));
}

void read_cast_like(Reader& r) {
  r.finish(r.cast(r.input(0), r.dtype(r.input(1))));
}

void read_is_nan(Reader& r) {
  r.finish(r.comparison(Op::not_equal, r.input(0), r.input(0)));
}

void read_is_infinite(Reader& r) {
  const TensorId x = r.input(0);
  const bool positive = r.integer("detect_positive", 1) != 0;
  const bool negative = r.integer("detect_negative", 1) != 0;
  constexpr float infinity = std::numeric_limits<float>::infinity();
  if (positive && negative) return r.finish(r.comparison(Op::equal, r.unary(Op::abs, x), r.scalar(infinity)));
  if (positive || negative)
    return r.finish(r.comparison(Op::equal, x, r.scalar(positive ? infinity : -infinity)));
  r.finish(r.comparison(Op::less, r.mul(x, 0.0), r.scalar(-1)));  // nowhere
}

// ---- functions that the C library has and Burin's graph does not ----

void read_tangent(Reader& r) {
  r.finish(r.div(r.unary(Op::sin, r.input(0)), r.unary(Op::cos, r.input(0))));
}

TensorId hyperbolic(Reader& r, double sign) {
  const TensorId x = r.input(0);
  const TensorId up = r.unary(Op::exp, x);
  const TensorId down = r.unary(Op::exp, r.unary(Op::neg, x));
  return r.mul(r.add(up, r.mul(down, sign)), 0.5);
}
void read_sinh(Reader& r) {
  // By e^x - 1, which keeps its digits near zero: (z + z / (z + 1)) / 2.
  const TensorId x = r.input(0);
  const TensorId size = r.unary(Op::abs, x);
  const TensorId z = r.unary(Op::neg, r.unary(Op::elu, r.unary(Op::neg, size)));  // 1 - e^-|x|
  const TensorId big = r.div(z, r.sub(r.scalar(1), z));
  const TensorId half = r.mul(r.add(big, z), 0.5);
  r.finish(r.select(r.comparison(Op::less, x, r.scalar(0)), r.unary(Op::neg, half), half));
}
void read_cosh(Reader& r) {
  r.finish(hyperbolic(r, 1));
}

constexpr double half_pi = 1.57079632679489661923;

// The arc of a tangent: a polynomial on [0, 1], and beyond it the reciprocal's.
TensorId arc_tangent(Reader& r, TensorId x) {
  const TensorId size = r.unary(Op::abs, x);
  const TensorId one = r.scalar(1);
  const TensorId beyond = r.comparison(Op::greater, size, one);
  const TensorId t = r.select(beyond, r.div(one, size), size);
  const TensorId series =
      r.polynomial(r.mul(t, t), {1, -0.3333314528, 0.1999355085, -0.1420889944, 0.1065626393, -0.0752896400,
                                 0.0429096138, -0.0161657367, 0.0028662257});
  const TensorId arc = r.mul(t, series);
  const TensorId folded = r.select(beyond, r.sub(r.scalar(static_cast<float>(half_pi)), arc), arc);
  return r.select(r.comparison(Op::less, x, r.scalar(0)), r.unary(Op::neg, folded), folded);
}

// x by sqrt((1 - x) (1 + x)), the tangent of the arc of that sine.
TensorId arc_sine(Reader& r, TensorId x) {
  const TensorId one = r.scalar(1);
  return arc_tangent(r, r.div(x, r.unary(Op::sqrt, r.mul(r.sub(one, x), r.add(x, 1.0)))));
}

void read_arc_tangent(Reader& r) {
  r.finish(arc_tangent(r, r.input(0)));
}
void read_arc_sine(Reader& r) {
  r.finish(arc_sine(r, r.input(0)));
}
void read_arc_cosine(Reader& r) {
  r.finish(r.sub(r.scalar(static_cast<float>(half_pi)), arc_sine(r, r.input(0))));
}

void read_area_sine(Reader& r) {
  const TensorId x = r.input(0);
  const TensorId size = r.unary(Op::abs, x);
  const TensorId square = r.mul(x, x);
  const TensorId root = r.unary(Op::sqrt, r.add(square, 1.0));
  const TensorId area = log_of_one_plus(r, r.add(size, r.div(square, r.add(root, 1.0))));
  r.finish(r.select(r.comparison(Op::less, x, r.scalar(0)), r.unary(Op::neg, area), area));
}
void read_area_cosine(Reader& r) {
  const TensorId t = r.add(r.input(0), -1.0);
  const TensorId root = r.unary(Op::sqrt, r.add(r.mul(t, 2.0), r.mul(t, t)));
  r.finish(log_of_one_plus(r, r.add(t, root)));
}
void read_area_tangent(Reader& r) {
  const TensorId x = r.input(0);
  r.finish(r.mul(log_of_one_plus(r, r.div(r.mul(x, 2.0), r.sub(r.scalar(1), x))), 0.5));
}

void read_erf(Reader& r) {
  r.finish(error_function(r, r.input(0)));
}

constexpr OperatorEntry entries[] = {
    {"Abs", read_absolute},
    {"Acos", read_arc_cosine},
    {"Acosh", read_area_cosine},
    {"Add", read_addition},
    {"And", read_logical<Op::logical_and>},
    {"Asin", read_arc_sine},
    {"Asinh", read_area_sine},
    {"Atan", read_arc_tangent},
    {"Atanh", read_area_tangent},
    {"Cast", read_cast},
    {"CastLike", read_cast_like},
    {"Ceil", read_float_function<Op::ceil>},
    {"Clip", read_clip},
    {"Cos", read_float_function<Op::cos>},
    {"Cosh", read_cosh},
    {"Div", read_binary<Op::div>},
    {"Equal", read_comparison<Op::equal>},
    {"Erf", read_erf},
    {"Exp", read_float_function<Op::exp>},
    {"Floor", read_float_function<Op::floor>},
    {"Greater", read_comparison<Op::greater>},
    {"GreaterOrEqual", read_comparison<Op::greater_equal>},
    {"IsInf", read_is_infinite},
    {"IsNaN", read_is_nan},
    {"Less", read_comparison<Op::less>},
    {"LessOrEqual", read_comparison<Op::less_equal>},
    {"Log", read_float_function<Op::log>},
    {"Max", read_variadic<Op::maximum>},
    {"Mean", read_mean},
    {"Min", read_variadic<Op::minimum>},
    {"Mod", read_remainder},
    {"Mul", read_binary<Op::mul>},
    {"Neg", read_negative},
    {"Not", read_not},
    {"Or", read_logical<Op::logical_or>},
    {"Pow", read_power},
    {"Reciprocal", read_reciprocal},
    {"Round", read_float_function<Op::round>},
    {"Sign", read_sign},
    {"Sin", read_float_function<Op::sin>},
    {"Sinh", read_sinh},
    {"Sqrt", read_float_function<Op::sqrt>},
    {"Sub", read_binary<Op::sub>},
    {"Sum", read_variadic<Op::add>},
    {"Tan", read_tangent},
    {"Where", read_where},
    {"Xor", read_xor},
};

}  // namespace

std::span<const OperatorEntry> arithmetic_operators() {
  return entries;
}

}  // namespace burin::onnx
