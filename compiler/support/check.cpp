#include "support/check.hpp"

#include <fmt/format.h>

#include <string_view>

namespace burin {

void internal_error(const std::string& what, const char* file, int line) {
  const std::string_view path = file;
  const size_t from = path.rfind("/compiler/");
  throw InternalError(
      fmt::format("{} ({}:{})", what, from == std::string_view::npos ? path : path.substr(from + 1), line));
}

}  // namespace burin
