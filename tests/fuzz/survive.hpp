// What every fuzzer of models asks: any bytes give code or diagnostics, in bounded time and memory.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace burin::fuzz {

// Reads, optimizes, lowers and prints the model, and what is read of it again from its textual form. Target
// and objective depend on the bytes. What must not be is an InternalError.
// The name says which format bytes have that show none.
void survive(std::span<const uint8_t> bytes, const std::string& name = "fuzz");

}  // namespace burin::fuzz
