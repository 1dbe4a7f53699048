#include "formats/onnx/builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "eval/evaluator.hpp"
#include "ir/edit.hpp"
#include "ops/operator.hpp"

namespace burin::onnx {

void refuse(DiagnosticCode code, std::string message, std::string help) {
  throw Refused(
      {.code = code, .message = std::move(message), .place = {}, .help = std::move(help), .file = {}});
}

void unsupported(std::string message, std::string help) {
  refuse(DiagnosticCode::E0402, std::move(message), std::move(help));
}

void contradiction(std::string message) {
  refuse(DiagnosticCode::E0303, std::move(message));
}

std::vector<int64_t> Builder::integers_of(TensorId id) const {
  const Tensor& tensor = at(id);
  BURIN_CHECK(tensor.is_constant(), "the elements of a tensor that is not constant");
  if (tensor.type.dtype == DType::f32) contradiction("real numbers stand where integers belong");
  const Value value = Value::of(tensor.type, tensor.constant->bytes());
  std::vector<int64_t> result(static_cast<size_t>(tensor.type.shape.elements()));
  for (size_t i = 0; i < result.size(); ++i) result[i] = value.integer(i);
  return result;
}

std::vector<float> Builder::floats_of(TensorId id) const {
  const Tensor& tensor = at(id);
  BURIN_CHECK(tensor.is_constant(), "the elements of a tensor that is not constant");
  if (tensor.type.dtype == DType::f32) {
    const auto values = tensor.constant->as<float>();
    return {values.begin(), values.end()};
  }
  std::vector<float> result;
  for (const int64_t value : integers_of(id)) result.push_back(static_cast<float>(value));
  return result;
}

// ---- constants ----

TensorId Builder::new_tensor(TensorType type) {
  if (!type.shape.sane())
    refuse(DiagnosticCode::E0403, fmt::format("a tensor would have the shape [{}]", to_string(type.shape)),
           fmt::format("Burin's tensors have at most {} dimensions and {} elements", Shape::max_rank,
                       Shape::max_elements));
  return add_tensor(graph_, {.type = std::move(type)});
}

TensorId Builder::constant(TensorType type, Constant value) {
  work_.bytes -= type.bytes();
  if (work_.bytes < 0) refuse(DiagnosticCode::E0403, "the model computes too much from constants");
  const TensorId id = new_tensor(std::move(type));
  graph_.at(id).constant = std::move(value);
  return id;
}

TensorId Builder::floats(Shape shape, const std::vector<float>& values) {
  return constant({DType::f32, std::move(shape)}, Constant::of(values));
}

TensorId Builder::integers(DType dtype, Shape shape, const std::vector<int64_t>& values) {
  Value value = Value::zeros({dtype, std::move(shape)});
  for (size_t i = 0; i < values.size(); ++i) value.set_integer(i, values[i]);
  return constant(value.type, Constant(std::move(value.bytes)));
}

TensorId Builder::scalar_like(TensorId like, double value) {
  if (is_float(like)) return scalar(static_cast<float>(value));
  return integers(dtype(like), {}, {static_cast<int64_t>(value)});
}

// ---- nodes ----

bool Builder::fold(const Node& node) {
  const bool needs_only_types = operator_of(node).facts().needs_only_types;
  for (const TensorId id : node.inputs)
    if (id.valid() && !graph_.at(id).is_constant() && !needs_only_types) return false;
  const int64_t steps = evaluation_steps({graph_, node}) +
                        static_cast<int64_t>(graph_.tensors.size() / 4);  // Evaluator's table
  int64_t bytes = 0;
  for (const TensorId id : node.outputs) bytes += graph_.at(id).type.bytes();
  if (steps > work_.steps || bytes > work_.bytes) return false;
  work_.steps -= steps;
  work_.bytes -= bytes;
  std::vector<Value> values = evaluate_constant_node(graph_, node, Rounding::litert);
  for (size_t i = 0; i < values.size(); ++i)
    graph_.at(node.outputs[i]).constant = Constant(std::move(values[i].bytes));
  return true;
}

void Builder::append(Node node) {
  work_.producers.resize(graph_.tensors.size(), -1);
  for (const TensorId id : node.outputs)
    work_.producers[id.index] = static_cast<int32_t>(graph_.nodes.size());
  graph_.nodes.push_back(std::move(node));
}

const Node* Builder::producer(TensorId id) const {
  if (id.index >= work_.producers.size() || work_.producers[id.index] < 0) return nullptr;
  return &graph_.nodes[static_cast<size_t>(work_.producers[id.index])];
}

TensorId Builder::emit(Op op, std::vector<TensorId> inputs, TensorType output,
                       const std::vector<NamedAttribute>& attributes, Activation activation,
                       Quantization quantization) {
  if (--work_.nodes < 0) refuse(DiagnosticCode::E0403, "the model takes too many operators");
  std::string error;
  const TensorId id = new_tensor(std::move(output));
  graph_.at(id).quantization = std::move(quantization);
  Node node{.op = op,
            .inputs = std::move(inputs),
            .outputs = {id},
            .attributes = operator_of(op).parse_attributes(attributes, error),
            .activation = activation,
            .keeps_infinities = operator_of(op).facts().limits_reals() && at(id).type.dtype == DType::f32,
            .name = name_,
            .source_index = source_index_};
  BURIN_CHECK(error.empty(), error);
  for (Diagnostic& found : check_operator({graph_, node})) {
    found.place.clear();  // the engine knows the file's own
    throw Refused(std::move(found));
  }
  if (!fold(node)) append(std::move(node));
  return id;
}

std::vector<TensorId> Builder::emit(Op op, std::vector<TensorId> inputs,
                                    const std::vector<TensorType>& outputs,
                                    const std::vector<NamedAttribute>& attributes) {
  if (--work_.nodes < 0) refuse(DiagnosticCode::E0403, "the model takes too many operators");
  std::string error;
  Node node{.op = op,
            .inputs = std::move(inputs),
            .attributes = operator_of(op).parse_attributes(attributes, error),
            .name = name_,
            .source_index = source_index_};
  BURIN_CHECK(error.empty(), error);
  for (const TensorType& type : outputs) node.outputs.push_back(new_tensor(type));
  for (Diagnostic& found : check_operator({graph_, node})) {
    found.place.clear();
    throw Refused(std::move(found));
  }
  const std::vector<TensorId> ids = node.outputs;
  if (!fold(node)) append(std::move(node));
  return ids;
}

TensorId Builder::unary(Op op, TensorId x) {
  return emit(op, {x}, at(x).type);
}

namespace {

// What the operators that compute with integers take without a scale.
bool computes(Op op, DType dtype, bool constant) {
  if (dtype == DType::f32 || dtype == DType::s32) return true;
  return dtype == DType::s64 && constant && op != Op::maximum && op != Op::minimum;
}

}  // namespace

TensorId Builder::binary(Op op, TensorId a, TensorId b) {
  if (dtype(a) != dtype(b))
    contradiction(
        fmt::format("operands are {} and {}", describe_type(at(a).type), describe_type(at(b).type)));
  const DType type = dtype(a);
  const Shape to = broadcast(shape(a), shape(b));
  if (computes(op, type, is_constant(a) && is_constant(b))) return emit(op, {a, b}, {type, to});
  return widened(emit(op, {narrowed(a), narrowed(b)}, {DType::s32, to}), type);
}

TensorId Builder::comparison(Op op, TensorId a, TensorId b) {
  if (dtype(a) != dtype(b))
    contradiction(
        fmt::format("operands are {} and {}", describe_type(at(a).type), describe_type(at(b).type)));
  const Shape to = broadcast(shape(a), shape(b));
  const bool direct = dtype(a) == DType::boolean || computes(op, dtype(a), is_constant(a) && is_constant(b));
  if (direct) return emit(op, {a, b}, {DType::boolean, to});
  return emit(op, {narrowed(a), narrowed(b)}, {DType::boolean, to});
}

TensorId Builder::select(TensorId condition, TensorId a, TensorId b) {
  if (dtype(a) != dtype(b))
    contradiction(
        fmt::format("operands are {} and {}", describe_type(at(a).type), describe_type(at(b).type)));
  const DType type = dtype(a);
  const Shape to = broadcast(shape(condition), broadcast(shape(a), shape(b)));
  const bool constant = is_constant(condition) && is_constant(a) && is_constant(b);
  if (type == DType::s64 && !constant)
    return widened(emit(Op::select_v2, {condition, narrowed(a), narrowed(b)}, {DType::s32, to}), type);
  return emit(Op::select_v2, {condition, a, b}, {type, to});
}

TensorId Builder::cast(TensorId x, DType to) {
  if (dtype(x) == to) return x;
  return emit(Op::cast, {x}, {to, shape(x)});
}

TensorId Builder::polynomial(TensorId x, const std::vector<double>& coefficients) {
  TensorId result = scalar(static_cast<float>(coefficients.back()));
  for (size_t i = coefficients.size() - 1; i-- > 0;) result = add(mul(result, x), coefficients[i]);
  return result;
}

TensorId Builder::clamp(TensorId x, float low, float high) {
  if (low == 0 && high == 6) return unary(Op::relu6, x);
  if (low == -1 && high == 1) return unary(Op::relu_n1_to_1, x);
  if (low == 0)
    x = unary(Op::relu, x);
  else if (low > std::numeric_limits<float>::lowest())
    x = binary(Op::maximum, x, scalar(low));
  if (high < std::numeric_limits<float>::max()) x = binary(Op::minimum, x, scalar(high));
  return x;
}

TensorId Builder::narrowed(TensorId x) {
  if (dtype(x) == DType::s32 || dtype(x) == DType::f32) return x;
  if (is_constant(x)) {
    std::vector<int64_t> values = integers_of(x);
    for (int64_t& value : values) value = std::clamp<int64_t>(value, INT32_MIN, INT32_MAX);
    return integers(DType::s32, shape(x), values);
  }
  // What was widened just now is there in 32 bits.
  const Node* node = producer(x);
  if (node != nullptr && node->op == Op::cast && dtype(node->inputs[0]) == DType::s32 &&
      dtype(x) == DType::s64)
    return node->inputs[0];
  return cast(x, DType::s32);
}

TensorId Builder::widened(TensorId x, DType to) {
  return cast(x, to);
}

// ---- movements ----

TensorId Builder::reshape(TensorId x, Shape to) {
  if (shape(x) == to) return x;
  if (shape(x).elements() != to.elements())
    contradiction(fmt::format("{} cannot have the shape [{}]", describe_type(at(x).type), to_string(to)));
  const TensorId y =
      emit(Op::reshape, {x}, {dtype(x), std::move(to)}, {}, Activation::none, at(x).quantization);
  follow(x, y, {});
  return y;
}

// Integers that a constant stands for are moved with it: by a permutation, or to another shape where that is
// empty.
void Builder::follow(TensorId from, TensorId to, const std::vector<int32_t>& permutation) {
  const auto entry = work_.integers.find(from);
  if (entry == work_.integers.end() || !is_constant(to)) return;
  Quantization quantization = at(entry->second).quantization;
  if (quantization.scales.size() > 1) {
    const auto axis = static_cast<size_t>(quantization.axis);
    if (!permutation.empty()) {
      quantization.axis =
          static_cast<int32_t>(std::ranges::find(permutation, quantization.axis) - permutation.begin());
    } else {
      const std::vector<int32_t>& before = shape(from).dims();
      const std::vector<int32_t>& after = shape(to).dims();
      if (after.size() <= axis ||
          !std::equal(before.begin(), before.begin() + quantization.axis + 1, after.begin()))
        return;
    }
  }
  const TensorId integers = entry->second;
  const TensorId moved = permutation.empty() ? emit(Op::reshape, {integers}, {dtype(integers), shape(to)})
                                             : emit(Op::transpose, {integers}, {dtype(integers), shape(to)},
                                                    {{"permutation", permutation}});
  if (!is_constant(moved)) return;
  graph_.at(moved).quantization = std::move(quantization);
  work_.integers[to] = moved;
}

TensorId Builder::transpose(TensorId x, const std::vector<int32_t>& permutation) {
  if (permutation == identity_permutation(rank(x))) return x;
  std::vector<int32_t> dims;
  for (const int32_t axis : permutation) dims.push_back(shape(x)[axis]);
  const TensorId y = emit(Op::transpose, {x}, {dtype(x), Shape(std::move(dims))},
                          {{"permutation", permutation}}, Activation::none, at(x).quantization);
  follow(x, y, permutation);
  return y;
}

TensorId Builder::slice(TensorId x, std::vector<int32_t> begin, std::vector<int32_t> extent,
                        std::vector<int32_t> step) {
  if (step.empty()) step.assign(begin.size(), 1);
  const bool whole = std::ranges::all_of(step, [](int32_t s) { return s == 1; }) && extent == shape(x).dims();
  if (whole) return x;
  Shape to(extent);
  return emit(Op::strided_slice, {x}, {dtype(x), std::move(to)},
              {{"begin", std::move(begin)}, {"step", std::move(step)}, {"extent", std::move(extent)}},
              Activation::none, at(x).quantization);
}

TensorId Builder::slice_axis(TensorId x, int32_t axis, int32_t begin, int32_t count) {
  std::vector<int32_t> from(shape(x).rank());
  std::vector<int32_t> extent = shape(x).dims();
  from[static_cast<size_t>(axis)] = begin;
  extent[static_cast<size_t>(axis)] = count;
  return slice(x, std::move(from), std::move(extent));
}

TensorId Builder::concat(const std::vector<TensorId>& parts, int32_t axis) {
  if (parts.size() == 1) return parts[0];
  std::vector<int32_t> dims = shape(parts[0]).dims();
  int64_t length = 0;
  for (const TensorId part : parts) {
    if (shape(part).rank() != dims.size() || dtype(part) != dtype(parts[0]))
      contradiction("tensors of different types are joined");
    length += shape(part)[axis];
  }
  if (length > Shape::max_elements) contradiction("the joined tensor is too large");
  dims[static_cast<size_t>(axis)] = static_cast<int32_t>(length);
  return emit(Op::concatenation, parts, {dtype(parts[0]), Shape(std::move(dims))}, {{"axis", axis}},
              Activation::none, at(parts[0]).quantization);
}

TensorId Builder::broadcast_to(TensorId x, const Shape& to) {
  if (shape(x) == to) return x;
  if (shape(x).elements() == to.elements()) return reshape(x, to);
  return emit(Op::broadcast_to, {x}, {dtype(x), to}, {}, Activation::none, at(x).quantization);
}

TensorId Builder::gather(TensorId x, TensorId indices, int32_t axis) {
  std::vector<int32_t> dims;
  for (int32_t i = 0; i < rank(x); ++i) {
    if (i == axis)
      dims.insert(dims.end(), shape(indices).dims().begin(), shape(indices).dims().end());
    else
      dims.push_back(shape(x)[i]);
  }
  return emit(Op::gather, {x, narrowed(indices)}, {dtype(x), Shape(std::move(dims))},
              {{"axis", axis}, {"batch_dims", 0}}, Activation::none, at(x).quantization);
}

TensorId Builder::pad(TensorId x, const std::vector<int32_t>& before_and_after) {
  if (std::ranges::all_of(before_and_after, [](int32_t n) { return n == 0; })) return x;
  std::vector<int32_t> dims = shape(x).dims();
  for (size_t i = 0; i < dims.size(); ++i) dims[i] += before_and_after[2 * i] + before_and_after[2 * i + 1];
  return emit(Op::pad, {x}, {dtype(x), Shape(std::move(dims))}, {{"paddings", before_and_after}},
              Activation::none, at(x).quantization);
}

TensorId Builder::axis_to_end(TensorId x, int32_t axis) {
  std::vector<int32_t> permutation = identity_permutation(rank(x));
  permutation.erase(permutation.begin() + axis);
  permutation.push_back(axis);
  return transpose(x, permutation);
}

TensorId Builder::axis_from_end(TensorId x, int32_t axis) {
  std::vector<int32_t> permutation = identity_permutation(rank(x));
  permutation.pop_back();
  permutation.insert(permutation.begin() + axis, rank(x) - 1);
  return transpose(x, permutation);
}

TensorId Builder::reduce(Op op, TensorId x, const std::vector<int32_t>& axes) {
  if (axes.empty()) return x;
  std::vector<int32_t> dims = shape(x).dims();
  for (const int32_t axis : axes) dims[static_cast<size_t>(axis)] = 1;
  return emit(op, {x}, {dtype(x), Shape(std::move(dims))}, {{"axes", axes}, {"keep_dims", true}});
}

// ---- products ----

TensorId Builder::dense(TensorId x, TensorId weights, TensorId bias) {
  std::vector<int32_t> dims = shape(x).dims();
  if (dims.empty() || shape(weights).rank() != 2 || dims.back() != shape(weights)[1])
    contradiction(fmt::format("{} is multiplied by {} rows of {}", describe_type(at(x).type),
                              shape(weights).rank() == 2 ? shape(weights)[0] : 0,
                              shape(weights).rank() == 2 ? shape(weights)[1] : 0));
  dims.back() = shape(weights)[0];
  std::vector<TensorId> inputs = {x, weights};
  if (bias.valid()) inputs.push_back(bias);
  return emit(Op::fully_connected, std::move(inputs), {dtype(x), Shape(std::move(dims))},
              {{"keep_rank", true}});
}

TensorId Builder::matmul(TensorId a, TensorId b, bool transpose_a, bool transpose_b) {
  const Shape& left = shape(a);
  const Shape& right = shape(b);
  if (left.rank() < 2 || right.rank() < 2) contradiction("matrices have at least two dimensions");
  const auto leading = [](const Shape& s) { return Shape({s.dims().begin(), s.dims().end() - 2}); };
  std::vector<int32_t> dims = broadcast(leading(left), leading(right)).dims();
  dims.push_back(transpose_a ? left[-1] : left[-2]);
  dims.push_back(transpose_b ? right[-2] : right[-1]);
  return emit(Op::batch_matmul, {a, b}, {dtype(a), Shape(std::move(dims))},
              {{"adj_x", transpose_a}, {"adj_y", transpose_b}});
}

// ---- shapes ----

Shape broadcast(const Shape& a, const Shape& b) {
  const size_t rank = std::max(a.rank(), b.rank());
  const Shape left = padded_shape(a, rank);
  const Shape right = padded_shape(b, rank);
  std::vector<int32_t> dims;
  for (size_t i = 0; i < rank; ++i) {
    const int32_t x = left[static_cast<int>(i)];
    const int32_t y = right[static_cast<int>(i)];
    if (x != y && x != 1 && y != 1)
      contradiction(
          fmt::format("the shapes [{}] and [{}] do not fit each other", to_string(a), to_string(b)));
    dims.push_back(x == 1 ? y : x);
  }
  return Shape(std::move(dims));
}

Shape padded_shape(const Shape& shape, size_t rank) {
  std::vector<int32_t> dims = shape.dims();
  if (dims.size() < rank) dims.insert(dims.begin(), rank - dims.size(), 1);
  return Shape(std::move(dims));
}

std::vector<int32_t> identity_permutation(int32_t rank) {
  std::vector<int32_t> result(static_cast<size_t>(rank));
  std::iota(result.begin(), result.end(), 0);
  return result;
}

}  // namespace burin::onnx
