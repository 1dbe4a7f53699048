// Readers of operators that are several of Burin's, or constants once their operands are.
#include <algorithm>
#include <cmath>

#include "formats/tflite/operators/common.hpp"
#include "formats/tflite/operators/operators.hpp"
#include "ops/movement/attributes.hpp"
#include "ops/movement/joining.hpp"
#include "ops/pooling/attributes.hpp"
#include "ops/reduction/attributes.hpp"
#include "ops/value.hpp"

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

// What a small file could make endless: places along an axis, and elements of a constant that is added.
constexpr int64_t most_places = 65536;
constexpr int64_t most_elements = int64_t{1} << 18;

Diagnostic refusal(const char* message, const char* help = "") {
  return {.code = DiagnosticCode::E0402, .message = message, .place = {}, .help = help, .file = {}};
}

Attributes none() {
  return Attributes::of(NoAttributes{});
}

TensorId add_computed(SourceOperator& source, DType dtype, Shape shape, Quantization quantization = {}) {
  return source.add_tensor({.name = source.output().name,
                            .type = {dtype, std::move(shape)},
                            .quantization = std::move(quantization)});
}

template <class Number>
TensorId add_numbers(SourceOperator& source, DType dtype, Shape shape, const std::vector<Number>& numbers) {
  return source.add_tensor({.name = source.output().name,
                            .type = {dtype, std::move(shape)},
                            .constant = Constant::of(std::span<const Number>(numbers))});
}

// The operator is a constant: one that is moved nowhere, and folded.
NodeDraft constant(TensorId value, size_t rank) {
  if (rank == 0) return {.inputs = {value}, .attributes = none(), .op = Op::reshape};
  TransposeAttributes attributes;
  for (size_t i = 0; i < rank; ++i) attributes.permutation.push_back(static_cast<int32_t>(i));
  return {.inputs = {value}, .attributes = Attributes::of(std::move(attributes)), .op = Op::transpose};
}

Value value_of(const Tensor& tensor) {
  return Value::of(tensor.type, tensor.constant->bytes());
}

std::optional<std::vector<int32_t>> paddings_of(const SourceOperator& source) {
  const auto paddings = source.constant_integers(1);
  if (!paddings || paddings->size() != 2 * source.input(0).type.shape.rank()) return std::nullopt;
  std::vector<int32_t> result;
  for (const int64_t padding : *paddings) {
    if (padding < 0 || padding > most_places) return std::nullopt;
    result.push_back(static_cast<int32_t>(padding));
  }
  return result;
}
constexpr const char* paddings_sentence =
    "the paddings are not constant, two for every dimension, each 0 to 65536";

// EMBEDDING_LOOKUP: rows of the table, made real where the output is.
Result<NodeDraft> read_embedding_lookup(SourceOperator& source) {
  const TensorId table = source.inputs().at(1);
  const Attributes rows = Attributes::of(GatherAttributes{});
  if (source.tensor(table).type.dtype == source.output().type.dtype)
    return NodeDraft{.inputs = {table, source.inputs().at(0)}, .attributes = rows};
  std::vector<int32_t> dims = source.tensor(table).type.shape.dims();
  if (dims.empty() || source.input(0).type.shape.rank() != 1)
    return refusal("it does not look rows up by a list");
  dims[0] = source.input(0).type.shape[0];
  const DType dtype = source.tensor(table).type.dtype;
  const Quantization quantization = source.tensor(table).quantization;
  const TensorId chosen = add_computed(source, dtype, Shape(std::move(dims)), quantization);
  source.add_node(
      {.inputs = {table, source.inputs().at(0)}, .attributes = rows, .op = Op::gather, .outputs = {chosen}});
  return NodeDraft{.inputs = {chosen}, .attributes = none(), .op = Op::dequantize};
}

