// The same elements in other places: shapes, slices, joins, paddings.
#include <fmt/format.h>

#include <algorithm>

#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

void read_identity(Reader& r) {
  r.finish(r.input(0));
}

// At inference it does nothing.
void read_dropout(Reader& r) {
  if (r.opset() >= 12 && r.has_input(2)) {
    const auto training = r.constant_integers(2, "training mode");
    if (training->size() != 1 || training->front() != 0)
      unsupported("it is in training mode", "export the model in evaluation mode");
  }
  r.finish(r.input(0));
  if (!r.wants(1)) return;
  const TensorId mask = r.integers(DType::boolean, {}, {1});
  r.set(1, r.broadcast_to(mask, r.shape(r.input(0))));
}

void read_reshape(Reader& r) {
  const TensorId x = r.input(0);
  const std::vector<int64_t> wanted =
      r.opset() < 5 ? r.required_integers("shape")
                    : r.constant_integers(1, "new shape").value_or(std::vector<int64_t>());
  const bool allow_zero = r.integer("allowzero", 0) != 0;
  std::vector<int32_t> dims;
  int64_t known = 1;
  int inferred = -1;
  for (size_t i = 0; i < wanted.size(); ++i) {
    int64_t dim = wanted[i];
    if (dim == 0 && !allow_zero) {
      if (i >= r.shape(x).rank()) contradiction("a dimension is copied that the input does not have");
      dim = r.shape(x)[static_cast<int>(i)];
    }
    if (dim == -1) {
      if (inferred >= 0) contradiction("two dimensions are left open");
      inferred = static_cast<int>(i);
      dim = 1;
    }
    if (dim < 0 || dim > Shape::max_elements || known > Shape::max_elements)
      contradiction(fmt::format("a dimension is {}", dim));
    known *= dim;
    dims.push_back(static_cast<int32_t>(dim));
  }
  const int64_t elements = r.shape(x).elements();
  if (inferred >= 0) {
    if (known == 0 || elements % known != 0)
      contradiction(fmt::format("{} elements are no multiple of {}", elements, known));
    dims[static_cast<size_t>(inferred)] = static_cast<int32_t>(elements / known);
  }
  r.finish(r.reshape(x, Shape(std::move(dims))));
}

void read_transpose(Reader& r) {
  const TensorId x = r.input(0);
  std::vector<int64_t> given = r.integers("perm");
  std::vector<int32_t> permutation;
  for (int32_t i = r.rank(x); i-- > 0;) permutation.push_back(i);
  if (r.has("perm")) {
    if (given.size() != r.shape(x).rank() || axes_of(given, r.rank(x)).size() != given.size())
      contradiction("the permutation does not name every axis once");
    for (size_t i = 0; i < given.size(); ++i) permutation[i] = axis_of(given[i], r.rank(x));
  }
  r.finish(r.transpose(x, permutation));
}

void read_flatten(Reader& r) {
  const TensorId x = r.input(0);
  const int32_t rank = r.rank(x);
  const int64_t given = r.integer("axis", 1);
  const auto axis = static_cast<size_t>(given == rank ? rank : axis_of(given, rank));
  r.finish(r.reshape(x, {static_cast<int32_t>(r.shape(x).elements(0, axis)),
                         static_cast<int32_t>(r.shape(x).elements(axis, r.shape(x).rank()))}));
}

void read_squeeze(Reader& r) {
  const TensorId x = r.input(0);
  const auto given = r.axes(1, 13);
  std::vector<int32_t> dims;
  std::vector<int32_t> axes;
  if (given) axes = axes_of(*given, r.rank(x));
  for (int32_t i = 0; i < r.rank(x); ++i) {
    const int32_t dim = r.shape(x)[i];
    const bool named = std::ranges::find(axes, i) != axes.end();
    if (named && dim != 1) contradiction(fmt::format("axis {} has {} elements", i, dim));
    if (given ? !named : dim != 1) dims.push_back(dim);
  }
  r.finish(r.reshape(x, Shape(std::move(dims))));
}

