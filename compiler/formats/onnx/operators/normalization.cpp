// Normalizations. That of a batch is a scale and a shift a channel, which the layer in front takes into its
// weights where nothing else reads that layer.
#include <fmt/format.h>

#include <cmath>

#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

// [C] as [1, C, 1, 1], for an input of that rank.
TensorId along_channels(Reader& r, TensorId vector, int32_t rank) {
  std::vector<int32_t> dims(static_cast<size_t>(rank), 1);
  dims[static_cast<size_t>(rank > 1 ? 1 : 0)] = static_cast<int32_t>(r.shape(vector).elements());
  return r.reshape(vector, Shape(std::move(dims)));
}

void read_batch_normalization(Reader& r) {
  const TensorId x = r.input(0);
  if (r.integer("training_mode", 0) != 0)
    unsupported("it is in training mode", "export the model in evaluation mode");
  if (r.opset() < 7 && r.integer("is_test", 0) == 0)
    unsupported("it is in training mode", "export the model in evaluation mode");
  if (r.integer("spatial", 1) == 0) unsupported("the attribute spatial is 0");
  for (size_t i = 1; i < r.output_count(); ++i)
    if (r.wants(i)) unsupported("its statistics are used", "export the model in evaluation mode");
  if (!r.is_float(x)) unsupported("the input is not float32");
  const int32_t channels = r.rank(x) > 1 ? r.shape(x)[1] : 1;
  const double epsilon = r.real("epsilon", 1e-5f);
  for (size_t i = 1; i < 5; ++i)
    if (r.shape(r.input(i)).elements() != channels)
      contradiction(fmt::format("input {} has not one element for each of {} channels", i, channels));
  bool known = true;
  for (size_t i = 1; i < 5; ++i) known = known && r.is_constant(r.input(i));
  if (known) {
    const std::vector<float> gamma = r.floats_of(r.input(1));
    const std::vector<float> beta = r.floats_of(r.input(2));
    const std::vector<float> mean = r.floats_of(r.input(3));
    const std::vector<float> variance = r.floats_of(r.input(4));
    std::vector<float> scale;
    std::vector<float> shift;
    for (size_t c = 0; c < gamma.size(); ++c) {
      const double factor = gamma[c] / std::sqrt(variance[c] + epsilon);
      scale.push_back(static_cast<float>(factor));
      shift.push_back(static_cast<float>(beta[c] - factor * mean[c]));
    }
    return r.finish(scaled_channels(r, x, r.is_only_reader(0), scale, shift));
  }
  const TensorId factor = r.mul(r.input(1), r.unary(Op::rsqrt, r.add(r.input(4), epsilon)));
  const TensorId shift = r.sub(r.input(2), r.mul(factor, r.input(3)));
  r.finish(r.add(r.mul(x, along_channels(r, factor, r.rank(x))), along_channels(r, shift, r.rank(x))));
}

struct Centered {
  TensorId centered;  // x less its mean
  TensorId mean;
  TensorId inverse;  // of the deviation
};

Centered center(Reader& r, TensorId x, const std::vector<int32_t>& axes, double epsilon) {
  const TensorId mean = r.reduce(Op::mean, x, axes);
  const TensorId centered = r.sub(x, mean);
  const TensorId variance = r.reduce(Op::mean, r.unary(Op::square, centered), axes);
  return {centered, mean, r.unary(Op::rsqrt, r.add(variance, epsilon))};
}

std::vector<int32_t> axes_from(int32_t first, int32_t rank) {
  std::vector<int32_t> axes;
  for (int32_t axis = first; axis < rank; ++axis) axes.push_back(axis);
  return axes;
}

void read_instance_normalization(Reader& r) {
  const TensorId x = r.input(0);
  const int32_t rank = r.rank(x);
  if (rank < 3) contradiction("the input has no spatial dimensions");
  const Centered c = center(r, x, axes_from(2, rank), r.real("epsilon", 1e-5f));
  const TensorId scaled = r.mul(r.mul(c.centered, c.inverse), along_channels(r, r.input(1), rank));
  r.finish(r.add(scaled, along_channels(r, r.input(2), rank)));
}

void read_group_normalization(Reader& r) {
  const TensorId x = r.input(0);
  const Shape shape = r.shape(x);
  const int64_t groups = r.required_integer("num_groups");
  if (shape.rank() < 2 || groups < 1 || shape[1] % groups != 0)
    contradiction(fmt::format("the channels are no multiple of {} groups", groups));
  const auto count = static_cast<int32_t>(groups);
  const auto each = static_cast<int32_t>(shape.elements(1, shape.rank()) / groups);
  const TensorId grouped = r.reshape(x, {shape[0], count, each});
  const Centered c = center(r, grouped, {2}, r.real("epsilon", 1e-5f));
  TensorId y = r.mul(c.centered, c.inverse);
  // Up to version 20 there are a scale and a shift for each group.
  if (r.shape(r.input(1)).elements() == groups && groups != shape[1]) {
    y = r.add(r.mul(y, r.reshape(r.input(1), {1, count, 1})), r.reshape(r.input(2), {1, count, 1}));
    return r.finish(r.reshape(y, shape));
  }
  y = r.reshape(y, shape);
  const auto rank = static_cast<int32_t>(shape.rank());
  r.finish(r.add(r.mul(y, along_channels(r, r.input(1), rank)), along_channels(r, r.input(2), rank)));
}

