// Elements by their places: gathering, scattering, sorting and running sums.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

// Places that count from the end where they are negative, as ones from the start, in 32 bits.
TensorId from_start(Reader& r, TensorId places, int64_t length) {
  if (r.is_constant(places)) {
    std::vector<int64_t> values = r.integers_of(places);
    for (int64_t& value : values) {
      if (value < -length || value >= length)
        contradiction(fmt::format("there is no place {} of {}", value, length));
      if (value < 0) value += length;
    }
    return r.integers(DType::s32, r.shape(places), values);
  }
  const TensorId narrow = r.narrowed(places);
  const TensorId negative = r.comparison(Op::less, narrow, r.scalar_like(narrow, 0));
  return r.select(negative, r.add(narrow, static_cast<double>(length)), narrow);
}

// Slices where the places are constant and neighbors, else a gather.
TensorId take(Reader& r, TensorId x, TensorId places, int32_t axis) {
  const Shape shape = r.shape(places);
  if (r.is_constant(places) && shape.rank() <= 1 && shape.elements() > 0) {
    const std::vector<int64_t> values = r.integers_of(places);
    bool run = true;
    for (size_t i = 1; i < values.size(); ++i) run = run && values[i] == values[i - 1] + 1;
    if (run) {
      const TensorId part =
          r.slice_axis(x, axis, static_cast<int32_t>(values[0]), static_cast<int32_t>(values.size()));
      if (shape.rank() == 1) return part;
      std::vector<int32_t> dims = r.shape(part).dims();
      dims.erase(dims.begin() + axis);
      return r.reshape(part, Shape(std::move(dims)));
    }
  }
  return r.gather(x, places, axis);
}

void read_gather(Reader& r) {
  const TensorId x = r.input(0);
  const int32_t axis = axis_of(r.integer("axis", 0), r.rank(x));
  r.finish(take(r, x, from_start(r, r.input(1), r.shape(x)[axis]), axis));
}

// The distance between neighbors along an axis, in elements.
int64_t stride_of(const Shape& shape, int32_t axis) {
  return shape.elements(static_cast<size_t>(axis) + 1, shape.rank());
}

// For each element of `shape` the number of its row: its place in a tensor of dimensions `in`, but for the
// axis.
std::vector<int64_t> rows_without(const Shape& shape, const Shape& in, int32_t axis) {
  const int64_t count = shape.elements();
  bound_elements(count);
  std::vector<int64_t> rows(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    int64_t rest = i;
    int64_t row = 0;
    for (auto k = static_cast<int32_t>(shape.rank()); k-- > 0;) {
      const int64_t place = rest % shape[k];
      rest /= shape[k];
      if (k != axis) row += place * stride_of(in, k);
    }
    rows[static_cast<size_t>(i)] = row;
  }
  return rows;
}

// places * stride + constants, element by element.
TensorId flat_places(Reader& r, TensorId places, int64_t stride, const std::vector<int64_t>& added) {
  const TensorId narrow = r.narrowed(places);
  return r.binary(Op::add, r.mul(narrow, static_cast<double>(stride)),
                  r.integers(DType::s32, r.shape(places), added));
}

void read_gather_elements(Reader& r) {
  const TensorId x = r.input(0);
  const TensorId places = r.input(1);
  const int32_t axis = axis_of(r.integer("axis", 0), r.rank(x));
  if (r.rank(places) != r.rank(x)) contradiction("places and input are of different rank");
  const TensorId known = from_start(r, places, r.shape(x)[axis]);
  const TensorId flat =
      flat_places(r, known, stride_of(r.shape(x), axis), rows_without(r.shape(places), r.shape(x), axis));
  const TensorId all = r.reshape(x, {static_cast<int32_t>(r.shape(x).elements())});
  r.finish(r.gather(all, flat, 0));
}