void read_unsqueeze(Reader& r) {
  const TensorId x = r.input(0);
  const auto given = r.axes(1, 13);
  if (!given) contradiction("the axes are missing");
  const auto rank = static_cast<int32_t>(r.rank(x) + static_cast<int32_t>(given->size()));
  const std::vector<int32_t> axes = axes_of(*given, rank);
  if (axes.size() != given->size()) contradiction("an axis is named twice");
  std::vector<int32_t> dims;
  int next = 0;
  for (int32_t i = 0; i < rank; ++i)
    dims.push_back(std::ranges::find(axes, i) != axes.end() ? 1 : r.shape(x)[next++]);
  r.finish(r.reshape(x, Shape(std::move(dims))));
}

void read_concat(Reader& r) {
  std::vector<TensorId> parts;
  for (size_t i = 0; i < r.input_count(); ++i) {
    // What is empty adds nothing; Burin's tensors have elements.
    if (r.shape(r.input(i)).elements() > 0 || (i + 1 == r.input_count() && parts.empty()))
      parts.push_back(r.input(i));
  }
  if (parts.empty()) contradiction("it joins nothing");
  r.finish(r.concat(parts, axis_of(r.integer("axis", 1), r.rank(parts[0]))));
}

void read_split(Reader& r) {
  const TensorId x = r.input(0);
  const int32_t axis = axis_of(r.integer("axis", 0), r.rank(x));
  const int64_t length = r.shape(x)[axis];
  std::vector<int64_t> parts;
  if (r.opset() < 13)
    parts = r.integers("split");
  else if (const auto given = r.constant_integers(1, "list of lengths"))
    parts = *given;
  const auto count = static_cast<int64_t>(r.output_count());
  if (parts.empty()) {
    const int64_t each = (length + count - 1) / count;
    for (int64_t i = 0; i < count; ++i) parts.push_back(std::min(each, length - i * each));
  }
  int64_t begin = 0;
  if (static_cast<int64_t>(parts.size()) != count) contradiction("there are not as many lengths as outputs");
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] < 0 || parts[i] > length - begin) contradiction("the parts are longer than the input");
    if (r.wants(i)) {
      if (parts[i] == 0) {
        // Nothing can be computed from it, but it can be joined to something.
        std::vector<int32_t> dims = r.shape(x).dims();
        dims[static_cast<size_t>(axis)] = 0;
        r.set(i, r.constant({r.dtype(x), Shape(std::move(dims))}, Constant(std::vector<std::byte>())));
      } else {
        r.set(i, r.slice_axis(x, axis, static_cast<int32_t>(begin), static_cast<int32_t>(parts[i])));
      }
    }
    begin += parts[i];
  }
  if (begin != length) contradiction("the parts are shorter than the input");
}