// GATHER_ND: one index for all leading dimensions, by their strides.
Result<NodeDraft> read_gather_nd(SourceOperator& source) {
  const Shape table = source.input(0).type.shape;
  const Tensor indices = source.input(1);
  std::vector<int32_t> places = indices.type.shape.dims();
  const bool fits = !places.empty() && places.back() >= 1 &&
                    static_cast<size_t>(places.back()) <= table.rank() && table.elements() > 0 &&
                    table.sane();
  if (!fits)
    return refusal("the last dimension of the indices has not one for each of some leading dimensions");
  const auto depth = static_cast<size_t>(places.back());
  places.pop_back();
  const Shape chosen(places);
  std::vector<int32_t> strides(depth, 1);
  for (size_t i = depth; i-- > 1;) strides[i - 1] = strides[i] * table.dims()[i];
  TensorId flat = source.inputs().at(0);
  if (depth > 1) {
    std::vector<int32_t> dims = {strides[0] * table.dims()[0]};
    dims.insert(dims.end(), table.dims().begin() + static_cast<std::ptrdiff_t>(depth), table.dims().end());
    const TensorId rows = add_computed(source, source.input(0).type.dtype, Shape(std::move(dims)),
                                       source.input(0).quantization);
    source.add_node({.inputs = {flat}, .attributes = none(), .op = Op::reshape, .outputs = {rows}});
    flat = rows;
  }
  TensorId index = source.inputs().at(1);
  if (indices.type.dtype == DType::s64) {
    const TensorId narrow = add_computed(source, DType::s32, indices.type.shape);
    source.add_node({.inputs = {index}, .attributes = none(), .op = Op::cast, .outputs = {narrow}});
    index = narrow;
  }
  const TensorId one = add_computed(source, DType::s32, chosen);
  if (depth == 1) {
    source.add_node({.inputs = {index}, .attributes = none(), .op = Op::reshape, .outputs = {one}});
  } else {
    const TensorId factors = add_numbers(source, DType::s32, {static_cast<int32_t>(depth)}, strides);
    const TensorId offsets = add_computed(source, DType::s32, indices.type.shape);
    source.add_node({.inputs = {index, factors}, .attributes = none(), .op = Op::mul, .outputs = {offsets}});
    source.add_node(
        {.inputs = {offsets},
         .attributes = Attributes::of(ReductionAttributes{{static_cast<int32_t>(chosen.rank())}, false}),
         .op = Op::sum,
         .outputs = {one}});
  }
  return NodeDraft{.inputs = {flat, one}, .attributes = Attributes::of(GatherAttributes{})};
}

// L2_POOL_2D: the root of the mean of squares.
Result<NodeDraft> read_l2_pool(SourceOperator& source) {
  const Result<Activation> activation = fused_activation(source);
  if (!activation) return activation.diagnostics();
  if (source.input(0).type.dtype != DType::f32 || source.input(0).type.shape.rank() != 4)
    return refusal("the input is not float32 of rank 4");
  PoolAttributes attributes{.window_height = static_cast<int32_t>(source.integer("filter_height")),
                            .window_width = static_cast<int32_t>(source.integer("filter_width")),
                            .window = {}};
  attributes.window = read_window(source, attributes.window_height, attributes.window_width, false);
  const Shape from = source.input(0).type.shape;
  const Windows windows = attributes.window.windows(from, attributes.window_height, attributes.window_width);
  if (!windows.sound() || !windows.fit()) return refusal("the window is no larger than the padded input");
  const Shape to{from[0], windows.height.output(), windows.width.output(), from[3]};
  const TensorId input = source.inputs().at(0);
  const TensorId squares = add_computed(source, DType::f32, from);
  const TensorId means = add_computed(source, DType::f32, to);
  source.add_node({.inputs = {input, input}, .attributes = none(), .op = Op::mul, .outputs = {squares}});
  source.add_node({.inputs = {squares},
                   .attributes = Attributes::of(attributes),
                   .op = Op::average_pool_2d,
                   .outputs = {means}});
  // A root is not negative.
  if (*activation == Activation::none || *activation == Activation::relu)
    return NodeDraft{.inputs = {means}, .attributes = none(), .op = Op::sqrt};
  const TensorId roots = add_computed(source, DType::f32, to);
  source.add_node({.inputs = {means}, .attributes = none(), .op = Op::sqrt, .outputs = {roots}});
  return NodeDraft{.inputs = {roots},
                   .attributes = none(),
                   .op = *activation == Activation::relu6 ? Op::relu6 : Op::relu_n1_to_1};
}

// Whether an element stands for zero, as PAD adds it.
bool is_zero(const Tensor& value, const Tensor& output) {
  if (value.type.dtype == DType::f32) {
    const float real = value.constant->as<float>()[0];
    return real == 0 && !std::signbit(real);
  }
  const int32_t zero = output.quantization.per_tensor() ? output.quantization.zero_point() : 0;
  return value_of(value).integer(0) == zero;
}