// Tuples of places to the numbers of rows, of a tensor whose leading dimensions they name; [..., K] to [...].
TensorId rows_of_tuples(Reader& r, TensorId tuples, const Shape& in, int32_t first) {
  const int32_t length = r.shape(tuples)[-1];
  const int32_t last = r.rank(tuples) - 1;
  int64_t stride = 1;
  TensorId rows;
  std::vector<int32_t> dims = r.shape(tuples).dims();
  dims.pop_back();
  for (int32_t k = length; k-- > 0;) {
    const TensorId places = r.reshape(r.slice_axis(tuples, last, k, 1), Shape(dims));
    TensorId own = from_start(r, places, in[first + k]);
    if (stride != 1) own = r.mul(own, static_cast<double>(stride));
    rows = rows.valid() ? r.add(rows, own) : own;
    stride *= in[first + k];
  }
  return rows;
}

void read_gather_nd(Reader& r) {
  const TensorId x = r.input(0);
  TensorId tuples = r.input(1);
  const auto batches = static_cast<int32_t>(r.integer("batch_dims", 0));
  const Shape in = r.shape(x);
  if (r.rank(tuples) < 1 || batches < 0 || batches >= r.rank(tuples) ||
      batches + r.shape(tuples)[-1] > static_cast<int32_t>(in.rank()))
    contradiction("the tuples of places do not fit the input");
  const int32_t length = r.shape(tuples)[-1];
  TensorId rows = rows_of_tuples(r, tuples, in, batches);
  const int64_t rows_each = in.elements(static_cast<size_t>(batches), static_cast<size_t>(batches + length));
  if (batches > 0) {
    const int64_t count = r.shape(rows).elements(0, static_cast<size_t>(batches));
    if (count != in.elements(0, static_cast<size_t>(batches)))
      contradiction("the batches do not fit each other");
    const int64_t each = r.shape(rows).elements() / count;
    std::vector<int64_t> offsets;
    for (int64_t i = 0; i < r.shape(rows).elements(); ++i) offsets.push_back(i / each * rows_each);
    rows = flat_places(r, rows, 1, offsets);
  }
  std::vector<int32_t> dims = r.shape(tuples).dims();
  dims.pop_back();
  std::vector<int32_t> table = {static_cast<int32_t>(in.elements(0, static_cast<size_t>(batches + length)))};
  for (size_t i = static_cast<size_t>(batches + length); i < in.rank(); ++i) {
    dims.push_back(in.dims()[i]);
    table.push_back(in.dims()[i]);
  }
  const int32_t inner = static_cast<int32_t>(in.elements(static_cast<size_t>(batches + length), in.rank()));
  const TensorId flat = r.reshape(x, {table[0], inner});
  r.finish(r.reshape(r.gather(flat, rows, 0), Shape(std::move(dims))));
}

// ---- scattering ----

// Rows of `data` [rows, inner] replaced by those of `updates` [count, inner], each row at most once.
TensorId replace_rows(Reader& r, TensorId data, TensorId updates, const std::vector<int64_t>& rows) {
  const int32_t total = r.shape(data)[0];
  const auto count = static_cast<int32_t>(rows.size());
  bool run = true;
  for (size_t i = 1; i < rows.size(); ++i) run = run && rows[i] == rows[i - 1] + 1;
  if (run && count > 0) {
    const auto first = static_cast<int32_t>(rows[0]);
    std::vector<TensorId> parts;
    if (first > 0) parts.push_back(r.slice_axis(data, 0, 0, first));
    parts.push_back(updates);
    if (first + count < total) parts.push_back(r.slice_axis(data, 0, first + count, total - first - count));
    return r.concat(parts, 0);
  }
  bound_elements(total);
  std::vector<int64_t> places(static_cast<size_t>(total));
  std::iota(places.begin(), places.end(), 0);
  for (size_t i = 0; i < rows.size(); ++i)
    places[static_cast<size_t>(rows[i])] = total + static_cast<int64_t>(i);
  // Where every row is replaced nothing of the old ones is read.
  if (std::ranges::all_of(places, [&](int64_t place) { return place >= total; })) {
    for (int64_t& place : places) place -= total;
    return r.gather(updates, r.integers(DType::s32, {total}, places), 0);
  }
  return r.gather(r.concat({data, updates}, 0), r.integers(DType::s32, {total}, places), 0);
}