void read_slice(Reader& r) {
  const TensorId x = r.input(0);
  const int32_t rank = r.rank(x);
  const bool attributes = r.opset() < 10;
  const std::vector<int64_t> starts =
      attributes ? r.required_integers("starts")
                 : r.constant_integers(1, "list of starts").value_or(std::vector<int64_t>());
  const std::vector<int64_t> ends =
      attributes ? r.required_integers("ends")
                 : r.constant_integers(2, "list of ends").value_or(std::vector<int64_t>());
  const std::optional<std::vector<int64_t>> named = r.axes(3, 10);
  const std::optional<std::vector<int64_t>> given_steps =
      attributes ? std::nullopt : r.constant_integers(4, "list of steps");
  if (starts.size() != ends.size() || (named && named->size() != starts.size()) ||
      (given_steps && given_steps->size() != starts.size()) || starts.size() > static_cast<size_t>(rank))
    contradiction("starts, ends, axes and steps are not equally many");
  std::vector<int32_t> begin(static_cast<size_t>(rank));
  std::vector<int32_t> step(static_cast<size_t>(rank), 1);
  std::vector<int32_t> extent = r.shape(x).dims();
  for (size_t i = 0; i < starts.size(); ++i) {
    const auto axis = static_cast<size_t>(axis_of(named ? (*named)[i] : static_cast<int64_t>(i), rank));
    const int64_t length = r.shape(x).dims()[axis];
    const int64_t by = given_steps ? (*given_steps)[i] : 1;
    if (by == 0) contradiction("a step is 0");
    const auto place = [&](int64_t value, int64_t low, int64_t high) {
      if (value < 0) value = value < -length ? -1 - length : value + length;
      return std::clamp(value, low, high);
    };
    const int64_t first = by > 0 ? place(starts[i], 0, length) : place(starts[i], 0, length - 1);
    int64_t last = by > 0 ? place(ends[i], 0, length) : place(ends[i], -1, length - 1);
    if (by < 0 && ends[i] < -length) last = -1;
    const int64_t span = by > 0 ? last - first : first - last;
    const int64_t size = by > 0 ? by : by == INT64_MIN ? INT64_MAX : -by;
    const int64_t count = span <= 0 ? 0 : (span - 1) / size + 1;
    if (count == 0 && !r.is_constant(x))
      unsupported(fmt::format("the slice of axis {} is empty", axis), "Burin's tensors have elements");
    begin[axis] = static_cast<int32_t>(first);
    extent[axis] = static_cast<int32_t>(count);
    step[axis] = count == 1 ? 1 : static_cast<int32_t>(by);
  }
  // Lists of dimensions may be empty.
  if (std::ranges::find(extent, 0) != extent.end())
    return r.finish(r.constant({r.dtype(x), Shape(std::move(extent))}, Constant(std::vector<std::byte>())));
  r.finish(r.slice(x, std::move(begin), std::move(extent), std::move(step)));
}

Shape shape_from(const std::vector<int64_t>& dims) {
  std::vector<int32_t> result;
  for (const int64_t dim : dims) result.push_back(dimension_of(dim, "dimension"));
  return Shape(std::move(result));
}

void read_expand(Reader& r) {
  const auto wanted = r.constant_integers(1, "new shape");
  if (!wanted) contradiction("the new shape is missing");
  const Shape to = broadcast(r.shape(r.input(0)), shape_from(*wanted));
  r.finish(r.broadcast_to(r.input(0), to));
}

void read_tile(Reader& r) {
  TensorId x = r.input(0);
  if (r.opset() < 6) unsupported("it is of a version before 6");
  const auto repeats = r.constant_integers(1, "number of repeats");
  if (!repeats || repeats->size() != r.shape(x).rank()) contradiction("there is not one repeat an axis");
  std::vector<int32_t> dims;
  for (size_t i = 0; i < repeats->size(); ++i) {
    const int64_t dim = (*repeats)[i] * r.shape(x).dims()[i];
    if ((*repeats)[i] < 1 || dim > Shape::max_elements)
      unsupported(fmt::format("it repeats {} times", (*repeats)[i]));
    dims.push_back(static_cast<int32_t>(dim));
  }
  if (dims == r.shape(x).dims()) return r.finish(x);
  if (dims.size() <= 4) return r.finish(r.emit(Op::tile, {x}, {r.dtype(x), Shape(std::move(dims))}));
  for (int32_t axis = 0; axis < r.rank(x); ++axis) {
    const int64_t times = (*repeats)[static_cast<size_t>(axis)];
    if (times > 1024) unsupported(fmt::format("it repeats {} times", times));
    x = r.concat(std::vector<TensorId>(static_cast<size_t>(times), x), axis);
  }
  r.finish(x);
}

// ---- padding ----

TensorId filled(Builder& b, TensorId value, Shape shape) {
  return b.broadcast_to(value, shape);
}

// Elements around one axis that are copies of others, by their places.
TensorId pad_by_places(Builder& b, TensorId x, int32_t axis, const std::string& mode, int64_t before,
                       int64_t after) {
  const int64_t length = b.shape(x)[axis];
  std::vector<int64_t> places;
  for (int64_t i = -before; i < length + after; ++i) {
    int64_t place = i;
    if (mode == "edge") {
      place = std::clamp<int64_t>(i, 0, length - 1);
    } else if (mode == "wrap") {
      place = ((i % length) + length) % length;
    } else {
      const int64_t period = std::max<int64_t>(2 * (length - 1), 1);
      place = ((i % period) + period) % period;
      if (place >= length) place = period - place;
    }
    places.push_back(place);
  }
  const auto count = static_cast<int32_t>(places.size());
  return b.gather(x, b.integers(DType::s32, {count}, places), axis);
}