// PADV2: PAD where it adds zeros, else parts of one value before and behind.
Result<NodeDraft> read_pad_v2(SourceOperator& source) {
  const auto paddings = paddings_of(source);
  if (!paddings) return refusal(paddings_sentence, "make the paddings constant");
  const Tensor input = source.input(0);
  const Tensor value = source.input(2);
  if (!value.is_constant() || value.type.shape.elements() != 1 || value.type.dtype != input.type.dtype)
    return refusal("the value is not a constant of one element of the input's type");
  const Quantization& q = source.output().quantization;
  if (value.quantization.per_tensor() && q.per_tensor() && value.quantization != q)
    return refusal("the value is not quantized like the output");
  if (is_zero(value, source.output()) && input.type.shape.rank() <= 4 && input.type.dtype != DType::boolean)
    return NodeDraft{.inputs = {source.inputs().at(0)},
                     .attributes = Attributes::of(PadAttributes{*paddings}),
                     .op = Op::pad};
  std::vector<int32_t> dims = input.type.shape.dims();
  std::vector<size_t> axes;
  for (size_t i = 0; i < dims.size(); ++i)
    if ((*paddings)[2 * i] > 0 || (*paddings)[2 * i + 1] > 0) axes.push_back(i);
  if (axes.empty())
    return NodeDraft{.inputs = {source.inputs().at(0)}, .attributes = none(), .op = Op::reshape};
  NodeDraft last;
  TensorId from = source.inputs().at(0);
  for (const size_t i : axes) {
    const auto part = [&](int32_t extent) {
      std::vector<int32_t> own = dims;
      own[i] = extent;
      const Shape shape(std::move(own));
      std::vector<std::byte> bytes;
      for (int64_t k = 0; k < shape.elements(); ++k)
        bytes.insert(bytes.end(), value.constant->bytes().begin(), value.constant->bytes().end());
      return source.add_tensor({.name = source.output().name,
                                .type = {input.type.dtype, shape},
                                .quantization = input.quantization,
                                .constant = Constant(std::move(bytes))});
    };
    const int32_t before = (*paddings)[2 * i];
    const int32_t after = (*paddings)[2 * i + 1];
    int64_t others = 1;
    for (size_t k = 0; k < dims.size(); ++k)
      if (k != i) others *= dims[k];
    if (others * (int64_t{before} + after) > most_elements) return refusal("it adds more than 2^18 elements");
    last = {.inputs = {},
            .attributes = Attributes::of(AxisAttributes{static_cast<int32_t>(i)}),
            .op = Op::concatenation};
    if (before > 0) last.inputs.push_back(part(before));
    last.inputs.push_back(from);
    if (after > 0) last.inputs.push_back(part(after));
    dims[i] += before + after;
    if (!Shape(dims).sane()) return refusal("the output has too many elements");
    if (i == axes.back()) break;
    from = add_computed(source, input.type.dtype, Shape(dims), input.quantization);
    last.outputs = {from};
    source.add_node(std::move(last));
  }
  return last;
}

// RANGE of constants.
Result<NodeDraft> read_range(SourceOperator& source) {
  for (size_t i = 0; i < 3; ++i)
    if (!source.has_input(i) || !source.input(i).is_constant() ||
        source.input(i).type.shape.elements() != 1 ||
        source.input(i).type.dtype != source.output().type.dtype)
      return refusal("start, limit and step are not constants of one type", "make them constant");
  const DType dtype = source.output().type.dtype;
  if (dtype == DType::f32) {
    const auto operand = [&](size_t i) { return source.input(i).constant->as<float>()[0]; };
    const float start = operand(0);
    const float step = operand(2);
    const float count = std::ceil((operand(1) - start) / step);
    if (!(count >= 0) || count > static_cast<float>(most_elements)) return refusal("the range is endless");
    std::vector<float> values;
    for (int32_t i = 0; i < static_cast<int32_t>(count); ++i)
      values.push_back(start + static_cast<float>(i) * step);
    const auto size = static_cast<int32_t>(values.size());
    return constant(add_numbers(source, dtype, {size}, values), 1);
  }
  if (dtype != DType::s32) return refusal("the range is not of int32 or float32");
  const auto operand = [&](size_t i) { return int64_t{source.input(i).constant->as<int32_t>()[0]}; };
  const int64_t step = operand(2);
  std::vector<int32_t> values;
  for (int64_t x = operand(0); step > 0 ? x < operand(1) : x > operand(1); x += step) {
    if (step == 0 || static_cast<int64_t>(values.size()) >= most_elements)
      return refusal("the range is endless");
    values.push_back(static_cast<int32_t>(x));
  }
  const auto size = static_cast<int32_t>(values.size());
  return constant(add_numbers(source, dtype, {size}, values), 1);
}

Result<NodeDraft> read_rank(SourceOperator& source) {
  const std::vector<int32_t> rank = {static_cast<int32_t>(source.input(0).type.shape.rank())};
  return constant(add_numbers(source, DType::s32, {}, rank), 0);
}

