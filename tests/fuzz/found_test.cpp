// What fuzzing has found, one file each: it stays mended.
#include <catch2/catch.hpp>
#include <filesystem>

#include "fuzz/survive.hpp"
#include "support/files.hpp"

namespace burin::test {

TEST_CASE("inputs that fuzzing has found are survived") {
  int count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(BURIN_SOURCE_DIR) / "tests/fuzz/found")) {
    INFO(entry.path());
    const Result<std::string> bytes = read_file(entry.path());
    REQUIRE(bytes.ok());
    CHECK_NOTHROW(fuzz::survive({reinterpret_cast<const uint8_t*>(bytes->data()), bytes->size()},
                                "fuzz" + entry.path().extension().string()));
    ++count;
  }
  CHECK(count > 0);
}

}  // namespace burin::test
