// The same services from an ordinary C library.
#include <stdint.h>
#include <stdio.h>

#include "burin_platform.h"

namespace {

const int file_count = 256;
FILE* files[file_count];

int open_file(const char* name, const char* mode) {
  for (int file = 0; file < file_count; ++file) {
    if (files[file]) continue;
    files[file] = fopen(name, mode);
    return files[file] ? file : -1;
  }
  return -1;
}

}  // namespace

extern "C" {

int burin_open_to_read(const char* name) {
  return open_file(name, "rb");
}
int burin_open_to_write(const char* name) {
  return open_file(name, "wb");
}
int burin_read(int file, void* bytes, uint32_t count) {
  return fread(bytes, 1, count, files[file]) == count;
}
int burin_write(int file, const void* bytes, uint32_t count) {
  return fwrite(bytes, 1, count, files[file]) == count;
}

void burin_close(int file) {
  fclose(files[file]);
  files[file] = nullptr;
}

void burin_print(const char* text) {
  fputs(text, stderr);
}

}  // extern "C"
