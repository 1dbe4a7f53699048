// Any bytes as an ONNX model.
#include "fuzz/survive.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  burin::fuzz::survive({data, size}, "fuzz.onnx");
  return 0;
}
