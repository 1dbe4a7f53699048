// Any bytes that begin like a TFLite model.
#include <algorithm>
#include <vector>

#include "fuzz/survive.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 8) return 0;
  // With the format's mark in its place no input is wasted on the other format.
  std::vector<uint8_t> bytes(data, data + size);
  std::ranges::copy(std::string_view("TFL3"), bytes.begin() + 4);
  burin::fuzz::survive(bytes);
  return 0;
}
