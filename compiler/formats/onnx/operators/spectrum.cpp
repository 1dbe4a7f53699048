// Spectra: Fourier transforms as products with constant matrices, whole or of frames, and filters on mel
// scale.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

constexpr int64_t most_weights = int64_t{1} << 22;

void bound_weights(int64_t rows, int64_t columns) {
  if (rows < 1 || columns < 1 || rows > most_weights || columns > most_weights / rows)
    refuse(DiagnosticCode::E0403, fmt::format("the transform would be a matrix of {} by {}", rows, columns),
           "transform shorter frames, or compute the spectrum in the firmware");
}

// e^(sign 2 pi i place / length), with the place reduced first, so that large ones lose no digits.
std::pair<double, double> root_of_unity(int64_t place, int64_t length) {
  const double angle =
      2 * std::numbers::pi * static_cast<double>(place % length) / static_cast<double>(length);
  return {std::cos(angle), std::sin(angle)};
}

// A transform of `length` samples, of which `given` are there and the others zeros, as a matrix [outputs *
// output parts, given * input parts], in rows; parts are the real one and, where there are two, the imaginary
// one.
struct Transform {
  int64_t length;
  int64_t given;
  int64_t outputs;
  int input_parts;
  int output_parts = 2;
  bool inverse = false;
  bool half = false;  // the input of an inverse has the lower half of the bins; the upper is its mirror image

  std::vector<float> matrix() const {
    std::vector<float> weights(static_cast<size_t>(outputs * output_parts * given * input_parts));
    const double factor = inverse ? 1.0 / static_cast<double>(length) : 1.0;
    for (int64_t to = 0; to < outputs; ++to)
      for (int64_t from = 0; from < given; ++from) {
        auto [cosine, sine] = root_of_unity(to * from, length);
        if (!inverse) sine = -sine;
        const bool mirrored = half && from != 0 && 2 * from != length;
        const double scale = factor * (mirrored ? 2 : 1);
        for (int out = 0; out < output_parts; ++out)
          for (int in = 0; in < input_parts; ++in) {
            const double value = out == in ? cosine : out == 0 ? -sine : sine;
            weights[static_cast<size_t>(((to * output_parts + out) * given + from) * input_parts + in)] =
                static_cast<float>(value * scale);
          }
      }
    return weights;
  }
};

int64_t known_length(const Reader& r, size_t i, std::string_view what, int64_t otherwise) {
  const auto given = r.constant_integers(i, what);
  if (!given) return otherwise;
  if (given->size() != 1 || given->front() < 1) contradiction(fmt::format("the {} is no length", what));
  return given->front();
}

void read_fourier_transform(Reader& r) {
  const TensorId x = r.input(0);
  const Shape shape = r.shape(x);
  if (!r.is_float(x)) unsupported("the input is not float32");
  if (shape.rank() < 2 || shape[-1] < 1 || shape[-1] > 2)
    contradiction(fmt::format("an input of [{}] is neither real nor complex", to_string(shape)));
  int64_t given_axis = r.opset() < 20 ? r.integer("axis", 1) : -2;
  if (const auto operand = r.constant_integers(2, "axis"); operand && operand->size() == 1)
    given_axis = operand->front();
  const auto rank = static_cast<int32_t>(shape.rank());
  const int32_t axis = axis_of(given_axis, rank);
  if (axis == rank - 1) contradiction("it transforms along the parts of complex numbers");
  const bool inverse = r.integer("inverse", 0) != 0;
  const bool onesided = r.integer("onesided", 0) != 0;
  const bool real_again = inverse && onesided;
  const int64_t otherwise = real_again ? 2 * (int64_t{shape[axis]} - 1) : shape[axis];
  const int64_t length = known_length(r, 1, "length of the transform", std::max<int64_t>(1, otherwise));
  const int64_t bins = length / 2 + 1;
  Transform transform{.length = length,
                      .given = std::min<int64_t>(shape[axis], real_again ? bins : length),
                      .outputs = onesided && !inverse ? bins : length,
                      .input_parts = shape[-1],
                      .output_parts = real_again ? 1 : 2,
                      .inverse = inverse,
                      .half = real_again};
  bound_weights(transform.outputs * 2, transform.given * 2);
  // The axis in front of the parts, then both as one.
  std::vector<int32_t> order = identity_permutation(rank);
  order.erase(order.begin() + axis);
  order.insert(order.end() - 1, axis);
  std::vector<int32_t> back(order.size());
  for (size_t i = 0; i < order.size(); ++i) back[static_cast<size_t>(order[i])] = static_cast<int32_t>(i);
  TensorId rows = r.transpose(r.slice_axis(x, axis, 0, static_cast<int32_t>(transform.given)), order);
  std::vector<int32_t> dims = r.shape(rows).dims();
  dims.pop_back();
  dims.back() *= shape[-1];
  rows = r.reshape(rows, Shape(dims));
  const auto columns = static_cast<int32_t>(transform.outputs * transform.output_parts);
  const TensorId y = r.dense(rows, r.floats({columns, dims.back()}, transform.matrix()));
  dims.back() = static_cast<int32_t>(transform.outputs);
  dims.push_back(transform.output_parts);
  r.finish(r.transpose(r.reshape(y, Shape(dims)), back));
}