void read_pad(Reader& r) {
  TensorId x = r.input(0);
  const int32_t rank = r.rank(x);
  const std::string mode = r.text("mode", "constant");
  if (mode != "constant" && mode != "reflect" && mode != "edge" && mode != "wrap")
    unsupported(fmt::format("the mode is \"{}\"", printable(mode, 40)));
  std::vector<int64_t> pads = r.opset() < 11
                                  ? r.required_integers("pads")
                                  : r.constant_integers(1, "padding").value_or(std::vector<int64_t>());
  std::vector<int32_t> axes = identity_permutation(rank);
  if (r.opset() >= 18 && r.has_input(3)) {
    axes.clear();
    const auto given = r.constant_integers(3, "list of axes");
    for (const int64_t axis : *given) axes.push_back(axis_of(axis, rank));
  }
  if (pads.size() != 2 * axes.size()) contradiction("there are not two paddings an axis");
  TensorId value;
  if (r.opset() >= 11 && r.has_input(2))
    value = r.reshape(r.input(2), {});
  else
    value = r.dtype(x) == DType::f32 ? r.scalar(r.real("value", 0)) : r.scalar_like(x, 0);
  for (const int64_t amount : pads)
    if (amount > 65535 || amount < -Shape::max_elements) unsupported(fmt::format("a padding is {}", amount));
  // What is cut off first.
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t front = std::max<int64_t>(0, -pads[i]);
    const int64_t back = std::max<int64_t>(0, -pads[i + axes.size()]);
    const int64_t kept = r.shape(x)[axes[i]] - front - back;
    if (kept < 1) unsupported("the padding leaves nothing");
    if (front + back > 0)
      x = r.slice_axis(x, axes[i], static_cast<int32_t>(front), static_cast<int32_t>(kept));
  }
  std::vector<int32_t> around(2 * static_cast<size_t>(rank));
  for (size_t i = 0; i < axes.size(); ++i) {
    around[2 * static_cast<size_t>(axes[i])] = static_cast<int32_t>(std::max<int64_t>(0, pads[i]));
    around[2 * static_cast<size_t>(axes[i]) + 1] =
        static_cast<int32_t>(std::max<int64_t>(0, pads[i + axes.size()]));
  }
  const bool zero = r.is_constant(value) && r.is_float(value) && r.floats_of(value)[0] == 0;
  if (mode == "constant" && zero && rank >= 1 && rank <= 4) return r.finish(r.pad(x, around));
  for (int32_t axis = 0; axis < rank; ++axis) {
    const int32_t before = around[2 * static_cast<size_t>(axis)];
    const int32_t after = around[2 * static_cast<size_t>(axis) + 1];
    if (before + after == 0) continue;
    if (mode != "constant") {
      x = pad_by_places(r, x, axis, mode, before, after);
      continue;
    }
    const auto frame = [&](int32_t count) {
      std::vector<int32_t> dims = r.shape(x).dims();
      dims[static_cast<size_t>(axis)] = count;
      return filled(r, value, Shape(std::move(dims)));
    };
    std::vector<TensorId> parts;
    if (before > 0) parts.push_back(frame(before));
    parts.push_back(x);
    if (after > 0) parts.push_back(frame(after));
    x = r.concat(parts, axis);
  }
  r.finish(x);
}

