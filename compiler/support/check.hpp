// The internal check: for what only a defect of Burin can cause. What a user can cause is a Diagnostic.
#pragma once

#include <stdexcept>
#include <string>

namespace burin {

struct InternalError : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] void internal_error(const std::string& what, const char* file, int line);

}  // namespace burin

#define BURIN_CHECK(condition, what)                                       \
  do {                                                                     \
    if (!(condition)) ::burin::internal_error((what), __FILE__, __LINE__); \
  } while (false)
