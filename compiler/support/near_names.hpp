// Names that a mistyped one may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace burin {

// Those of `known` that contain `wanted` or are a few letters away from it, the nearest first, at most four.
std::vector<std::string> near_names(std::string_view wanted, const std::vector<std::string>& known);

// "did you mean a, b? ", or nothing where no name is near: the beginning of a remedy.
std::string did_you_mean(std::string_view wanted, const std::vector<std::string>& known);

}  // namespace burin
