// Result<T>: a value, or every diagnostic that explains why there is none.
#pragma once

#include <optional>
#include <utility>

#include "support/check.hpp"
#include "support/diagnostic.hpp"

namespace burin {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Diagnostic diagnostic) { diagnostics_.push_back(std::move(diagnostic)); }
  Result(Diagnostics diagnostics) : diagnostics_(std::move(diagnostics)) {
    BURIN_CHECK(!diagnostics_.empty(), "a failed result without a diagnostic");
  }

  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Diagnostics& diagnostics() const { return diagnostics_; }

 private:
  T& value() {
    BURIN_CHECK(ok(), "the value of a failed result");
    return *value_;
  }
  const T& value() const {
    BURIN_CHECK(ok(), "the value of a failed result");
    return *value_;
  }

  std::optional<T> value_;
  Diagnostics diagnostics_;
};

// For functions that only succeed or fail.
struct Done {};

}  // namespace burin
