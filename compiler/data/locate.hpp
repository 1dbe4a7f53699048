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

// Whether a file's or an array's name, without an ending, means the input: by its name, or as it is called in
// generated code.
bool is_named_after(const std::string& name, const Input& input);

}  // namespace burin::data
