// Amounts as people write them on a command line: "64K", "1.5M".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace burin {

// A decimal number, not negative, which may have a fraction, with K or M (in either case) behind it: "2M" is
// 2,000,000 cycles, but 2,097,152 bytes. At most 2^40; a fraction of one is dropped. Nothing for another
// text.
std::optional<int64_t> parse_cycles(const std::string& text);
std::optional<int64_t> parse_bytes(const std::string& text);

// A decimal number above 0 and at most 1. Nothing for another text.
std::optional<double> parse_share(const std::string& text);

}  // namespace burin
