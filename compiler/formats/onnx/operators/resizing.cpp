// Images of another size. What the kernels for images do is left to them where it is the same to the last
// weight; all else is, along each axis, a choice of places or a product with a matrix of constant weights.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

struct Sampling {
  std::string mode = "nearest";
  std::string coordinates = "half_pixel";
  std::string rounding = "round_prefer_floor";
  double cubic = -0.75;
  bool exclude_outside = false;
  bool antialias = false;
  double outside = 0;  // where the coordinates are those of a crop
};

struct Axis {
  int32_t axis = 0;
  int32_t from = 1;
  int32_t to = 1;
  double scale = 1;
  double start = 0;  // of the region, as shares
  double end = 1;
};

// Where the center of an output pixel lies on the input.
double source(const Sampling& s, const Axis& a, int32_t place) {
  const double x = place;
  if (s.coordinates == "asymmetric") return x / a.scale;
  if (s.coordinates == "align_corners") return a.to == 1 ? 0 : x * (a.from - 1) / (a.scale * a.from - 1);
  if (s.coordinates == "half_pixel_symmetric") {
    const double adjustment = a.to / (a.scale * a.from);
    const double center = a.from / 2.0;
    return center * (1 - adjustment) + (x + 0.5) / a.scale - 0.5;
  }
  if (s.coordinates == "tf_crop_and_resize")
    return a.to > 1 ? a.start * (a.from - 1) + x * (a.end - a.start) * (a.from - 1) / (a.to - 1)
                    : 0.5 * (a.start + a.end) * (a.from - 1);
  if (s.coordinates == "tf_half_pixel_for_nn") return (x + 0.5) / a.scale;
  if (s.coordinates == "pytorch_half_pixel") return a.to > 1 ? (x + 0.5) / a.scale - 0.5 : 0;
  if (s.coordinates == "half_pixel") return (x + 0.5) / a.scale - 0.5;
  unsupported(fmt::format("the coordinates are \"{}\"", printable(s.coordinates, 40)));
}

int64_t nearest(const Sampling& s, double x) {
  const double low = std::floor(x);
  const double rest = x - low;
  if (s.rounding == "floor") return static_cast<int64_t>(low);
  if (s.rounding == "ceil") return static_cast<int64_t>(std::ceil(x));
  if (s.rounding == "round_prefer_floor") return static_cast<int64_t>(rest <= 0.5 ? low : low + 1);
  if (s.rounding == "round_prefer_ceil") return static_cast<int64_t>(rest < 0.5 ? low : low + 1);
  unsupported(fmt::format("the rounding is \"{}\"", printable(s.rounding, 40)));
}

double linear_weight(double distance) {
  return std::max(0.0, 1 - std::abs(distance));
}

double cubic_weight(double distance, double a) {
  const double d = std::abs(distance);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return 0;
}

// The weights of all input pixels in an output pixel.
std::vector<float> weights(const Sampling& s, const Axis& a, int32_t place) {
  std::vector<float> row(static_cast<size_t>(a.from));
  const double x = source(s, a, place);
  // Where pixels are taken together, the function is as wide as they are.
  const double narrow = s.antialias && a.scale < 1 ? a.scale : 1;
  const double reach = (s.mode == "cubic" ? 2 : 1) / narrow;
  double sum = 0;
  std::vector<std::pair<int64_t, double>> taps;
  for (auto i = static_cast<int64_t>(std::floor(x - reach)); i <= static_cast<int64_t>(std::ceil(x + reach));
       ++i) {
    const double distance = (static_cast<double>(i) - x) * narrow;
    double weight = s.mode == "cubic" ? cubic_weight(distance, s.cubic) : linear_weight(distance);
    if (s.exclude_outside && (i < 0 || i >= a.from)) weight = 0;
    sum += weight;
    taps.emplace_back(i, weight);
  }
  for (const auto& [i, weight] : taps)
    row[static_cast<size_t>(std::clamp<int64_t>(i, 0, a.from - 1))] +=
        static_cast<float>(s.antialias || s.exclude_outside ? weight / sum : weight);
  return row;
}

// The places that the kernel for images takes.
bool is_native_nearest(const Sampling& s, const std::vector<Axis>& axes) {
  for (const Axis& a : axes)
    for (int32_t i = 0; i < a.to; ++i) {
      const int64_t wanted = std::clamp<int64_t>(nearest(s, source(s, a, i)), 0, a.from - 1);
      const float scale = static_cast<float>(a.from) / static_cast<float>(a.to);
      const auto native =
          std::min<int64_t>(static_cast<int64_t>(std::floor(static_cast<float>(i) * scale)), a.from - 1);
      if (native != wanted) return false;
    }
  return true;
}

