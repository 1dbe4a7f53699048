// Runs a generated model once and writes how deep the stack was below the call of ID_invoke while each layer
// ran: "layers.bin", a uint32_t each. The memory below the stack is painted before each layer, and searched
// behind it.
#include <stdint.h>

#include "burin_model.h"
#include "burin_platform.h"

extern "C" void burin_layer(int index);

namespace {

const uintptr_t room = 65536;
const uint32_t pattern = 0x51AC4B17;
const int most_layers = 4096;

alignas(16) unsigned char arena[burin_model::arena_bytes > 0 ? burin_model::arena_bytes : 1];
alignas(16) unsigned char state[burin_model::state_bytes > 0 ? burin_model::state_bytes : 1];
burin_model::Context context;

uint32_t depths[most_layers];
int layer = -1;
uintptr_t entry;

volatile uint32_t* words_at(uintptr_t address) {
  return reinterpret_cast<volatile uint32_t*>(address);
}

// Both leave the caller's frame and what is below it to the caller alone: `top` is clear of it.
__attribute__((noinline)) uintptr_t deepest(uintptr_t top) {
  uintptr_t at = entry - room;
  while (at < top && *words_at(at) == pattern) at += sizeof(uint32_t);
  return at;
}
__attribute__((noinline)) void paint(uintptr_t top) {
  for (uintptr_t at = entry - room; at < top; at += sizeof(uint32_t)) *words_at(at) = pattern;
}

// Frames of this file are not larger.
const uintptr_t own_frames = 128;

int fail(const char* text) {
  burin_print(text);
  return 1;
}

__attribute__((noinline)) int invoke() {
  entry = reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) & ~static_cast<uintptr_t>(15);
  const int status = burin_model::invoke(&context);
  burin_layer(-1);
  return status;
}

}  // namespace

extern "C" __attribute__((noinline)) void burin_layer(int index) {
  const uintptr_t here =
      (reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) & ~static_cast<uintptr_t>(15)) - own_frames;
  if (layer >= 0 && layer < most_layers) depths[layer] = static_cast<uint32_t>(entry - deepest(here));
  paint(here);
  layer = index;
}

int main() {
  if (burin_model::init(&context, arena, state) != 0) return fail("init refused its arguments\n");
  burin_model::reset(&context);
  for (uint32_t i = 0; i < burin_model::input_count; ++i) {
    char name[] = "input_0000.bin";
    uint32_t digits = i >= 1000 ? 4 : i >= 100 ? 3 : i >= 10 ? 2 : 1;
    uint32_t rest = i;
    for (uint32_t at = digits; at-- > 0; rest /= 10) name[6 + at] = static_cast<char>('0' + rest % 10);
    const char ending[] = ".bin";
    for (uint32_t at = 0; at < sizeof ending; ++at) name[6 + digits + at] = ending[at];
    const int file = burin_open_to_read(name);
    if (file < 0) return fail("an input file cannot be opened\n");
    if (!burin_read(file, burin_model::input(&context, i), burin_model::input_bytes(i)))
      return fail("an input file is too short\n");
    burin_close(file);
  }
  if (invoke() != 0) return fail("invoke failed\n");
  const int file = burin_open_to_write("layers.bin");
  if (file < 0 || !burin_write(file, depths, sizeof depths)) return fail("no result can be written\n");
  burin_close(file);
  return 0;
}
