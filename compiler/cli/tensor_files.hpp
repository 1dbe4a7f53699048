// Files that hold a tensor's own elements: raw little-endian bytes, or NumPy's .npy, by the ending of the
// name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/graph.hpp"
#include "support/result.hpp"

namespace burin {

// "-" is stdin, read to its end, and stdout; what passes there is raw.
constexpr const char* stream_name = "-";

// The elements of a file for a tensor, row-major, samples back to back: a whole number of them, one at least.
// An array has the tensor's element type; its shape is not asked for, as the first axis or a dimension of 1
// may stand for the samples. `port` is what messages call the tensor: "input 0". E0203, E0204.
Result<std::vector<uint8_t>> read_tensor_file(const std::string& path, const Tensor& tensor,
                                              const std::string& port);

// The text of a file with a tensor's elements: for a .npy file an array of [samples, shape of the tensor
// without a first dimension of 1].
std::string tensor_file_text(const std::string& path, const Tensor& tensor,
                             const std::vector<uint8_t>& elements);

// The integers of a file: of a .npy file with an array of any integer type, or one byte each. E0203, E0204.
Result<std::vector<int64_t>> read_integers(const std::string& path);

}  // namespace burin
