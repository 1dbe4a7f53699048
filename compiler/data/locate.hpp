// From what a user names on the command line to the files of every input.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/source.hpp"
#include "support/result.hpp"

namespace burin::data {

// The sources of every input, in its order, each at least one. What `sources` may say is in
// data/samples.hpp.
Result<std::vector<std::vector<SourcePointer>>> locate(const std::vector<Input>& inputs,
                                                       const std::vector<std::string>& sources);

}  // namespace burin::data
