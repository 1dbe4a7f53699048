// Constants: immutable bytes shared between the graphs that use them, so that copying a graph is cheap.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "support/check.hpp"

namespace burin {

// Bytes in the host's byte order (little-endian; CMakeLists.txt refuses other hosts), row-major.
class Constant {
 public:
  Constant() = default;
  explicit Constant(std::vector<std::byte> bytes)
      : bytes_(std::make_shared<const std::vector<std::byte>>(std::move(bytes))) {}

  template <class T>
  static Constant of(std::span<const T> values) {
    std::vector<std::byte> bytes(values.size_bytes());
    if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    return Constant(std::move(bytes));
  }
  template <class T>
  static Constant of(const std::vector<T>& values) {
    return of(std::span<const T>(values));
  }

  std::span<const std::byte> bytes() const {
    return bytes_ ? std::span<const std::byte>(*bytes_) : std::span<const std::byte>();
  }
  // The elements; T must be the tensor's element type. The storage of a vector is aligned for every T.
  template <class T>
  std::span<const T> as() const {
    BURIN_CHECK(bytes().size() % sizeof(T) == 0, "a constant read with the wrong element type");
    return {reinterpret_cast<const T*>(bytes().data()), bytes().size() / sizeof(T)};
  }
  bool operator==(const Constant& other) const {
    return bytes_ == other.bytes_ || std::ranges::equal(bytes(), other.bytes());
  }

 private:
  std::shared_ptr<const std::vector<std::byte>> bytes_;
};

}  // namespace burin
