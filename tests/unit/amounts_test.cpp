#include "cli/amounts.hpp"

#include <catch2/catch.hpp>

namespace burin::test {

TEST_CASE("amounts are read as people write them, and nothing else is", "[amounts]") {
  CHECK(parse_bytes("65536") == 65536);
  CHECK(parse_bytes("64K") == 65536);
  CHECK(parse_bytes("64k") == 65536);
  CHECK(parse_bytes("1.5M") == 1572864);
  CHECK(parse_bytes("1m") == 1048576);
  CHECK(parse_bytes("0") == 0);
  CHECK(parse_cycles("2M") == 2000000);
  CHECK(parse_cycles(".5k") == 500);
  CHECK(parse_bytes("1048576M") == int64_t{1} << 40);
  for (const char* text : {"", "K", "-1", "+1", " 1", "1 ", "1G", "1KB", "1KK", "0x10", "1e3", "inf", "nan",
                           "1099512M", "99999999999999999999999", ".", "1.2.3"}) {
    INFO(text);
    CHECK(!parse_bytes(text));
    CHECK(!parse_cycles(text));
  }
  CHECK(parse_share("0.5") == 0.5);
  CHECK(parse_share("1") == 1);
  for (const char* text : {"", "0", "1.01", "-0.5", "50%", "0.5x", "nan", "1e-1"}) {
    INFO(text);
    CHECK(!parse_share(text));
  }
}

}  // namespace burin::test
