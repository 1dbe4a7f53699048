// Element types of tensors.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace burin {

enum class DType : uint8_t { f32, s8, u8, s16, s32, s64, boolean };

// Bytes of one element.
int32_t byte_width(DType dtype);
std::string_view name_of(DType dtype);       // "s8"
std::string_view long_name_of(DType dtype);  // "int8", as users know it
std::optional<DType> dtype_named(std::string_view name);
// The type's name in <stdint.h>, or "float".
std::string_view c_type(DType dtype);
// Lowest and highest value of an integer type.
struct IntegerRange {
  int64_t lowest;
  int64_t highest;
};
IntegerRange integer_range(DType dtype);

}  // namespace burin
