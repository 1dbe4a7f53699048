// Models of the TFLite format, written as JSON.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace burin::test {

// The file's bytes. The schema is the project's own; a text that does not go with it fails the test.
std::vector<std::byte> tflite_of_json(const std::string& json);

}  // namespace burin::test
