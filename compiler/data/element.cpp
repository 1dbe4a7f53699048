#include "data/element.hpp"

#include <array>
#include <cstring>

#include "support/check.hpp"

namespace burin::data {
namespace {

struct Row {
  ElementType type;
  std::string_view name;
  size_t bytes;
};

constexpr std::array<Row, 10> rows = {{{ElementType::f32, "float32", 4},
                                       {ElementType::f64, "float64", 8},
                                       {ElementType::s8, "int8", 1},
                                       {ElementType::u8, "uint8", 1},
                                       {ElementType::s16, "int16", 2},
                                       {ElementType::u16, "uint16", 2},
                                       {ElementType::s32, "int32", 4},
                                       {ElementType::u32, "uint32", 4},
                                       {ElementType::s64, "int64", 8},
                                       {ElementType::boolean, "bool", 1}}};

template <class T>
void widen(std::span<const std::byte> from, std::span<double> to) {
  BURIN_CHECK(from.size() == to.size() * sizeof(T), "elements of a file for another number of places");
  for (size_t i = 0; i < to.size(); ++i) {
    T value;
    std::memcpy(&value, from.data() + i * sizeof(T), sizeof(T));
    to[i] = static_cast<double>(value);
  }
}

}  // namespace

size_t byte_width(ElementType type) {
  return rows.at(static_cast<size_t>(type)).bytes;
}

std::string_view name_of(ElementType type) {
  return rows.at(static_cast<size_t>(type)).name;
}

bool is_real(ElementType type) {
  return type == ElementType::f32 || type == ElementType::f64;
}

ElementType element_type(DType dtype) {
  switch (dtype) {
    case DType::f32:
      return ElementType::f32;
    case DType::s8:
      return ElementType::s8;
    case DType::u8:
      return ElementType::u8;
    case DType::s16:
      return ElementType::s16;
    case DType::s32:
      return ElementType::s32;
    case DType::s64:
      return ElementType::s64;
    case DType::boolean:
      return ElementType::boolean;
  }
  internal_error("an element type outside of DType", __FILE__, __LINE__);
}

void to_doubles(ElementType type, std::span<const std::byte> from, std::span<double> to) {
  switch (type) {
    case ElementType::f32:
      return widen<float>(from, to);
    case ElementType::f64:
      return widen<double>(from, to);
    case ElementType::s8:
      return widen<int8_t>(from, to);
    case ElementType::u8:
    case ElementType::boolean:
      return widen<uint8_t>(from, to);
    case ElementType::s16:
      return widen<int16_t>(from, to);
    case ElementType::u16:
      return widen<uint16_t>(from, to);
    case ElementType::s32:
      return widen<int32_t>(from, to);
    case ElementType::u32:
      return widen<uint32_t>(from, to);
    case ElementType::s64:
      return widen<int64_t>(from, to);
  }
  internal_error("an element type outside of ElementType", __FILE__, __LINE__);
}

}  // namespace burin::data
