// Archives of NumPy arrays.
#pragma once

#include <filesystem>
#include <vector>

#include "data/source.hpp"

namespace burin::data {

// The array of an .npz archive that is named like the input; of one array alone whatever its name is. The
// array is unpacked into a temporary file that goes away with the source. E0203, E0204, E0208.
Result<SourcePointer> open_npz(const std::filesystem::path& path, const Input& input);

}  // namespace burin::data
