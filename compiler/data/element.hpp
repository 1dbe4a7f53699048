// Elements as files of samples hold them, and as a model's input takes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "tensor/dtype.hpp"

namespace burin::data {

// Of a file; more than a tensor can have. Little-endian.
enum class ElementType : uint8_t { f32, f64, s8, u8, s16, u16, s32, u32, s64, boolean };

size_t byte_width(ElementType type);
std::string_view name_of(ElementType type);  // "float64", as NumPy has it
bool is_real(ElementType type);              // rather than an integer
// The type of a file that holds a tensor's own elements.
ElementType element_type(DType dtype);

// `from` holds as many elements as `to` has places.
void to_doubles(ElementType type, std::span<const std::byte> from, std::span<double> to);

}  // namespace burin::data
