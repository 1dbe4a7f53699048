/* Generated models from C: the functions link by their plain names. burin_test.h as in instances.cpp. */
#include <stdio.h>
#include <string.h>

#include "burin_test.h"

int main(void) {
  static union {
    long double alignment;
    unsigned char bytes[test_arena_bytes + test_align];
  } arena, state;
  test_context context;
  unsigned char* const at = arena.bytes + (test_align - (size_t)arena.bytes % test_align) % test_align;
  unsigned char* const state_at = state.bytes + (test_align - (size_t)state.bytes % test_align) % test_align;
  if (test_state_bytes > sizeof state.bytes - test_align) return 2;
  if (test_init(&context, at, state_at) != TEST_OK) return 3;
#define ZERO(name, accessor, type, count) memset(accessor(&context), 0, sizeof(type) * (count));
  TEST_INPUTS(ZERO)
  if (test_invoke(&context) != TEST_OK) return 4;
#define USE(name, accessor, type, count) printf("%d\n", (int)*accessor(&context));
  TEST_OUTPUTS(USE)
  test_reset(&context);
  return 0;
}
