// Uses a generated model in every way its header offers, and checks that all agree. burin_test.h, written for
// each model, gives its names under common ones. In C++11, as a user's firmware may be. Exits with 0 if all
// is well.
//
// Built with sanitizers: each arena is an allocation of its own with exactly the size that is asked for, so a
// byte touched outside of it ends the program.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <new>
#include <vector>

#include "burin_test.h"

namespace {

int failures = 0;

#define EXPECT(condition)                                    \
  do {                                                       \
    if (!(condition)) {                                      \
      printf("line %d: not so: %s\n", __LINE__, #condition); \
      ++failures;                                            \
    }                                                        \
  } while (false)

typedef std::vector<uint8_t> Bytes;
typedef std::vector<Bytes> Tensors;

// Memory of exactly that size with the promised alignment and no more.
struct Memory {
  explicit Memory(size_t bytes) : block(malloc(bytes + 2 * test_align)), room(bytes) {
    const uintptr_t start = reinterpret_cast<uintptr_t>(block);
    // An odd multiple of the alignment: code that counts on more is found out.
    at = reinterpret_cast<uint8_t*>((start + test_align - 1) / test_align * test_align);
    if (reinterpret_cast<uintptr_t>(at) / test_align % 2 == 0) at += test_align;
    memset(block, 0xA5, bytes + 2 * test_align);
  }
  ~Memory() { free(block); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  bool intact() const {
    const uint8_t* const begin = static_cast<const uint8_t*>(block);
    for (const uint8_t* p = begin; p != begin + room + 2 * test_align; ++p)
      if ((p < at || p >= at + room) && *p != 0xA5) return false;
    return true;
  }

  void* block;
  size_t room;
  uint8_t* at;
};

// And memory that the sanitizer watches: the end of the arena is the end of the allocation.
struct Watched {
  explicit Watched(size_t bytes) : at(nullptr) {
    const size_t whole = (bytes + test_align - 1) / test_align * test_align;
    if (posix_memalign(&at, test_align, whole > 0 ? whole : test_align) != 0) abort();
    memset(at, 0x5A, whole);
  }
  ~Watched() { free(at); }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

  void* at;
};

void write_inputs(test_context* context, const Tensors& inputs) {
  size_t next = 0;
#define WRITE(name, accessor, type, count) \
  memcpy(accessor(context), inputs[next++].data(), sizeof(type) * (count));
  TEST_INPUTS(WRITE)
#undef WRITE
}

Tensors read_outputs(const test_context* context) {
  Tensors outputs;
#define READ(name, accessor, type, count)                                             \
  {                                                                                   \
    const uint8_t* const bytes = reinterpret_cast<const uint8_t*>(accessor(context)); \
    outputs.push_back(Bytes(bytes, bytes + sizeof(type) * (count)));                  \
  }
  TEST_OUTPUTS(READ)
#undef READ
  return outputs;
}

Tensors invoked(test_context* context, const Tensors& inputs) {
  write_inputs(context, inputs);
  EXPECT(test_invoke(context) == TEST_OK);
  return read_outputs(context);
}

Tensors random_inputs(uint32_t& seed) {
  Tensors inputs;
#define FILL(name, accessor, type, count)                                     \
  {                                                                           \
    Bytes bytes(sizeof(type) * (count));                                      \
    for (size_t i = 0; i < bytes.size(); i += sizeof(type)) {                 \
      seed = seed * 1664525u + 1013904223u;                                   \
      const type value = static_cast<type>(static_cast<int32_t>(seed) >> 24); \
      memcpy(&bytes[i], &value, sizeof value);                                \
    }                                                                         \
    inputs.push_back(bytes);                                                  \
  }
  TEST_INPUTS(FILL)
#undef FILL
  return inputs;
}

void check_errors() {
  Watched arena(test_arena_bytes + test_align);
  Watched state(test_state_bytes + test_align);
  uint8_t* const arena_at = static_cast<uint8_t*>(arena.at);
  uint8_t* const state_at = static_cast<uint8_t*>(state.at);
  test_context context;
  EXPECT(test_init(&context, arena.at, state.at) == TEST_OK);
  EXPECT(test_init(nullptr, arena.at, state.at) == TEST_ERROR_NULL);
  EXPECT(test_init(&context, nullptr, state.at) == TEST_ERROR_NULL);
  EXPECT(test_init(&context, arena.at, nullptr) == (test_state_bytes > 0 ? TEST_ERROR_NULL : TEST_OK));
  for (size_t off = 1; off < test_align; ++off) {
    EXPECT(test_init(&context, arena_at + off, state.at) == TEST_ERROR_ALIGN);
    if (test_state_bytes > 0) EXPECT(test_init(&context, arena.at, state_at + off) == TEST_ERROR_ALIGN);
  }
  EXPECT(test_invoke(nullptr) == TEST_ERROR_NULL);
  test_context empty = {nullptr, nullptr};
  EXPECT(test_invoke(&empty) == TEST_ERROR_NULL);
}

// Two instances with their own state and one arena between them, a third with an arena of its own, the C++
// class and the static instance: all give the same, step after step.
void check_instances() {
  Memory guarded(test_arena_bytes);
  Memory guarded_state(test_state_bytes);
  Watched watched(test_arena_bytes);
  Watched first_state(test_state_bytes);
  Watched second_state(test_state_bytes);
  test_context alone;
  test_context first;
  test_context second;
  EXPECT(test_init(&alone, guarded.at, guarded_state.at) == TEST_OK);
  EXPECT(test_init(&first, watched.at, first_state.at) == TEST_OK);
  EXPECT(test_init(&second, watched.at, second_state.at) == TEST_OK);
  // Before C++17 `new` knows no alignment beyond that of malloc: two words, where pointers have 32 bits.
  const Memory block(sizeof(test_model) + test_align);
  test_model* const model = new (block.at + alignof(void*)) test_model;
#define INSIDE(name, accessor, type, count)                                                 \
  EXPECT(reinterpret_cast<uintptr_t>(model->name()) >= reinterpret_cast<uintptr_t>(model)); \
  EXPECT(reinterpret_cast<uintptr_t>(model->name() + (count)) <= reinterpret_cast<uintptr_t>(model + 1));
  TEST_INPUTS(INSIDE)
  TEST_OUTPUTS(INSIDE)
#undef INSIDE
  uint32_t seed = 1;
  Tensors first_inputs;
  Tensors first_outputs;
  for (int step = 0; step < 4; ++step) {
    const Tensors inputs = random_inputs(seed);
    const Tensors outputs = invoked(&alone, inputs);
    if (step == 0) {
      first_inputs = inputs;
      first_outputs = outputs;
    }
    EXPECT(guarded.intact());
    EXPECT(guarded_state.intact());
    EXPECT(invoked(&first, inputs) == outputs);
    EXPECT(invoked(&second, inputs) == outputs);
    size_t next = 0;
#define WRITE(name, accessor, type, count) \
  memcpy(model->name(), inputs[next++].data(), sizeof(type) * (count));
    TEST_INPUTS(WRITE)
#undef WRITE
    EXPECT(model->invoke() == TEST_OK);
    next = 0;
#define COMPARE(name, accessor, type, count) \
  EXPECT(memcmp(model->name(), outputs[next++].data(), sizeof(type) * (count)) == 0);
    TEST_OUTPUTS(COMPARE)
#undef COMPARE
    Tensors run_inputs = inputs;
    Tensors run_outputs = outputs;
    for (Bytes& bytes : run_outputs) memset(bytes.data(), 0xEE, bytes.size());
    EXPECT(test_run(run_inputs, run_outputs) == TEST_OK);
    EXPECT(run_outputs == outputs);
    EXPECT(run_inputs == inputs);
  }
  // After a reset everything is as at first.
  test_reset(&alone);
  EXPECT(invoked(&alone, first_inputs) == first_outputs);
  model->reset();
  model->~test_model();
  EXPECT(test_init(&first, watched.at, first_state.at) == TEST_OK);
  EXPECT(invoked(&first, first_inputs) == first_outputs);
#if TEST_HAS_STATE
  test_run_reset();
#endif
  Tensors run_outputs = first_outputs;
  for (Bytes& bytes : run_outputs) memset(bytes.data(), 0xEE, bytes.size());
  EXPECT(test_run(first_inputs, run_outputs) == TEST_OK);
  EXPECT(run_outputs == first_outputs);
}

void check_self_test() {
  Watched arena(test_arena_bytes);
  Watched state(test_state_bytes);
  test_context context;
  EXPECT(test_init(&context, arena.at, state.at) == TEST_OK);
  EXPECT(test_selftest(&context) == 0);
  EXPECT(test_selftest(&context) == 0);  // whatever the first left behind
  EXPECT(test_selftest() == 0);
  EXPECT(test_run_selftest() == 0);
}

template <class T>
void check_conversion(T (*quantize)(float), float (*dequantize)(T), float scale, int32_t zero_point,
                      int32_t lowest, int32_t highest) {
  for (int32_t q = lowest; q <= highest; ++q) {
    const T value = static_cast<T>(q);
    const float real = dequantize(value);
    EXPECT(real == scale * static_cast<float>(q - zero_point));
    EXPECT(quantize(real) == value);
    // Anything nearer to this step than to its neighbors.
    EXPECT(quantize(real + 0.4f * scale) == value);
    EXPECT(quantize(real - 0.4f * scale) == value);
  }
  const float far = scale * 1e9f;
  EXPECT(quantize(far) == highest);
  EXPECT(quantize(-far) == lowest);
  EXPECT(quantize(INFINITY) == highest);
  EXPECT(quantize(-INFINITY) == lowest);
  EXPECT(quantize(NAN) == lowest);
}

}  // namespace

int main() {
  check_errors();
  check_instances();
  check_self_test();
#define CONVERT(quantize, dequantize, type, scale, zero_point, lowest, highest) \
  check_conversion<type>(quantize, dequantize, scale, zero_point, lowest, highest);
  TEST_CONVERSIONS(CONVERT)
#undef CONVERT
  return failures == 0 ? 0 : 1;
}
