#include "program/kernel_call.hpp"

#include <array>

namespace burin {
namespace {

struct Row {
  std::string_view c_type;
  int32_t bytes;
};
constexpr std::array<Row, 7> rows = {{{"int8_t", 1},
                                      {"uint8_t", 1},
                                      {"int16_t", 2},
                                      {"uint16_t", 2},
                                      {"int32_t", 4},
                                      {"uint32_t", 4},
                                      {"float", 4}}};

}  // namespace

int32_t byte_width(ElementType type) {
  return rows.at(static_cast<size_t>(type)).bytes;
}
std::string_view c_type(ElementType type) {
  return rows.at(static_cast<size_t>(type)).c_type;
}

}  // namespace burin