bool is_native_linear(const Sampling& s, const std::vector<Axis>& axes) {
  if (s.antialias || s.exclude_outside) return false;
  if (s.coordinates != "half_pixel" && s.coordinates != "asymmetric" && s.coordinates != "align_corners" &&
      s.coordinates != "pytorch_half_pixel")
    return false;
  return std::ranges::all_of(axes, [&](const Axis& a) {
    return std::abs(a.scale * a.from - a.to) < 1e-6 * a.to &&
           (s.coordinates != "pytorch_half_pixel" || a.to > 1);
  });
}

TensorId resized(Reader& r, TensorId x, const Sampling& s, const std::vector<Axis>& axes) {
  const bool image = r.rank(x) == 4 && std::ranges::all_of(axes, [](const Axis& a) { return a.axis >= 2; });
  const bool crop = s.coordinates == "tf_crop_and_resize";
  if (image && !crop) {
    std::vector<int32_t> dims = {r.shape(x)[0], r.shape(x)[2], r.shape(x)[3], r.shape(x)[1]};
    for (const Axis& a : axes) dims[static_cast<size_t>(a.axis) - 1] = a.to;
    std::vector<Axis> both = axes;
    for (int32_t axis = 2; axis < 4; ++axis)
      if (std::ranges::none_of(axes, [&](const Axis& a) { return a.axis == axis; }))
        both.push_back({axis, r.shape(x)[axis], r.shape(x)[axis], 1});
    const TensorType type{r.dtype(x), Shape(dims)};
    if (s.mode == "nearest" && is_native_nearest(s, both))
      return channels_first(r, r.emit(Op::resize_nearest_neighbor, {channels_last(r, x)}, type), 4);
    if (s.mode == "linear" && r.is_float(x) && is_native_linear(s, both)) {
      const bool half = s.coordinates == "half_pixel" || s.coordinates == "pytorch_half_pixel";
      return channels_first(
          r,
          r.emit(Op::resize_bilinear, {channels_last(r, x)}, type,
                 {{"align_corners", s.coordinates == "align_corners"}, {"half_pixel_centers", half}}),
          4);
    }
  }
  const DType dtype = r.dtype(x);
  if (s.mode != "nearest") x = r.cast(x, DType::f32);
  for (const Axis& a : axes) {
    if (int64_t{a.from} * a.to > (int64_t{1} << 22))
      unsupported("an axis is too long to be resized in this way");
    std::vector<int64_t> places;
    std::vector<float> matrix;
    std::vector<int64_t> outside;
    for (int32_t i = 0; i < a.to; ++i) {
      const double place = source(s, a, i);
      outside.push_back(crop && (place < 0 || place > a.from - 1) ? 1 : 0);
      if (s.mode == "nearest") {
        places.push_back(std::clamp<int64_t>(nearest(s, place), 0, a.from - 1));
      } else {
        const std::vector<float> row = weights(s, a, i);
        matrix.insert(matrix.end(), row.begin(), row.end());
      }
    }
    if (s.mode == "nearest")
      x = r.gather(x, r.integers(DType::s32, {a.to}, places), a.axis);
    else
      x = r.axis_from_end(r.dense(r.axis_to_end(x, a.axis), r.floats({a.to, a.from}, matrix)), a.axis);
    if (std::ranges::find(outside, 1) != outside.end()) {
      std::vector<int32_t> along(static_cast<size_t>(r.rank(x)), 1);
      along[static_cast<size_t>(a.axis)] = a.to;
      x = r.select(r.integers(DType::boolean, Shape(along), outside), r.scalar_like(x, s.outside), x);
    }
  }
  return dtype == r.dtype(x) ? x : r.cast(r.unary(Op::round, x), dtype);
}