TensorId combined(Reader& r, const std::string& how, TensorId old, TensorId update) {
  if (how == "none") return update;
  if (how == "add") return r.add(old, update);
  if (how == "mul") return r.mul(old, update);
  if (how == "max") return r.binary(Op::maximum, old, update);
  if (how == "min") return r.binary(Op::minimum, old, update);
  unsupported(fmt::format("the reduction is \"{}\"", printable(how, 40)));
}

// The same with rows that may come often, and what is done with the old ones.
TensorId scatter_rows(Reader& r, TensorId data, TensorId updates, const std::vector<int64_t>& rows,
                      const std::string& how) {
  std::vector<size_t> left(rows.size());
  std::iota(left.begin(), left.end(), size_t{0});
  while (!left.empty()) {
    // Of each row the first update that is left.
    std::vector<size_t> now;
    std::vector<size_t> later;
    std::map<int64_t, bool> taken;
    for (const size_t i : left) (taken.try_emplace(rows[i], true).second ? now : later).push_back(i);
    std::vector<int64_t> own_rows;
    std::vector<int64_t> own_updates;
    for (const size_t i : now) {
      own_rows.push_back(rows[i]);
      own_updates.push_back(static_cast<int64_t>(i));
    }
    const auto count = static_cast<int32_t>(now.size());
    TensorId part = updates;
    if (count != r.shape(updates)[0])
      part = take(r, updates, r.integers(DType::s32, {count}, own_updates), 0);
    if (how != "none")
      part = combined(r, how, take(r, data, r.integers(DType::s32, {count}, own_rows), 0), part);
    data = replace_rows(r, data, part, own_rows);
    left = std::move(later);
  }
  return data;
}

// Rows that are known at run time only: one update after the other, on the row that has its number.
TensorId scatter_computed_rows(Reader& r, TensorId data, TensorId updates, TensorId rows,
                               const std::string& how) {
  const auto count = static_cast<int32_t>(r.shape(rows).elements());
  const int32_t total = r.shape(data)[0];
  if (count > 256)
    unsupported(fmt::format("{} places are computed at run time", count),
                "up to 256 are supported; make them constant");
  bound_elements(total);
  std::vector<int64_t> numbers(static_cast<size_t>(total));
  std::iota(numbers.begin(), numbers.end(), 0);
  const TensorId all = r.integers(DType::s32, {total, 1}, numbers);
  const TensorId list = r.reshape(r.narrowed(rows), {count});
  for (int32_t i = 0; i < count; ++i) {
    const TensorId here = r.comparison(Op::equal, all, r.slice_axis(list, 0, i, 1));
    data = r.select(here, combined(r, how, data, r.slice_axis(updates, 0, i, 1)), data);
  }
  return data;
}

TensorId scattered(Reader& r, TensorId data, TensorId updates, TensorId rows) {
  const std::string how = r.text("reduction", "none");
  if (r.is_constant(rows)) return scatter_rows(r, data, updates, r.integers_of(rows), how);
  return scatter_computed_rows(r, data, updates, rows, how);
}

void read_scatter_nd(Reader& r) {
  const TensorId data = r.input(0);
  const TensorId tuples = r.input(1);
  const Shape in = r.shape(data);
  const int32_t length = r.rank(tuples) < 1 ? 0 : r.shape(tuples)[-1];
  if (length < 1 || length > static_cast<int32_t>(in.rank()))
    contradiction("the tuples of places do not fit the input");
  const TensorId rows = rows_of_tuples(r, tuples, in, 0);
  const auto inner = static_cast<int32_t>(in.elements(static_cast<size_t>(length), in.rank()));
  const auto total = static_cast<int32_t>(in.elements(0, static_cast<size_t>(length)));
  const auto count = static_cast<int32_t>(r.shape(rows).elements());
  if (r.shape(r.input(2)).elements() != int64_t{count} * inner)
    contradiction("the updates do not fit the places");
  const TensorId result =
      scattered(r, r.reshape(data, {total, inner}), r.reshape(r.input(2), {count, inner}), rows);
  r.finish(r.reshape(result, in));
}

