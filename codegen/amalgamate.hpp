// Inlines the shipped kernel headers into one text.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace burin::codegen {

struct Amalgamation {
  std::set<std::string> system_headers;  // "stdint.h", …: to be included before
  std::string text;                      // the headers, each after what it includes
};

// The embedded headers at these paths (relative to runtime-stub/) and everything they include. Where a
// layer's folder holds a file of the same name as one in generic/, it says what that layer does better, and
// follows it. Host-only regions (`#ifdef BURIN_HOST` … `#endif  // BURIN_HOST`) are dropped; the lines that
// guard device-only ones too.
Amalgamation amalgamate(const std::vector<std::string>& headers, const std::string& layer_folder);

}  // namespace burin::codegen
