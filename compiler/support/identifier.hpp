// C identifiers out of names from models, which are untrusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace burin {

// A C identifier in snake_case made of untrusted text: not empty, no leading digit or underscore, no double
// underscore, no keyword of C or C++, cut where it exceeds `longest` characters, but for an ending against
// keywords.
std::string identifier(std::string_view untrusted, std::string_view when_empty, size_t longest = 40);
// The same in capitals, for macros.
std::string upper(std::string_view identifier);

// Gives every wanted identifier a distinct one, by numbering; names that differ only in case count as equal.
class UniqueNames {
 public:
  explicit UniqueNames(std::set<std::string> reserved = {}) : taken_(std::move(reserved)) {}
  std::string claim(const std::string& wanted);

 private:
  std::set<std::string> taken_;                 // in lower case
  std::map<std::string, int32_t> last_suffix_;  // of a name in lower case: the last number it was given
};

}  // namespace burin