// Frames of the signal, each times the window and transformed: a convolution along time.
void read_short_time_transform(Reader& r) {
  const TensorId x = r.input(0);
  if (!r.is_float(x)) unsupported("the signal is not float32");
  const Shape shape = r.shape(x);
  if (shape.rank() != 2 && (shape.rank() != 3 || shape[2] < 1 || shape[2] > 2))
    contradiction(fmt::format("a signal of [{}] is neither real nor complex", to_string(shape)));
  const int32_t parts = shape.rank() == 3 ? shape[2] : 1;
  const int64_t step = known_length(r, 1, "step between frames", 0);
  const auto window = r.constant_floats(2, "window");
  const int64_t length =
      known_length(r, 3, "length of a frame", window ? static_cast<int64_t>(window->size()) : 0);
  if (length < 1 || step < 1 || length > shape[1])
    contradiction(fmt::format("frames of {} every {} samples of {}", length, step, shape[1]));
  if (window && static_cast<int64_t>(window->size()) != length)
    contradiction(fmt::format("a window of {} for frames of {}", window->size(), length));
  if (step > 65535) unsupported(fmt::format("the step is {}", step));
  const Transform transform{.length = length,
                            .given = length,
                            .outputs = r.integer("onesided", 1) != 0 ? length / 2 + 1 : length,
                            .input_parts = parts};
  bound_weights(transform.outputs * 2, length * parts);
  std::vector<float> weights = transform.matrix();
  if (window)
    for (size_t i = 0; i < weights.size(); ++i)
      weights[i] *= (*window)[i / static_cast<size_t>(parts) % static_cast<size_t>(length)];
  const auto frames = static_cast<int32_t>((shape[1] - length) / step + 1);
  const auto bins = static_cast<int32_t>(transform.outputs);
  const auto taps = static_cast<int32_t>(length);
  const TensorId image = r.reshape(x, {shape[0], 1, shape[1], parts});
  const TensorId kernel = r.floats({2 * bins, 1, taps, parts}, weights);
  const TensorId y =
      r.emit(Op::convolution_2d, {image, kernel}, {DType::f32, {shape[0], 1, frames, 2 * bins}},
             {{"stride_width", static_cast<int32_t>(step)}});
  r.finish(r.reshape(y, {shape[0], frames, bins, 2}));
}

// Triangles that overlap by half, equally wide on the mel scale. Source: ai.onnx, MelWeightMatrix-17.
void read_mel_weights(Reader& r) {
  const int64_t filters = known_length(r, 0, "number of filters", 0);
  const int64_t length = known_length(r, 1, "length of the transform", 0);
  const int64_t rate = known_length(r, 2, "sample rate", 0);
  const auto low = r.constant_floats(3, "lower edge");
  const auto high = r.constant_floats(4, "upper edge");
  if (filters < 1 || length < 1 || rate < 1 || !low || !high || low->size() != 1 || high->size() != 1)
    contradiction("its operands are no scalars above 0");
  const int64_t bins = length / 2 + 1;
  bound_weights(filters, bins);
  const auto mel = [](double frequency) { return 2595 * std::log10(1 + frequency / 700); };
  const double first = mel(low->front());
  const double step = (mel(high->front()) - first) / static_cast<double>(filters + 2);
  std::vector<int64_t> edges;
  for (int64_t i = 0; i < filters + 2; ++i) {
    const double frequency = 700 * (std::pow(10, (static_cast<double>(i) * step + first) / 2595) - 1);
    const double bin = std::floor(static_cast<double>(length + 1) * frequency / static_cast<double>(rate));
    if (!(bin >= 0) || bin >= static_cast<double>(bins) + 1)
      contradiction("the edges lie beyond half of the sample rate");
    edges.push_back(static_cast<int64_t>(bin));
  }
  std::vector<float> weights(static_cast<size_t>(bins * filters));
  const auto set = [&](int64_t bin, int64_t filter, double value) {
    if (bin < bins) weights[static_cast<size_t>(bin * filters + filter)] = static_cast<float>(value);
  };
  for (int64_t i = 0; i < filters; ++i) {
    const int64_t lower = edges[static_cast<size_t>(i)];
    const int64_t center = edges[static_cast<size_t>(i) + 1];
    const int64_t upper = edges[static_cast<size_t>(i) + 2];
    if (center == lower) set(center, i, 1);
    for (int64_t bin = lower; center > lower && bin <= center; ++bin)
      set(bin, i, static_cast<double>(bin - lower) / static_cast<double>(center - lower));
    for (int64_t bin = center; bin < upper; ++bin)
      set(bin, i, static_cast<double>(upper - bin) / static_cast<double>(upper - center));
  }
  r.finish(r.floats({static_cast<int32_t>(bins), static_cast<int32_t>(filters)}, weights));
}

constexpr OperatorEntry entries[] = {
    {"DFT", read_fourier_transform},
    {"MelWeightMatrix", read_mel_weights},
    {"STFT", read_short_time_transform},
};

}  // namespace

std::span<const OperatorEntry> spectrum_operators() {
  return entries;
}

}  // namespace burin::onnx
