// Program to text: the three generated files. docs/output-format.md specifies them.
#pragma once

#include <string>
#include <vector>

#include "program/program.hpp"

namespace burin::codegen {

// An input and the outputs that the reference gives for it, for ID_selftest.
struct TestVector {
  std::vector<std::vector<std::byte>> inputs;   // by model input
  std::vector<std::vector<std::byte>> outputs;  // by model output
};

struct GenerateOptions {
  std::vector<TestVector> self_test;  // empty: no ID_selftest
};

struct GeneratedFiles {
  std::string source;  // ID.cpp
  std::string header;  // ID.h
  std::string report;  // ID.json
};

GeneratedFiles generate(const Program& program, const GenerateOptions& options = {});

// The parts.
std::string generate_source(const Program& program, const GenerateOptions& options);
std::string generate_header(const Program& program, const GenerateOptions& options);
std::string generate_report(const Program& program);

}  // namespace burin::codegen