// Axes are cut or padded around their middle to a wanted length.
void read_center_crop_pad(Reader& r) {
  TensorId x = r.input(0);
  const int32_t rank = r.rank(x);
  const auto wanted = r.constant_integers(1, "new shape");
  std::vector<int32_t> axes = identity_permutation(rank);
  if (r.has("axes")) {
    axes.clear();
    for (const int64_t axis : r.integers("axes")) axes.push_back(axis_of(axis, rank));
  }
  if (!wanted || wanted->size() != axes.size()) contradiction("there is not one length an axis");
  for (size_t i = 0; i < axes.size(); ++i) {
    const int32_t length = r.shape(x)[axes[i]];
    const int32_t to = dimension_of((*wanted)[i], "length");
    if (to < 1) unsupported("a length is 0");
    if (to < length) {
      x = r.slice_axis(x, axes[i], (length - to) / 2, to);
    } else if (to > length) {
      const int32_t before = (to - length) / 2;
      const auto frame = [&](int32_t count) {
        std::vector<int32_t> dims = r.shape(x).dims();
        dims[static_cast<size_t>(axes[i])] = count;
        return r.broadcast_to(r.scalar_like(x, 0), Shape(std::move(dims)));
      };
      std::vector<TensorId> parts;
      if (before > 0) parts.push_back(frame(before));
      parts.push_back(x);
      if (to - length - before > 0) parts.push_back(frame(to - length - before));
      x = r.concat(parts, axes[i]);
    }
  }
  r.finish(x);
}

// ---- blocks of pixels ----

Shape image_shape(const Reader& r) {
  if (r.rank(r.input(0)) != 4) contradiction("the input is not of rank 4");
  return r.shape(r.input(0));
}

void read_depth_to_space(Reader& r) {
  const TensorId x = r.input(0);
  const Shape s = image_shape(r);
  const int32_t block = dimension_of(r.required_integer("blocksize"), "block size");
  if (block < 1 || s[1] % (int64_t{block} * block) != 0)
    contradiction("the channels are no multiple of a block");
  const int32_t channels = s[1] / (block * block);
  if (r.text("mode", "DCR") == "DCR") {
    const TensorId turned = channels_last(r, x);
    const TensorId y =
        r.emit(Op::depth_to_space, {turned}, {r.dtype(x), {s[0], s[2] * block, s[3] * block, channels}},
               {{"block_size", block}});
    return r.finish(channels_first(r, y, 4));
  }
  const TensorId parts = r.reshape(x, {s[0], channels, block, block, s[2], s[3]});
  r.finish(r.reshape(r.transpose(parts, {0, 1, 4, 2, 5, 3}), {s[0], channels, s[2] * block, s[3] * block}));
}

void read_space_to_depth(Reader& r) {
  const TensorId x = r.input(0);
  const Shape s = image_shape(r);
  const int32_t block = dimension_of(r.required_integer("blocksize"), "block size");
  if (block < 1 || s[2] % block != 0 || s[3] % block != 0)
    contradiction("the image is no multiple of a block");
  const TensorId y =
      r.emit(Op::space_to_depth, {channels_last(r, x)},
             {r.dtype(x), {s[0], s[2] / block, s[3] / block, s[1] * block * block}}, {{"block_size", block}});
  r.finish(channels_first(r, y, 4));
}

// ---- shapes as values ----

void read_shape(Reader& r) {
  const Shape shape = r.shape(r.input(0));
  const auto rank = static_cast<int64_t>(shape.rank());
  const auto place = [&](int64_t value) {
    return std::clamp<int64_t>(value < 0 ? value + rank : value, 0, rank);
  };
  const int64_t begin = r.opset() >= 15 ? place(r.integer("start", 0)) : 0;
  const int64_t end = r.opset() >= 15 ? place(r.integer("end", rank)) : rank;
  std::vector<int64_t> dims;
  for (int64_t i = begin; i < end; ++i) dims.push_back(shape[static_cast<int>(i)]);
  const auto count = static_cast<int32_t>(dims.size());
  r.finish(r.integers(DType::s64, {count}, dims));
}

void read_size(Reader& r) {
  r.finish(r.integers(DType::s64, {}, {r.shape(r.input(0)).elements()}));
}

