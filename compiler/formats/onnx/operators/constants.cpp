// Values that the model states, or that follow from shapes.
#include <fmt/format.h>

#include <cmath>

#include "formats/onnx/file.hpp"
#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

// The one element of an operand that has to be there and known.
float known_float(const Reader& r, size_t i, std::string_view what) {
  (void)r.input(i);
  const auto values = r.constant_floats(i, what);
  if (values->size() != 1) contradiction(fmt::format("the {} is no scalar", what));
  return values->front();
}
int64_t known_integer(const Reader& r, size_t i, std::string_view what) {
  (void)r.input(i);
  const auto values = r.constant_integers(i, what);
  if (values->size() != 1) contradiction(fmt::format("the {} is no scalar", what));
  return values->front();
}

void read_constant(Reader& r) {
  if (r.has("value")) return r.finish(r.tensor("value"));
  if (r.has("value_float")) return r.finish(r.scalar(r.real("value_float", 0)));
  if (r.has("value_floats")) {
    const std::vector<float> values = r.reals("value_floats");
    return r.finish(r.floats({static_cast<int32_t>(values.size())}, values));
  }
  if (r.has("value_int")) return r.finish(r.integers(DType::s64, {}, {r.integer("value_int", 0)}));
  if (r.has("value_ints")) {
    const std::vector<int64_t> values = r.integers("value_ints");
    return r.finish(r.integers(DType::s64, {static_cast<int32_t>(values.size())}, values));
  }
  unsupported("the constant is sparse, or text", "store it as an ordinary tensor of numbers");
}

void read_constant_of_shape(Reader& r) {
  const auto dims = r.constant_integers(0, "shape");
  std::vector<int32_t> shape;
  for (const int64_t dim : dims.value_or(std::vector<int64_t>()))
    shape.push_back(dimension_of(dim, "dimension"));
  TensorId value = r.has("value") ? r.tensor("value") : r.scalar(0);
  if (r.shape(value).elements() != 1) contradiction("the value has more than one element");
  r.finish(r.broadcast_to(r.reshape(value, {}), Shape(std::move(shape))));
}

void read_range(Reader& r) {
  constexpr int64_t most = int64_t{1} << 24;
  if (r.is_float(r.input(0))) {
    const float start = known_float(r, 0, "start");
    const float limit = known_float(r, 1, "limit");
    const float delta = known_float(r, 2, "step");
    const double count = std::ceil((static_cast<double>(limit) - start) / delta);
    if (!(count >= 1 && count < static_cast<double>(most))) unsupported("the range is empty or endless");
    std::vector<float> values;
    for (int64_t i = 0; i < static_cast<int64_t>(count); ++i)
      values.push_back(start + static_cast<float>(i) * delta);
    return r.finish(r.floats({static_cast<int32_t>(values.size())}, values));
  }
  const int64_t start = known_integer(r, 0, "start");
  const int64_t limit = known_integer(r, 1, "limit");
  const int64_t delta = known_integer(r, 2, "step");
  std::vector<int64_t> values;
  if (delta == 0 || std::abs(static_cast<double>(limit) - static_cast<double>(start)) >
                        static_cast<double>(most) * std::abs(static_cast<double>(delta)))
    unsupported("the range is endless");
  for (int64_t value = start; delta > 0 ? value < limit : value > limit; value += delta)
    values.push_back(value);
  r.finish(r.integers(r.dtype(r.input(0)), {static_cast<int32_t>(values.size())}, values));
}

DType type_attribute(const Reader& r, const char* name, DType otherwise) {
  if (!r.has(name)) return otherwise;
  const auto number = static_cast<int32_t>(r.integer(name, 0));
  const auto type = element_type_of(number);
  if (!type || !type->exact) unsupported(fmt::format("it makes {}", element_type_name(number)));
  return type->dtype;
}

void read_eye_like(Reader& r) {
  const TensorId x = r.input(0);
  if (r.rank(x) != 2) contradiction("the input is no matrix");
  const int64_t diagonal = r.integer("k", 0);
  const int32_t rows = r.shape(x)[0];
  const int32_t columns = r.shape(x)[1];
  bound_elements(int64_t{rows} * columns);
  std::vector<int64_t> values;
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) values.push_back(j - i == diagonal ? 1 : 0);
  r.finish(r.cast(r.integers(DType::s32, {rows, columns}, values), type_attribute(r, "dtype", r.dtype(x))));
}

// a0 - a1 cos(2 pi i / N) + a2 cos(4 pi i / N), where N is the length, or one less if the window is
// symmetric.
void read_cosine_window(Reader& r, double a0, double a1, double a2) {
  const auto size = r.constant_integers(0, "length");
  if (!size || size->size() != 1) contradiction("the length is missing");
  const int32_t length = dimension_of(size->front(), "length");
  bound_elements(length);
  const double period = r.integer("periodic", 1) != 0 ? length : length - 1;
  std::vector<float> values;
  for (int32_t i = 0; i < length; ++i) {
    const double angle = 2 * 3.14159265358979323846 * i / period;
    values.push_back(static_cast<float>(a0 - a1 * std::cos(angle) + a2 * std::cos(2 * angle)));
  }
  r.finish(r.cast(r.floats({length}, values), type_attribute(r, "output_datatype", DType::f32)));
}

void read_hann_window(Reader& r) {
  read_cosine_window(r, 0.5, 0.5, 0);
}
void read_hamming_window(Reader& r) {
  read_cosine_window(r, 25.0 / 46, 1 - 25.0 / 46, 0);
}
void read_blackman_window(Reader& r) {
  read_cosine_window(r, 0.42, 0.5, 0.08);
}

constexpr OperatorEntry entries[] = {
    {"BlackmanWindow", read_blackman_window},
    {"Constant", read_constant},
    {"ConstantOfShape", read_constant_of_shape},
    {"EyeLike", read_eye_like},
    {"HammingWindow", read_hamming_window},
    {"HannWindow", read_hann_window},
    {"Range", read_range},
};

}  // namespace

std::span<const OperatorEntry> constant_operators() {
  return entries;
}

}  // namespace burin::onnx
