#include "program/kernel_call.hpp"

#include <fmt/format.h>

#include <algorithm>
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

std::vector<ConstantRecord> records_of_outputs(size_t elements, int64_t outputs, int64_t each, int64_t from) {
  std::vector<ConstantRecord> records;
  for (int64_t first = 0; first < outputs; first += each) {
    const int64_t last = std::min(first + each, outputs) - 1;
    records.push_back({records.size() * elements,
                       first == last ? fmt::format("output {}", from + first)
                                     : fmt::format("outputs {} to {}", from + first, from + last)});
  }
  return records;
}

}  // namespace burin
