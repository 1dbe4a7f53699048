#include "support/tflite_json.hpp"

#include <flatbuffers/idl.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace burin::test {

std::vector<std::byte> tflite_of_json(const std::string& json) {
  std::stringstream schema;
  schema << std::ifstream(std::filesystem::path(BURIN_SOURCE_DIR) / "compiler/formats/tflite/schema.fbs")
                .rdbuf();
  flatbuffers::Parser parser;
  REQUIRE(parser.Parse(schema.str().c_str()));
  const bool parsed = parser.Parse(json.c_str());
  INFO(parser.error_);
  REQUIRE(parsed);
  const auto* data = reinterpret_cast<const std::byte*>(parser.builder_.GetBufferPointer());
  return {data, data + parser.builder_.GetSize()};
}

}  // namespace burin::test
