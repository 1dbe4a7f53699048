// Base64, RFC 4648 section 4, with padding.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace burin {

std::string encode_base64(std::span<const std::byte> bytes);
// Spaces and line ends are skipped. Nothing where the text is not the encoding of any bytes.
std::optional<std::vector<std::byte>> decode_base64(std::string_view text);

}  // namespace burin
