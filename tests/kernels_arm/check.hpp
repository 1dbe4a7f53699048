// What the checks of kernels on the machine itself have in common: buffers with guards, marks for the
// counting plug-in, and the verdict.
#pragma once

#include <stdint.h>
#include <string.h>

#include "platform/burin_platform.h"

extern "C" const uint8_t cases_blob[];
__asm__(
    ".section .rodata.cases\n.balign 16\n.global cases_blob\ncases_blob:\n.incbin "
    "\"cases.bin\"\n.previous\n");

extern "C" {
// The plug-in takes what executes behind mark_i for case i; mark_99 for none.
#define MARK(i)                                            \
  __attribute__((naked, noinline, used)) void mark_##i() { \
    __asm__("bx lr");                                      \
  }
// clang-format off
MARK(0) MARK(1) MARK(2) MARK(3) MARK(4) MARK(5) MARK(6) MARK(7) MARK(8) MARK(9) MARK(10) MARK(11) MARK(12)
MARK(13) MARK(14) MARK(15) MARK(16) MARK(17) MARK(18) MARK(19) MARK(20) MARK(21) MARK(22) MARK(23) MARK(99)
// clang-format on
#undef MARK
}

namespace {

void (*const mark[])() = {mark_0,  mark_1,  mark_2,  mark_3,  mark_4,  mark_5,  mark_6,  mark_7,
                          mark_8,  mark_9,  mark_10, mark_11, mark_12, mark_13, mark_14, mark_15,
                          mark_16, mark_17, mark_18, mark_19, mark_20, mark_21, mark_22, mark_23};

int cases;
int failures;

void report(const char* name, const char* what) {
  burin_print("FAIL: ");
  burin_print(name);
  burin_print(": ");
  burin_print(what);
  burin_print("\n");
  ++failures;
}

// Memory for `capacity` bytes between guards.
template <int32_t capacity>
struct Guarded {
  enum : int32_t { guard = 64 };
  alignas(16) int8_t memory[capacity + 2 * guard];

  // The memory at an offset from 16-byte alignment, guards and all filled.
  int8_t* prepare(int32_t offset, int8_t filling) {
    memset(memory, filling, sizeof memory);
    return memory + guard + offset;
  }
  bool holds(int32_t bytes) const { return bytes + 16 <= capacity; }
  // True if nothing but [begin, begin + bytes) has changed since.
  bool intact(const int8_t* begin, int32_t bytes, int8_t filling) const {
    const int8_t* const end = memory + sizeof memory;
    for (const int8_t* p = memory; p < end; ++p)
      if ((p < begin || p >= begin + bytes) && *p != filling) return false;
    return true;
  }
};

template <class T>
const T* blob(uint32_t at) {
  return static_cast<const T*>(static_cast<const void*>(cases_blob + at));
}

void check_all();

int conclude() {
  char line[] = "0000 cases, 0000 failures\n";
  for (int i = 3, rest = cases; i >= 0; --i, rest /= 10) line[i] = static_cast<char>('0' + rest % 10);
  for (int i = 15, rest = failures; i >= 12; --i, rest /= 10) line[i] = static_cast<char>('0' + rest % 10);
  burin_print(line);
  return failures > 99 ? 99 : failures;
}

}  // namespace

int main() {
  burin_bench_begin();
  mark_99();
  check_all();
  burin_bench_end();
  return conclude();
}
