// Runs a batch of generated programs that were merged into one, over all samples. plan.bin says what memory
// it wants, where inputs and outputs lie in it, and where nothing may be written; input.bin and output.bin
// hold the samples.
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "burin_platform.h"

#ifndef BURIN_EMULATED
#include <stdlib.h>
#endif

extern "C" {
struct batch_context {
  void* arena;
  void* state;
};
int batch_init(batch_context* context, void* arena, void* state);
int batch_invoke(batch_context* context);
#ifdef BURIN_EMULATED
extern uint32_t burin_bss_end[];
#endif
}

namespace {

enum { margin_bytes = 64, margin_byte = 0xA5 };

struct Span {
  uint32_t in_state;
  uint32_t offset;
  uint32_t bytes;
};
struct Margin {
  uint32_t in_state;
  uint32_t offset;
};
struct Plan {
  uint32_t samples;
  uint32_t arena_bytes;
  uint32_t state_bytes;
  uint32_t margins;
  uint32_t inputs;
  uint32_t outputs;
};

uint8_t* allocate(uint32_t bytes) {
#ifdef BURIN_EMULATED
  // What lies behind the program's own data is free up to the stack, and need not be cleared.
  static uint8_t* next = nullptr;
  if (next == nullptr) next = reinterpret_cast<uint8_t*>(burin_bss_end);
  next += (16 - reinterpret_cast<uintptr_t>(next) % 16) % 16;
  uint8_t* const result = next;
  next += bytes;
  return result;
#else
  // Kept until the program ends, where a leak checker finds it.
  static void* kept[8];
  static int count = 0;
  void** const memory = &kept[count++];
  return posix_memalign(memory, 16, bytes > 0 ? bytes : 1) == 0 ? static_cast<uint8_t*>(*memory) : nullptr;
#endif
}

int fail(const char* text) {
  burin_print(text);
  return 2;
}

template <class T>
T* read_list(int file, uint32_t count) {
  uint8_t* const bytes = allocate(static_cast<uint32_t>(count * sizeof(T)));
  return burin_read(file, bytes, static_cast<uint32_t>(count * sizeof(T)))
             ? static_cast<T*>(static_cast<void*>(bytes))
             : nullptr;
}

bool intact(const Margin& margin, const uint8_t* arena, const uint8_t* state) {
  const uint8_t* const bytes = (margin.in_state ? state : arena) + margin.offset;
  for (int i = 0; i < margin_bytes; ++i)
    if (bytes[i] != margin_byte) return false;
  return true;
}

int run() {
  const int plan_file = burin_open_to_read("plan.bin");
  const int input_file = burin_open_to_read("input.bin");
  const int output_file = burin_open_to_write("output.bin");
  if (plan_file < 0 || input_file < 0 || output_file < 0) return fail("a file cannot be opened\n");
  const Plan* const plan = read_list<Plan>(plan_file, 1);
  if (!plan) return fail("the plan is too short\n");
  const Margin* const margins = read_list<Margin>(plan_file, plan->margins);
  const Span* const inputs = read_list<Span>(plan_file, plan->inputs);
  const Span* const outputs = read_list<Span>(plan_file, plan->outputs);
  if (!margins || !inputs || !outputs) return fail("the plan is too short\n");
  uint32_t input_bytes = 0;
  uint32_t output_bytes = 0;
  for (uint32_t i = 0; i < plan->inputs; ++i) input_bytes += inputs[i].bytes;
  for (uint32_t i = 0; i < plan->outputs; ++i) output_bytes += outputs[i].bytes;
  const uint8_t* const input = read_list<uint8_t>(input_file, input_bytes * plan->samples);
  uint8_t* const output = allocate(output_bytes * plan->samples);
  uint8_t* const arena = allocate(plan->arena_bytes);
  uint8_t* const state = allocate(plan->state_bytes);
  if (!input || !output || !arena || !state) return fail("there is too little memory or input\n");
  memset(arena, margin_byte, plan->arena_bytes);
  memset(state, margin_byte, plan->state_bytes);

  batch_context context;
  if (batch_init(&context, arena, state) != 0) return fail("init refused its arguments\n");
  const uint8_t* from = input;
  uint8_t* to = output;
  for (uint32_t sample = 0; sample < plan->samples; ++sample) {
    for (uint32_t i = 0; i < plan->inputs; ++i) {
      memcpy((inputs[i].in_state ? state : arena) + inputs[i].offset, from, inputs[i].bytes);
      from += inputs[i].bytes;
    }
    if (batch_invoke(&context) != 0) return fail("invoke failed\n");
    for (uint32_t i = 0; i < plan->margins; ++i)
      if (!intact(margins[i], arena, state)) return fail("memory around arena or state was overwritten\n");
    for (uint32_t i = 0; i < plan->outputs; ++i) {
      memcpy(to, (outputs[i].in_state ? state : arena) + outputs[i].offset, outputs[i].bytes);
      to += outputs[i].bytes;
    }
  }
  if (!burin_write(output_file, output, output_bytes * plan->samples))
    return fail("the outputs cannot be written\n");
  burin_close(output_file);
  return 0;
}

}  // namespace

int main() {
  return run();
}
