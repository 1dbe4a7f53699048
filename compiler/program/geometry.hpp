// The sizes of a call as the kernel's template sees them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin {

// What becomes the enumerators of a Geometry struct in generated code, in order.
class Geometry {
 public:
  Geometry() = default;
  // Of structs that have a `fields(visit)`, which calls `visit` with the name and the value of each member.
  template <class... Parts>
  explicit Geometry(const Parts&... parts) {
    (append(parts), ...);
  }

  template <class Part>
  void append(const Part& part) {
    part.fields([this](std::string_view name, auto value) {
      enumerators_.emplace_back(name, static_cast<int32_t>(value));
    });
  }

  const std::vector<std::pair<std::string, int32_t>>& enumerators() const { return enumerators_; }
  auto operator<=>(const Geometry&) const = default;

 private:
  std::vector<std::pair<std::string, int32_t>> enumerators_;
};

}  // namespace burin