// The triangle above or below a diagonal, zeros elsewhere.
void read_triangle(Reader& r) {
  const TensorId x = r.input(0);
  if (r.rank(x) < 2) contradiction("the input is no matrix");
  const auto given = r.constant_integers(1, "diagonal");
  const int64_t diagonal = given && !given->empty() ? given->front() : 0;
  const bool upper = r.integer("upper", 1) != 0;
  const int32_t rows = r.shape(x)[-2];
  const int32_t columns = r.shape(x)[-1];
  bound_elements(int64_t{rows} * columns);
  std::vector<int64_t> kept;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      kept.push_back((upper ? column - row >= diagonal : column - row <= diagonal) ? 1 : 0);
  const TensorId mask = r.integers(DType::boolean, {rows, columns}, kept);
  r.finish(r.select(mask, x, r.scalar_like(x, 0)));
}

// Where the elements of a sequence come from that is as long as a model computes it to be; longer ones than
// there is room for count as that long.
TensorId reversed_places(Reader& r, TensorId lengths, int32_t sequence, int32_t steps) {
  const TensorId length = r.binary(Op::minimum, r.narrowed(r.slice_axis(lengths, 0, sequence, 1)),
                                   r.integers(DType::s32, {}, {steps}));
  std::vector<int64_t> forward;
  for (int64_t t = 0; t < steps; ++t) forward.push_back(t);
  const TensorId places = r.integers(DType::s32, {steps}, forward);
  const TensorId mirrored = r.sub(r.add(length, -1.0), places);
  return r.select(r.comparison(Op::less, places, length), mirrored, places);
}

// The first elements of each sequence in the opposite order.
void read_reverse_sequence(Reader& r) {
  const TensorId x = r.input(0);
  const int32_t batch = axis_of(r.integer("batch_axis", 1), r.rank(x));
  const int32_t time = axis_of(r.integer("time_axis", 0), r.rank(x));
  const int32_t steps = r.shape(x)[time];
  if (const TensorId computed = r.input(1); !r.is_constant(computed)) {
    if (r.shape(computed) != Shape{r.shape(x)[batch]}) contradiction("there is not one length a sequence");
    std::vector<TensorId> sequences;
    for (int32_t i = 0; i < r.shape(x)[batch]; ++i)
      sequences.push_back(
          r.gather(r.slice_axis(x, batch, i, 1), reversed_places(r, computed, i, steps), time));
    return r.finish(r.concat(sequences, batch));
  }
  const auto lengths = r.constant_integers(1, "list of lengths");
  if (!lengths || static_cast<int32_t>(lengths->size()) != r.shape(x)[batch])
    contradiction("there is not one length a sequence");
  std::vector<TensorId> parts;
  for (int32_t i = 0; i < r.shape(x)[batch]; ++i) {
    const int64_t length = (*lengths)[static_cast<size_t>(i)];
    if (length < 1 || length > steps) contradiction(fmt::format("a sequence is {} long", length));
    std::vector<int64_t> places;
    for (int64_t t = 0; t < steps; ++t) places.push_back(t < length ? length - 1 - t : t);
    parts.push_back(r.gather(r.slice_axis(x, batch, i, 1), r.integers(DType::s32, {steps}, places), time));
  }
  r.finish(r.concat(parts, batch));
}

constexpr OperatorEntry entries[] = {
    {"CenterCropPad", read_center_crop_pad},
    {"Concat", read_concat},
    {"DepthToSpace", read_depth_to_space},
    {"Dropout", read_dropout},
    {"Expand", read_expand},
    {"Flatten", read_flatten},
    {"Identity", read_identity},
    {"Pad", read_pad},
    {"Reshape", read_reshape},
    {"ReverseSequence", read_reverse_sequence},
    {"Shape", read_shape},
    {"Size", read_size},
    {"Slice", read_slice},
    {"SpaceToDepth", read_space_to_depth},
    {"Split", read_split},
    {"Squeeze", read_squeeze},
    {"Tile", read_tile},
    {"Transpose", read_transpose},
    {"Trilu", read_triangle},
    {"Unsqueeze", read_unsqueeze},
};

}  // namespace

std::span<const OperatorEntry> movement_operators() {
  return entries;
}

}  // namespace burin::onnx