// SPARSE_TO_DENSE of constants: values at places, another one elsewhere.
Result<NodeDraft> read_sparse_to_dense(SourceOperator& source) {
  for (size_t i = 0; i < 4; ++i)
    if (!source.has_input(i) || !source.input(i).is_constant())
      return refusal("its operands are not all constant", "make them constant");
  const auto dims = *source.constant_integers(1);
  std::vector<int32_t> extents;
  for (const int64_t dim : dims) {
    if (dim < 0 || dim > most_elements) return refusal("its shape has more than 2^18 elements");
    extents.push_back(static_cast<int32_t>(dim));
  }
  const Shape shape(extents);
  if (shape.rank() > Shape::max_rank || !shape.sane() || shape.elements() > most_elements)
    return refusal("its shape has more than 2^18 elements");
  const Value places = value_of(source.input(0));
  const Value values = value_of(source.input(2));
  const Tensor& other = source.input(3);
  const DType dtype = source.output().type.dtype;
  if (values.type.dtype != dtype || other.type.dtype != dtype || other.type.shape.elements() != 1)
    return refusal("values and output are not of one type");
  const auto width = static_cast<size_t>(byte_width(dtype));
  std::vector<std::byte> bytes;
  for (int64_t i = 0; i < shape.elements(); ++i)
    bytes.insert(bytes.end(), other.constant->bytes().begin(), other.constant->bytes().end());
  const size_t rank = std::max<size_t>(shape.rank(), 1);
  const auto indices = static_cast<size_t>(places.type.shape.elements());
  if (indices % rank != 0 || places.type.dtype == DType::f32)
    return refusal("a place has not one index a dimension");
  const size_t count = indices / rank;
  if (values.type.shape.elements() != 1 && static_cast<size_t>(values.type.shape.elements()) != count)
    return refusal("there are not as many values as places");
  for (size_t i = 0; i < count; ++i) {
    int64_t at = 0;
    for (size_t k = 0; k < shape.rank(); ++k) {
      const int64_t index = places.integer(i * rank + k);
      if (index < 0 || index >= shape.dims()[k]) return refusal("a place lies outside of the shape");
      at = at * shape.dims()[k] + index;
    }
    const size_t from = values.type.shape.elements() == 1 ? 0 : i;
    std::copy_n(values.bytes.begin() + static_cast<std::ptrdiff_t>(from * width), width,
                bytes.begin() + static_cast<std::ptrdiff_t>(static_cast<size_t>(at) * width));
  }
  const TensorId dense = source.add_tensor({.name = source.output().name,
                                            .type = {dtype, shape},
                                            .quantization = source.output().quantization,
                                            .constant = Constant(std::move(bytes))});
  return constant(dense, shape.rank());
}

// WHERE of a constant: the places of what is true.
Result<NodeDraft> read_where(SourceOperator& source) {
  if (!source.input(0).is_constant())
    return refusal("the condition is not constant, so that the output has no fixed size", "make it constant");
  const Tensor& condition = source.input(0);
  const Shape shape = condition.type.shape;
  const Value value = value_of(condition);
  if (shape.elements() > most_elements || shape.rank() == 0)
    return refusal("the condition has more than 2^18 elements");
  std::vector<int64_t> places;
  for (size_t i = 0; i < static_cast<size_t>(shape.elements()); ++i) {
    const bool holds = value.type.dtype == DType::f32 ? value.as<float>()[i] != 0 : value.integer(i) != 0;
    if (!holds) continue;
    auto rest = static_cast<int64_t>(i);
    std::vector<int64_t> place(shape.rank());
    for (size_t axis = shape.rank(); axis-- > 0;) {
      place[axis] = rest % shape.dims()[axis];
      rest /= shape.dims()[axis];
    }
    places.insert(places.end(), place.begin(), place.end());
  }
  const auto rank = static_cast<int32_t>(shape.rank());
  const auto count = static_cast<int32_t>(places.size()) / rank;
  return constant(add_numbers(source, DType::s64, {count, rank}, places), 2);
}

constexpr OperatorReader rows[] = {
    {BuiltinOperator::DENSIFY, Op::reshape, read_first_operand},
    {BuiltinOperator::EMBEDDING_LOOKUP, Op::gather, read_embedding_lookup},
    {BuiltinOperator::GATHER_ND, Op::gather, read_gather_nd},
    {BuiltinOperator::L2_POOL_2D, Op::average_pool_2d, read_l2_pool},
    {BuiltinOperator::PADV2, Op::pad, read_pad_v2},
    {BuiltinOperator::RANGE, Op::reshape, read_range},
    {BuiltinOperator::RANK, Op::reshape, read_rank},
    {BuiltinOperator::SPARSE_TO_DENSE, Op::reshape, read_sparse_to_dense},
    {BuiltinOperator::WHERE, Op::reshape, read_where},
};

}  // namespace

std::span<const OperatorReader> composed_operators() {
  return rows;
}

}  // namespace burin::tflite
