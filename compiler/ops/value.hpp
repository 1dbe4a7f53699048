// A tensor's value while a graph is evaluated.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "ir/graph.hpp"

namespace burin {

struct Value {
  TensorType type;
  std::vector<std::byte> bytes;

  static Value zeros(const TensorType& type) {
    return {type, std::vector<std::byte>(static_cast<size_t>(type.bytes()))};
  }
  static Value of(const TensorType& type, std::span<const std::byte> bytes) {
    BURIN_CHECK(static_cast<int64_t>(bytes.size()) == type.bytes(), "a value with the wrong number of bytes");
    return {type, {bytes.begin(), bytes.end()}};
  }
  // The elements; T must match the element type's width.
  template <class T>
  std::span<T> as() {
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  // Element i of any integer type, widened.
  int64_t integer(size_t i) const;
  void set_integer(size_t i, int64_t value);
  bool operator==(const Value&) const = default;
};

// The value that a variable starts from: its constant, or real zero where it has none.
Value initial_value(const Tensor& variable);

}  // namespace burin
