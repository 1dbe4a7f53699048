// Reading 32-bit little-endian ELF files, the object and image files of Arm compilers: section sizes and
// symbols. Format: Tool Interface Standard, Executable and Linking Format, version 1.2.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "support/result.hpp"

namespace burin {

struct ElfSection {
  std::string name;
  uint64_t bytes = 0;
  bool allocated = false;   // is in memory when the program runs
  bool writable = false;    // in RAM
  bool executable = false;  // code
  bool stored = false;      // has contents in the file; zero-initialized memory has not
};

struct ElfSymbol {
  std::string name;
  uint32_t value = 0;
};

struct ElfFile {
  std::vector<ElfSection> sections;
  std::vector<ElfSymbol> symbols;
};

// Fails with E0206 if the bytes are no such file; `name` is what the diagnostic calls it.
Result<ElfFile> parse_elf(std::string_view bytes, const std::string& name);

// What an object or image takes in the memories of a microcontroller.
struct ImageSize {
  uint64_t code_bytes = 0;      // flash: instructions, and tables for unwinding
  uint64_t constant_bytes = 0;  // flash: read-only data, weights above all
  uint64_t data_bytes = 0;      // flash and RAM: initialized variables
  uint64_t zero_bytes = 0;      // RAM: variables that start as zero

  uint64_t flash_bytes() const { return code_bytes + constant_bytes + data_bytes; }
  uint64_t ram_bytes() const { return data_bytes + zero_bytes; }
};

ImageSize image_size(const ElfFile& file);

}  // namespace burin
