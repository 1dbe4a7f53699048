#include "tensor/dtype.hpp"

#include <array>
#include <limits>

#include "support/check.hpp"

namespace burin {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  std::string_view long_name;
  std::string_view c_type;
  int32_t bytes;
  IntegerRange range;
};

template <class T>
constexpr IntegerRange range_of() {
  return {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
}

constexpr std::array<Row, 7> rows = {{{DType::f32, "f32", "float32", "float", 4, {0, 0}},
                                      {DType::s8, "s8", "int8", "int8_t", 1, range_of<int8_t>()},
                                      {DType::u8, "u8", "uint8", "uint8_t", 1, range_of<uint8_t>()},
                                      {DType::s16, "s16", "int16", "int16_t", 2, range_of<int16_t>()},
                                      {DType::s32, "s32", "int32", "int32_t", 4, range_of<int32_t>()},
                                      {DType::s64, "s64", "int64", "int64_t", 8, range_of<int64_t>()},
                                      {DType::boolean, "bool", "bool", "uint8_t", 1, {0, 1}}}};

const Row& row_of(DType dtype) {
  return rows.at(static_cast<size_t>(dtype));
}

}  // namespace

int32_t byte_width(DType dtype) {
  return row_of(dtype).bytes;
}
std::string_view name_of(DType dtype) {
  return row_of(dtype).name;
}
std::string_view long_name_of(DType dtype) {
  return row_of(dtype).long_name;
}
std::string_view c_type(DType dtype) {
  return row_of(dtype).c_type;
}

std::optional<DType> dtype_named(std::string_view name) {
  for (const Row& row : rows)
    if (row.name == name) return row.dtype;
  return std::nullopt;
}

IntegerRange integer_range(DType dtype) {
  BURIN_CHECK(dtype != DType::f32, "the integer range of a floating-point type");
  return row_of(dtype).range;
}

}  // namespace burin
