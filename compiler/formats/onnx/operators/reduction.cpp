// Reductions along axes, and the places of extrema.
#include <fmt/format.h>

#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

// The axes became an operand in version 18, of ReduceSum in 13.
std::vector<int32_t> reduced_axes(const Reader& r, int64_t since_version) {
  const int32_t rank = r.rank(r.input(0));
  const auto given = r.axes(1, since_version);
  if (given && !given->empty()) return axes_of(*given, rank);
  if (r.integer("noop_with_empty_axes", 0) != 0) return {};
  return identity_permutation(rank);
}

// The reduced axes stay, or go.
TensorId shaped(Reader& r, TensorId reduced, const std::vector<int32_t>& axes) {
  if (r.integer("keepdims", 1) != 0) return reduced;
  std::vector<int32_t> dims;
  for (int32_t i = 0; i < r.rank(reduced); ++i)
    if (std::ranges::find(axes, i) == axes.end()) dims.push_back(r.shape(reduced)[i]);
  return r.reshape(reduced, Shape(std::move(dims)));
}

TensorId sum(Reader& r, TensorId x, const std::vector<int32_t>& axes) {
  return r.reduce(Op::sum, x, axes);
}

int64_t reduced_elements(const Reader& r, TensorId x, const std::vector<int32_t>& axes) {
  int64_t count = 1;
  for (const int32_t axis : axes) count *= r.shape(x)[axis];
  return count;
}

TensorId mean(Reader& r, TensorId x, const std::vector<int32_t>& axes) {
  for (size_t i = 1; i < axes.size(); ++i)
    if (axes[i] != axes[i - 1] + 1)  // MEAN takes few runs of neighbors
      return r.mul(sum(r, x, axes), 1.0 / static_cast<double>(reduced_elements(r, x, axes)));
  return axes.empty() ? x : r.reduce(Op::mean, x, axes);
}

// Reads an operand of any type that is computed with, reduces it, and gives its type back. `float_only` ones
// are refused for integers.
template <class Reduce>
void read_reduction(Reader& r, int64_t since_version, bool float_only, const Reduce& reduce) {
  const TensorId x = r.input(0);
  const DType type = r.dtype(x);
  if (float_only && type != DType::f32)
    unsupported(fmt::format("the input is {}, and only float32 is supported", describe_type(r.at(x).type)));
  const std::vector<int32_t> axes = reduced_axes(r, since_version);
  const bool direct = type == DType::f32 || (type == DType::s64 && r.is_constant(x));
  const TensorId reduced = reduce(direct ? x : r.narrowed(x), axes);
  r.finish(shaped(r, r.widened(reduced, type), axes));
}

template <Op op>
void read_plain(Reader& r) {
  read_reduction(r, op == Op::sum ? 13 : 18, false,
                 [&](TensorId x, const std::vector<int32_t>& axes) { return r.reduce(op, x, axes); });
}

void read_mean(Reader& r) {
  read_reduction(r, 18, false, [&](TensorId x, const std::vector<int32_t>& axes) {
    if (r.is_float(x)) return mean(r, x, axes);
    return r.div(sum(r, x, axes), r.scalar_like(x, static_cast<double>(reduced_elements(r, x, axes))));
  });
}

TensorId magnitude(Reader& r, TensorId x) {
  return r.is_float(x) ? r.unary(Op::abs, x) : r.binary(Op::maximum, x, r.sub(r.scalar_like(x, 0), x));
}

void read_l1(Reader& r) {
  read_reduction(r, 18, false,
                 [&](TensorId x, const std::vector<int32_t>& axes) { return sum(r, magnitude(r, x), axes); });
}

void read_l2(Reader& r) {
  read_reduction(r, 18, true, [&](TensorId x, const std::vector<int32_t>& axes) {
    return r.unary(Op::sqrt, sum(r, r.unary(Op::square, x), axes));
  });
}

void read_sum_of_squares(Reader& r) {
  read_reduction(r, 18, false,
                 [&](TensorId x, const std::vector<int32_t>& axes) { return sum(r, r.mul(x, x), axes); });
}

void read_log_sum(Reader& r) {
  read_reduction(r, 18, true, [&](TensorId x, const std::vector<int32_t>& axes) {
    return r.unary(Op::log, sum(r, x, axes));
  });
}

void read_log_sum_exp(Reader& r) {
  read_reduction(r, 18, true, [&](TensorId x, const std::vector<int32_t>& axes) {
    const TensorId top = r.reduce(Op::reduce_max, x, axes);
    return r.add(top, r.unary(Op::log, sum(r, r.unary(Op::exp, r.sub(x, top)), axes)));
  });
}

template <Op op>
void read_place(Reader& r) {
  TensorId x = r.input(0);
  const int32_t axis = axis_of(r.integer("axis", 0), r.rank(x));
  const bool last = r.integer("select_last_index", 0) != 0;
  if (r.dtype(x) == DType::s64 || r.dtype(x) == DType::boolean) x = r.narrowed(x);
  if (last) x = r.emit(Op::reverse_v2, {x}, r.at(x).type, {{"axes", std::vector<int32_t>{axis}}});
  std::vector<int32_t> dims = r.shape(x).dims();
  const int32_t length = dims[static_cast<size_t>(axis)];
  dims.erase(dims.begin() + axis);
  TensorId place = r.emit(op, {x}, {DType::s32, Shape(dims)}, {{"axis", axis}});
  if (last) place = r.sub(r.scalar_like(place, length - 1), place);
  if (r.integer("keepdims", 1) != 0) {
    dims.insert(dims.begin() + axis, 1);
    place = r.reshape(place, Shape(std::move(dims)));
  }
  r.finish(r.cast(place, DType::s64));
}

constexpr OperatorEntry entries[] = {
    {"ArgMax", read_place<Op::arg_max>},
    {"ArgMin", read_place<Op::arg_min>},
    {"ReduceL1", read_l1},
    {"ReduceL2", read_l2},
    {"ReduceLogSum", read_log_sum},
    {"ReduceLogSumExp", read_log_sum_exp},
    {"ReduceMax", read_plain<Op::reduce_max>},
    {"ReduceMean", read_mean},
    {"ReduceMin", read_plain<Op::reduce_min>},
    {"ReduceProd", read_plain<Op::reduce_prod>},
    {"ReduceSum", read_plain<Op::sum>},
    {"ReduceSumSquare", read_sum_of_squares},
};

}  // namespace

std::span<const OperatorEntry> reduction_operators() {
  return entries;
}

}  // namespace burin::onnx
