// Strong indices: a TensorId cannot be passed where a NodeId is wanted.
#pragma once

#include <compare>
#include <cstdint>

namespace burin {

template <class Tag>
struct Id {
  uint32_t index = UINT32_MAX;

  constexpr Id() = default;
  constexpr explicit Id(size_t i) : index(static_cast<uint32_t>(i)) {}
  // The default id names nothing: an operator's optional input that is absent.
  constexpr bool valid() const { return index != UINT32_MAX; }
  constexpr auto operator<=>(const Id&) const = default;
};

using TensorId = Id<struct TensorTag>;
using NodeId = Id<struct NodeTag>;

}  // namespace burin
