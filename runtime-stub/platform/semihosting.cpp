// Files, text and the end of the program through Arm semihosting, version 2: the emulator does the work when
// it meets BKPT 0xAB, with the operation in r0 and the address of its parameters in r1.
#include <stdint.h>
#include <string.h>

#include "burin_platform.h"

namespace {

enum Operation : uint32_t {
  sys_open = 0x01,
  sys_close = 0x02,
  sys_write0 = 0x04,
  sys_write = 0x05,
  sys_read = 0x06,
  sys_exit_extended = 0x20
};

enum OpenMode : uint32_t { read_binary = 1, write_binary = 5 };

uint32_t word_of(const void* address) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(address));
}

uint32_t call(Operation operation, const void* parameters) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = parameters;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

int open_file(const char* name, OpenMode mode) {
  const uint32_t parameters[] = {word_of(name), mode, static_cast<uint32_t>(strlen(name))};
  return static_cast<int>(call(sys_open, parameters));
}

}  // namespace

extern "C" {

int burin_open_to_read(const char* name) {
  return open_file(name, read_binary);
}
int burin_open_to_write(const char* name) {
  return open_file(name, write_binary);
}

// Both operations return how many bytes were left over.
int burin_read(int file, void* bytes, uint32_t count) {
  const uint32_t parameters[] = {static_cast<uint32_t>(file), word_of(bytes), count};
  return call(sys_read, parameters) == 0;
}

int burin_write(int file, const void* bytes, uint32_t count) {
  const uint32_t parameters[] = {static_cast<uint32_t>(file), word_of(bytes), count};
  return call(sys_write, parameters) == 0;
}

void burin_close(int file) {
  const uint32_t parameters[] = {static_cast<uint32_t>(file)};
  call(sys_close, parameters);
}

void burin_print(const char* text) {
  call(sys_write0, text);
}

void burin_exit(int status) {
  const uint32_t application_exit = 0x20026;
  const uint32_t parameters[] = {application_exit, static_cast<uint32_t>(status)};
  call(sys_exit_extended, parameters);
  for (;;) {
  }
}

}  // extern "C"
