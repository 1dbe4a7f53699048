// What the generators of test cases have in common: random numbers, and the two files that a check includes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <random>
#include <string>
#include <vector>

struct Random {
  std::mt19937 engine;
  int32_t between(int32_t low, int32_t high) {  // both included; the same on every machine
    return low + static_cast<int32_t>(engine() % (static_cast<uint32_t>(high - low) + 1));
  }
  bool one_in(int32_t n) { return between(1, n) == 1; }
};

struct CaseFile {
  std::string declarations;
  std::string calls;  // statements, each runs a case
  std::vector<char> bytes;

  // Where the values lie in cases.bin, a multiple of 16.
  template <class T>
  size_t append(const std::vector<T>& values) {
    bytes.resize((bytes.size() + 15) / 16 * 16);
    const size_t at = bytes.size();
    const char* const begin = reinterpret_cast<const char*>(values.data());
    bytes.insert(bytes.end(), begin, begin + values.size() * sizeof(T));
    return at;
  }

  bool write(const std::string& directory) const {
    std::ofstream header(directory + "/cases.hpp");
    header << declarations << "void check_all() {\n" << calls << "}\n";
    std::ofstream blob(directory + "/cases.bin", std::ios::binary);
    blob.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return header.good() && blob.good();
  }
};
