// SHA-256 (FIPS 180-4), so that a report names a model the way `sha256sum` does.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace burin {

// 64 hexadecimal digits.
std::string sha256(std::span<const std::byte> bytes);

}  // namespace burin