void read_scatter_elements(Reader& r) {
  const TensorId data = r.input(0);
  const Shape in = r.shape(data);
  const Shape shape = r.shape(r.input(1));
  const int32_t axis = axis_of(r.integer("axis", 0), r.rank(data));
  if (shape.rank() != in.rank() || r.shape(r.input(2)) != shape)
    contradiction("the updates do not fit the places");
  const TensorId rows =
      flat_places(r, from_start(r, r.input(1), in[axis]), stride_of(in, axis), rows_without(shape, in, axis));
  const auto total = static_cast<int32_t>(in.elements());
  const auto count = static_cast<int32_t>(shape.elements());
  const TensorId result = scattered(r, r.reshape(data, {total, 1}), r.reshape(r.input(2), {count, 1}), rows);
  r.finish(r.reshape(result, in));
}

// ---- one-hot, top-k, running sums ----

TensorId counting(Reader& r, int32_t count) {
  bound_elements(count);
  std::vector<int64_t> values(static_cast<size_t>(count));
  std::iota(values.begin(), values.end(), 0);
  return r.integers(DType::s32, {count}, values);
}

void read_one_hot(Reader& r) {
  const auto depth = r.constant_floats(1, "depth");
  if (!depth || depth->size() != 1 || !(std::abs(depth->front()) < 0x1p24f))
    contradiction("the depth is missing");
  const int32_t length = dimension_of(static_cast<int64_t>(depth->front()), "depth");
  if (length < 1) unsupported("the depth is 0");
  const int32_t rank = r.rank(r.input(0)) + 1;
  const int32_t axis = axis_of(r.integer("axis", -1), rank);
  TensorId places = r.input(0);
  if (r.is_float(places)) places = r.cast(places, DType::s32);
  places = r.narrowed(places);
  const TensorId negative = r.comparison(Op::less, places, r.scalar_like(places, 0));
  places = r.select(negative, r.add(places, static_cast<double>(length)), places);
  std::vector<int32_t> dims = r.shape(places).dims();
  dims.insert(dims.begin() + axis, 1);
  std::vector<int32_t> along(static_cast<size_t>(rank), 1);
  along[static_cast<size_t>(axis)] = length;
  const TensorId hot = r.comparison(Op::equal, r.reshape(places, Shape(std::move(dims))),
                                    r.reshape(counting(r, length), Shape(std::move(along))));
  const TensorId values = r.input(2);
  if (r.shape(values) != Shape{2}) contradiction("there are not two values");
  r.finish(r.select(hot, r.reshape(r.slice_axis(values, 0, 1, 1), {}),
                    r.reshape(r.slice_axis(values, 0, 0, 1), {})));
}

