// Runs a generated model over samples that lie in files: input_0.bin, input_1.bin, … hold the samples of one
// input each, back to back; output_0.bin, … receive the same of the outputs. A model with state is reset
// before the first sample, or before each. report.bin receives three 32-bit numbers: bytes of arena, of
// state, and of stack that the calls needed.
//
// The last sample is what the counting plug-in counts; give the same one twice to have a warm-up.
//
// burin_model.h, written for each model, gives its functions and sizes under common names, in namespace
// burin_model.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "burin_model.h"
#include "burin_platform.h"

namespace {

enum { guard_bytes = 64, guard_byte = 0xA5 };

// Memory with a margin on either side. It starts out as rubbish, as memory does, so that nobody relies on
// zeros.
template <uint32_t bytes>
struct Guarded {
  alignas(guard_bytes) uint8_t before[guard_bytes];
  alignas(guard_bytes) alignas(burin_model::arena_align) uint8_t memory[bytes];
  uint8_t after[guard_bytes];

  void spoil() { memset(this, guard_byte, sizeof *this); }
  bool intact() const {
    for (int i = 0; i < guard_bytes; ++i) {
      if (before[i] != guard_byte || after[i] != guard_byte) return false;
    }
    return true;
  }
};

Guarded<(burin_model::arena_bytes > 0 ? burin_model::arena_bytes : 1)> arena;
Guarded<(burin_model::state_bytes > 0 ? burin_model::state_bytes : 1)> state;
burin_model::Context context;

enum Failure { file_failure = 2, status_failure = 3, overrun_failure = 4 };

int fail(Failure failure, const char* text) {
  burin_print(text);
  return failure;
}

void name_file(char* name, const char* stem, uint32_t index) {
  char digits[12];
  int count = 0;
  do {
    digits[count++] = static_cast<char>('0' + index % 10);
    index /= 10;
  } while (index != 0);
  strcpy(name, stem);
  char* end = name + strlen(name);
  while (count > 0) *end++ = digits[--count];
  strcpy(end, ".bin");
}

int run() {
  int inputs[burin_model::input_count + 1];
  int outputs[burin_model::output_count + 1];
  char name[32];
  for (uint32_t i = 0; i < burin_model::input_count; ++i) {
    name_file(name, "input_", i);
    inputs[i] = burin_open_to_read(name);
    if (inputs[i] < 0) return fail(file_failure, "an input file cannot be opened\n");
  }
  for (uint32_t i = 0; i < burin_model::output_count; ++i) {
    name_file(name, "output_", i);
    outputs[i] = burin_open_to_write(name);
    if (outputs[i] < 0) return fail(file_failure, "an output file cannot be opened\n");
  }

  arena.spoil();
  state.spoil();
  if (burin_model::init(&context, arena.memory, state.memory) != 0)
    return fail(status_failure, "init refused its arguments\n");

  uint32_t stack_bytes = 0;
  for (uint32_t sample = 0; sample < burin_model::sample_count; ++sample) {
    if (sample == 0 || burin_model::reset_each_sample) burin_model::reset(&context);
    for (uint32_t i = 0; i < burin_model::input_count; ++i) {
      if (!burin_read(inputs[i], burin_model::input(&context, i), burin_model::input_bytes(i))) {
        return fail(file_failure, "an input file is too short\n");
      }
    }
#ifdef BURIN_EMULATED
    burin_stack_paint();
    if (sample + 1 == burin_model::sample_count) burin_bench_begin();
    const int status = burin_model::invoke(&context);
    burin_bench_end();
    const uint32_t used = burin_stack_used();
    if (used >= burin_stack_bytes()) return fail(overrun_failure, "the stack was too small\n");
    if (used > stack_bytes) stack_bytes = used;
#else
    const int status = burin_model::invoke(&context);
#endif
    if (status != 0) return fail(status_failure, "invoke failed\n");
    if (!arena.intact()) return fail(overrun_failure, "memory around the arena was overwritten\n");
    if (!state.intact()) return fail(overrun_failure, "memory around the state was overwritten\n");
    for (uint32_t i = 0; i < burin_model::output_count; ++i) {
      if (!burin_write(outputs[i], burin_model::output(&context, i), burin_model::output_bytes(i))) {
        return fail(file_failure, "an output file cannot be written\n");
      }
    }
  }

  for (uint32_t i = 0; i < burin_model::input_count; ++i) burin_close(inputs[i]);
  for (uint32_t i = 0; i < burin_model::output_count; ++i) burin_close(outputs[i]);
  const uint32_t report[] = {burin_model::arena_bytes, burin_model::state_bytes, stack_bytes};
  const int file = burin_open_to_write("report.bin");
  if (file < 0 || !burin_write(file, report, sizeof report))
    return fail(file_failure, "no report can be written\n");
  burin_close(file);
  return 0;
}

}  // namespace

int main() {
  return run();
}
