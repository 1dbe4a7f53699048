// Any text as a user's own target file.
#include <string_view>

#include "target/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const burin::Result<burin::Target> target = burin::parse_target(text, "fuzz.json");
  if (target) {
    (void)target->ram_bytes();
    (void)target->flash_bytes();
  }
  return 0;
}