// The largest elements one after the other: each is the maximum of what is left.
void read_top_k(Reader& r) {
  const TensorId x = r.input(0);
  const int32_t axis = axis_of(r.integer("axis", -1), r.rank(x));
  int64_t count = 0;
  if (r.opset() < 10) {
    count = r.required_integer("k");
  } else {
    (void)r.input(1);
    const auto given = r.constant_integers(1, "number of elements");
    if (given->size() != 1) contradiction("the number of elements is no scalar");
    count = given->front();
  }
  const bool largest = r.integer("largest", 1) != 0;
  const int32_t length = r.shape(x)[axis];
  if (count < 1 || count > length) contradiction(fmt::format("{} of {} elements are wanted", count, length));
  if (count > 64) unsupported(fmt::format("{} elements are wanted", count), "up to 64 are supported");
  TensorId left = r.axis_to_end(r.is_float(x) ? x : r.narrowed(x), axis);
  const int32_t last = r.rank(left) - 1;
  std::vector<int32_t> dims = r.shape(left).dims();
  dims.pop_back();
  std::vector<int32_t> kept = dims;
  kept.push_back(1);
  const TensorId numbers = counting(r, length);
  const double limit =
      largest ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  const TensorId gone = r.is_float(left) ? r.scalar(static_cast<float>(limit))
                                         : r.integers(DType::s32, {}, {largest ? INT32_MIN : INT32_MAX});
  std::vector<TensorId> values;
  std::vector<TensorId> places;
  for (int64_t i = 0; i < count; ++i) {
    values.push_back(r.reduce(largest ? Op::reduce_max : Op::reduce_min, left, {last}));
    const TensorId place =
        r.emit(largest ? Op::arg_max : Op::arg_min, {left}, {DType::s32, Shape(dims)}, {{"axis", last}});
    places.push_back(r.reshape(place, Shape(kept)));
    if (i + 1 < count) left = r.select(r.comparison(Op::equal, places.back(), numbers), gone, left);
  }
  r.set(0, r.widened(r.axis_from_end(r.concat(values, last), axis), r.dtype(x)));
  r.set(1, r.cast(r.axis_from_end(r.concat(places, last), axis), DType::s64));
}

// Sums or products of all elements up to each one, along an axis.
template <Op op>
void read_running(Reader& r) {
  const TensorId x = r.input(0);
  const auto given = r.constant_integers(1, "axis");
  if (!given || given->size() != 1) contradiction("the axis is missing");
  const int32_t axis = axis_of(given->front(), r.rank(x));
  const bool exclusive = r.integer("exclusive", 0) != 0;
  const bool reverse = r.integer("reverse", 0) != 0;
  const int32_t length = r.shape(x)[axis];
  const TensorId turned = r.is_float(x) ? x : r.narrowed(x);
  if (length > 1024) unsupported(fmt::format("the axis has {} elements", length), "up to 1024 are supported");
  std::vector<TensorId> parts(static_cast<size_t>(length));
  TensorId so_far;
  for (int32_t i = 0; i < length; ++i) {
    const int32_t place = reverse ? length - 1 - i : i;
    const TensorId own = r.slice_axis(turned, axis, place, 1);
    const TensorId before = so_far;
    so_far = so_far.valid() ? r.binary(op, so_far, own) : own;
    parts[static_cast<size_t>(place)] =
        !exclusive       ? so_far
        : before.valid() ? before
                         : r.broadcast_to(r.scalar_like(own, op == Op::add ? 0 : 1), r.shape(own));
  }
  r.finish(r.widened(r.concat(parts, axis), r.dtype(x)));
}

// Elements along the last axis.
void read_array_feature_extractor(Reader& r) {
  const TensorId x = r.input(0);
  const int32_t axis = r.rank(x) - 1;
  const auto count = static_cast<int32_t>(r.shape(r.input(1)).elements());
  const TensorId places = from_start(r, r.reshape(r.input(1), {count}), r.shape(x)[axis]);
  TensorId y = take(r, x, places, axis);
  if (r.rank(y) == 1) y = r.reshape(y, {1, count});
  r.finish(y);
}

constexpr OperatorEntry entries[] = {
    {"CumProd", read_running<Op::mul>},
    {"CumSum", read_running<Op::add>},
    {"Gather", read_gather},
    {"GatherElements", read_gather_elements},
    {"GatherND", read_gather_nd},
    {"OneHot", read_one_hot},
    {"Scatter", read_scatter_elements},
    {"ScatterElements", read_scatter_elements},
    {"ScatterND", read_scatter_nd},
    {"TopK", read_top_k},
    {"ai.onnx.ml::ArrayFeatureExtractor", read_array_feature_extractor},
};

}  // namespace

std::span<const OperatorEntry> indexing_operators() {
  return entries;
}

}  // namespace burin::onnx