void layer_normalization(Reader& r, TensorId x, TensorId scale, TensorId bias, size_t mean_output) {
  const int32_t axis = axis_of(r.integer("axis", -1), r.rank(x));
  const Centered c = center(r, x, axes_from(axis, r.rank(x)), r.real("epsilon", 1e-5f));
  TensorId y = r.mul(c.centered, c.inverse);
  if (scale.valid()) y = r.mul(y, scale);
  if (bias.valid()) y = r.add(y, bias);
  r.finish(y);
  r.set(mean_output, c.mean);
  r.set(mean_output + 1, c.inverse);
}

void read_layer_normalization(Reader& r) {
  layer_normalization(r, r.input(0), r.optional_input(1), r.optional_input(2), 1);
}

// The sum of an input and a skip connection, normalized.
void read_skip_layer_normalization(Reader& r) {
  TensorId x = r.add(r.input(0), r.input(1));
  if (r.has_input(4)) x = r.add(x, r.input(4));
  layer_normalization(r, x, r.optional_input(2), r.optional_input(3), 1);
  r.set(3, x);
}

TensorId root_mean_square_normalized(Reader& r, TensorId x, TensorId scale, int32_t axis) {
  const TensorId power = r.reduce(Op::mean, r.unary(Op::square, x), axes_from(axis, r.rank(x)));
  const TensorId y = r.mul(x, r.unary(Op::rsqrt, r.add(power, r.real("epsilon", 1e-5f))));
  return r.mul(y, scale);
}

void read_rms_normalization(Reader& r) {
  const TensorId x = r.input(0);
  r.finish(root_mean_square_normalized(r, x, r.input(1), axis_of(r.integer("axis", -1), r.rank(x))));
}

// The same of the sum of an input and a skip connection.
void read_skip_rms_normalization(Reader& r) {
  TensorId x = r.add(r.input(0), r.input(1));
  if (r.has_input(3)) x = r.add(x, r.input(3));
  r.finish(root_mean_square_normalized(r, x, r.input(2), r.rank(x) - 1));
  r.set(3, x);
}

void read_mean_variance_normalization(Reader& r) {
  const TensorId x = r.input(0);
  const std::vector<int32_t> axes = axes_of(r.integers("axes", {0, 2, 3}), r.rank(x));
  int64_t count = 1;
  for (const int32_t axis : axes) count *= r.shape(x)[axis];
  const double share = 1.0 / static_cast<double>(count);
  const auto mean_of = [&](TensorId t) { return r.mul(r.reduce(Op::sum, t, axes), share); };
  const TensorId centered = r.sub(x, mean_of(x));
  const TensorId deviation = r.unary(Op::sqrt, mean_of(r.unary(Op::square, centered)));
  r.finish(r.div(centered, r.add(deviation, 1e-9)));
}

void read_lp_normalization(Reader& r) {
  const TensorId x = r.input(0);
  const std::vector<int32_t> axis = {axis_of(r.integer("axis", -1), r.rank(x))};
  const int64_t p = r.integer("p", 2);
  if (p != 1 && p != 2) contradiction(fmt::format("p is {}", p));
  TensorId norm = r.reduce(Op::sum, p == 1 ? r.unary(Op::abs, x) : r.unary(Op::square, x), axis);
  if (p == 2) norm = r.unary(Op::sqrt, norm);
  // A vector of zeros stays one.
  const TensorId empty = r.comparison(Op::equal, norm, r.scalar(0));
  r.finish(r.div(x, r.select(empty, r.scalar(1), norm)));
}

// Each element by a power of the mean square of its neighbors along the channels.
void read_local_response_normalization(Reader& r) {
  const TensorId x = r.input(0);
  const Shape shape = r.shape(x);
  const int64_t size = r.required_integer("size");
  if (shape.rank() < 2 || size < 1 || size > 1024) unsupported(fmt::format("the size is {}", size));
  const int64_t before = (size - 1) / 2;
  const int64_t channels = shape[1];
  // The sums of the neighbors are a product with a matrix of ones near the diagonal.
  if (channels > 2048)
    unsupported(fmt::format("the input has {} channels", channels), "at most 2048 are supported");
  std::vector<float> band;
  for (int64_t to = 0; to < channels; ++to)
    for (int64_t from = 0; from < channels; ++from)
      band.push_back(from >= to - before && from <= to + (size - 1 - before) ? 1.0f : 0.0f);
  const TensorId squares = r.axis_to_end(r.unary(Op::square, x), 1);
  const auto side = static_cast<int32_t>(channels);
  const TensorId sums = r.axis_from_end(r.dense(squares, r.floats({side, side}, band)), 1);
  const double alpha = r.real("alpha", 0.0001f);
  const double beta = r.real("beta", 0.75f);
  const TensorId base = r.add(r.mul(sums, alpha / static_cast<double>(size)), r.real("bias", 1));
  r.finish(r.mul(x, r.unary(Op::exp, r.mul(r.unary(Op::log, base), -beta))));
}

constexpr OperatorEntry entries[] = {
    {"BatchNormalization", read_batch_normalization},
    {"GroupNormalization", read_group_normalization},
    {"InstanceNormalization", read_instance_normalization},
    {"LRN", read_local_response_normalization},
    {"LayerNormalization", read_layer_normalization},
    {"LpNormalization", read_lp_normalization},
    {"MeanVarianceNormalization", read_mean_variance_normalization},
    {"RMSNormalization", read_rms_normalization},
    {"SimplifiedLayerNormalization", read_rms_normalization},
    {"com.microsoft::LayerNormalization", read_layer_normalization},
    {"com.microsoft::SimplifiedLayerNormalization", read_rms_normalization},
    {"com.microsoft::SkipLayerNormalization", read_skip_layer_normalization},
    {"com.microsoft::SkipSimplifiedLayerNormalization", read_skip_rms_normalization},
};

}  // namespace

std::span<const OperatorEntry> normalization_operators() {
  return entries;
}

}  // namespace burin::onnx
