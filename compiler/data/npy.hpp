// The header of NumPy's .npy files, versions 1 to 3:
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/element.hpp"
#include "support/result.hpp"

namespace burin::data {

struct NpyHeader {
  ElementType type = ElementType::f32;
  bool big_endian = false;
  bool column_major = false;    // the first axis is the fastest
  std::vector<uint64_t> shape;  // the product, times the element's bytes, fits into 63 bits
  uint64_t data_offset = 0;     // bytes from the beginning of the file

  uint64_t elements() const;
};

// Reads a file's header and checks that exactly the array that it describes follows. E0203.
Result<NpyHeader> read_npy_header(const std::filesystem::path& path);

// The bytes before the elements of a row-major array, as numpy.save writes them.
std::string npy_header(ElementType type, const std::vector<uint64_t>& shape);

}  // namespace burin::data
