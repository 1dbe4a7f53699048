// Runs the self-tests of all models; the exit status says which failed.
#include "burin_platform.h"
#include "digits.h"
#include "real.h"
#include "sine.h"

#ifdef sine_arena_bytes
static_assert(sine_arena_bytes == SINE_ARENA_BYTES, "what CMake knows is what the header says");
static_assert(sizeof sine_target == sizeof "board-of-ours", "the target is known by the name in its file");
#endif

alignas(16) static unsigned char arena[DIGITS_ARENA_BYTES > SINE_ARENA_BYTES ? DIGITS_ARENA_BYTES
                                                                             : SINE_ARENA_BYTES];

int main() {
  digits_context digits;
  sine_context sine;
  if (digits_init(&digits, arena, nullptr) != DIGITS_OK || digits_selftest(&digits) != 0) return 1;
  if (sine_init(&sine, arena, nullptr) != SINE_OK || sine_selftest(&sine) != 0) return 2;
  if (real_selftest() != 0) return 3;
  burin_print("all self-tests passed\n");
  return 0;
}