void read_resize(Reader& r) {
  const TensorId x = r.input(0);
  const Shape shape = r.shape(x);
  const int32_t rank = r.rank(x);
  Sampling s;
  s.mode = r.text("mode", "nearest");
  const bool old = r.opset() < 11;
  s.coordinates = old ? "asymmetric" : r.text("coordinate_transformation_mode", "half_pixel");
  s.rounding = old ? "floor" : r.text("nearest_mode", "round_prefer_floor");
  s.cubic = r.real("cubic_coeff_a", -0.75f);
  s.exclude_outside = r.integer("exclude_outside", 0) != 0;
  s.antialias = r.integer("antialias", 0) != 0;
  s.outside = r.real("extrapolation_value", 0);
  if (s.mode == "bilinear") s.mode = "linear";
  if (s.mode != "nearest" && s.mode != "linear" && s.mode != "cubic")
    unsupported(fmt::format("the mode is \"{}\"", printable(s.mode, 40)));
  std::vector<int32_t> axes = identity_permutation(rank);
  if (r.has("axes")) {
    axes.clear();
    for (const int64_t axis : r.integers("axes")) axes.push_back(axis_of(axis, rank));
  }
  const size_t scale_input = old ? 1 : 2;
  std::vector<float> scales = r.constant_floats(scale_input, "scale").value_or(std::vector<float>());
  const std::vector<int64_t> sizes =
      old ? std::vector<int64_t>() : r.constant_integers(3, "size").value_or(std::vector<int64_t>());
  if (scales.empty() == sizes.empty()) contradiction("there is not one of scales and sizes");
  if ((scales.empty() ? sizes.size() : scales.size()) != axes.size())
    contradiction("there is not one scale an axis");
  std::vector<float> region;
  if (s.coordinates == "tf_crop_and_resize") {
    region = r.constant_floats(1, "region").value_or(std::vector<float>());
    if (region.size() != 2 * axes.size()) contradiction("the region has not two ends an axis");
  }
  const std::string policy = r.text("keep_aspect_ratio_policy", "stretch");
  double common = 0;
  if (policy != "stretch" && !sizes.empty()) {
    for (size_t i = 0; i < axes.size(); ++i) {
      const double own = static_cast<double>(sizes[i]) / shape[axes[i]];
      common = i == 0 ? own : policy == "not_larger" ? std::min(common, own) : std::max(common, own);
    }
  }
  std::vector<Axis> changed;
  for (size_t i = 0; i < axes.size(); ++i) {
    Axis a;
    a.axis = axes[i];
    a.from = shape[axes[i]];
    double length = 0;
    if (!scales.empty()) {
      a.scale = scales[i];
      const double start = region.empty() ? 0 : region[i];
      const double end = region.empty() ? 1 : region[i + axes.size()];
      length = std::floor(a.from * (end - start) * a.scale);
    } else if (common > 0) {
      a.scale = common;
      length = std::floor(common * a.from + 0.5);
    } else {
      length = static_cast<double>(sizes[i]);
      a.scale = length / a.from;
    }
    if (!(length >= 1 && length <= 65535 && a.scale > 0))
      unsupported(fmt::format("an axis would be {} long", length));
    a.to = static_cast<int32_t>(length);
    if (!region.empty()) {
      a.start = region[i];
      a.end = region[i + axes.size()];
    }
    if (a.to != a.from || a.scale != 1 || (!region.empty() && (a.start != 0 || a.end != 1)))
      changed.push_back(a);
  }
  r.finish(resized(r, x, s, changed));
}

void read_upsample(Reader& r) {
  const TensorId x = r.input(0);
  Sampling s;
  s.mode = r.text("mode", "nearest");
  if (s.mode == "bilinear") s.mode = "linear";
  if (s.mode != "nearest" && s.mode != "linear")
    unsupported(fmt::format("the mode is \"{}\"", printable(s.mode, 40)));
  s.coordinates = "asymmetric";
  s.rounding = "floor";
  const std::vector<float> scales =
      r.opset() < 9 ? r.reals("scales") : r.constant_floats(1, "scale").value_or(std::vector<float>());
  if (scales.size() != r.shape(x).rank()) contradiction("there is not one scale an axis");
  std::vector<Axis> changed;
  for (int32_t axis = 0; axis < r.rank(x); ++axis) {
    Axis a{axis, r.shape(x)[axis], 0, scales[static_cast<size_t>(axis)]};
    const double length = std::floor(a.from * a.scale);
    if (!(length >= 1 && length <= 65535)) unsupported(fmt::format("an axis would be {} long", length));
    a.to = static_cast<int32_t>(length);
    if (a.to != a.from) changed.push_back(a);
  }
  r.finish(resized(r, x, s, changed));
}

constexpr OperatorEntry entries[] = {
    {"Resize", read_resize},
    {"Upsample", read_upsample},
};

}  // namespace

std::span<const OperatorEntry> resizing_operators() {
  return entries;
}

}  // namespace burin::onnx
