// Catch2 3 under the names of Catch2 2, which Debian 12 has: only what the tests use.
#pragma once

#include <catch2/catch_all.hpp>

namespace Catch {

using Matchers::ContainsSubstring;
using Matchers::EndsWith;
using Matchers::StartsWith;

inline Matchers::StringContainsMatcher Contains(const std::string& text) {
  return ContainsSubstring(text);
}

}  // namespace Catch

using Catch::Approx;
