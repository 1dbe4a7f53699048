// A hand-written stand-in for generated code, with the same C interface: two inputs, two outputs, state,
// layers whose cost is known.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "execute/execution.hpp"

namespace fake_model {

// `sabotage` is a statement at the start of fake_invoke.
inline burin::GeneratedModel write(const std::filesystem::path& folder, const std::string& sabotage = "") {
  REQUIRE(burin::write_file(folder / "fake.h", R"(#ifndef FAKE_H
#define FAKE_H
#include <stdint.h>
#define FAKE_ARENA_BYTES 64u
#define FAKE_ARENA_ALIGN 16u
#define FAKE_STATE_BYTES 4u
#ifdef __cplusplus
extern "C" {
#endif
typedef enum { FAKE_OK = 0, FAKE_ERROR_NULL, FAKE_ERROR_ALIGN } fake_status;
typedef struct fake_context { void *arena; void *state; } fake_context;
fake_status fake_init(fake_context *context, void *arena, void *state);
int8_t *fake_signal(fake_context *context);
int16_t *fake_gain(fake_context *context);
fake_status fake_invoke(fake_context *context);
const int32_t *fake_sum(const fake_context *context);
const float *fake_mean(const fake_context *context);
void fake_reset(fake_context *context);
#ifdef __cplusplus
}
#endif
#endif
)")
              .ok());
  REQUIRE(burin::write_file(folder / "fake.cpp", R"(#include "fake.h"
#include <string.h>
#ifndef FAKE_LAYER_HOOK
#define FAKE_LAYER_HOOK(index) ((void)0)
#endif
namespace {
alignas(4) constexpr int8_t weights[300] = {1, 2, 3, 4};
struct Spin {
#ifdef __arm__
  // 2 * rounds + 1 instructions.
  static __attribute__((naked, noinline)) void run(int) {
    __asm__(".syntax unified\n1: subs r0, #1\n bne 1b\n bx lr");
  }
#else
  static void run(int) {}
#endif
};
struct Deep {
  static __attribute__((noinline)) void run() {
    volatile char room[1000];
    room[0] = 1;
    room[999] = 1;
  }
};
int32_t *integers(const fake_context *context) { return static_cast<int32_t *>(context->arena); }
float *reals(const fake_context *context) { return static_cast<float *>(context->arena); }
}  // namespace
// arena: [0, 4) signal, [4, 6) gain, [8, 16) sum, [16, 20) mean
fake_status fake_init(fake_context *context, void *arena, void *state) {
  if (!context || !arena || !state) return FAKE_ERROR_NULL;
  context->arena = arena;
  context->state = state;
  return FAKE_OK;
}
int8_t *fake_signal(fake_context *context) { return static_cast<int8_t *>(context->arena); }
int16_t *fake_gain(fake_context *context) { return static_cast<int16_t *>(context->arena) + 2; }
const int32_t *fake_sum(const fake_context *context) { return integers(context) + 2; }
const float *fake_mean(const fake_context *context) { return reals(context) + 4; }
void fake_reset(fake_context *context) { memset(context->state, 0, 4); }
fake_status fake_invoke(fake_context *context) {
  )" + sabotage + R"(
  FAKE_LAYER_HOOK(0);
  int32_t step = 0;
  memcpy(&step, context->state, 4);
  ++step;
  memcpy(context->state, &step, 4);
  const int8_t *signal = fake_signal(context);
  int32_t sum = 0;
  for (int i = 0; i < 4; ++i) sum += signal[i] * weights[i + ((*fake_gain(context) + 2) & 64)];
  integers(context)[2] = sum * *fake_gain(context);
  integers(context)[3] = step;
  FAKE_LAYER_HOOK(1);
  reals(context)[4] = static_cast<float>(sum) * 0.3f / 7.0f;
  Deep::run();
  FAKE_LAYER_HOOK(2);
  Spin::run(100);
  FAKE_LAYER_HOOK(3);
  Spin::run(300);
  FAKE_LAYER_HOOK(4);
  return FAKE_OK;
}
)")
              .ok());
  return {.id = "fake",
          .source = folder / "fake.cpp",
          .header = folder / "fake.h",
          .inputs = {{"fake_signal", 4}, {"fake_gain", 2}},
          .outputs = {{"fake_sum", 8}, {"fake_mean", 4}}};
}

// Two samples.
inline burin::TensorData inputs() {
  return {{1, 2, 3, 0xFF, 10, 0, 0, 0}, {2, 0, 0xFF, 0xFF}};
}

// What they give: 1 + 4 + 9 - 4 = 10 times 2 in step 1, then 10 times -1 in step 2; both means are 10 * 0.3
// / 7.
inline void check_outputs(const burin::TensorData& outputs) {
  REQUIRE(outputs.size() == 2);
  CHECK(outputs[0] == std::vector<uint8_t>{20, 0, 0, 0, 1, 0, 0, 0, 0xF6, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0});
  const float mean = 10.0f * 0.3f / 7.0f;
  std::vector<uint8_t> bytes(8);
  memcpy(bytes.data(), &mean, 4);
  memcpy(bytes.data() + 4, &mean, 4);
  CHECK(outputs[1] == bytes);
}

}  // namespace fake_model
