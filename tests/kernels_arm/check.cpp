// Runs the cases that generate.cpp made, on the machine itself: every output byte, and that nothing around
// the output and the scratch changes. Cases with rings are run row by row. Exits with the number of wrong
// cases, at most 99.
#include <stdint.h>
#include <string.h>

#include "kernels/convolution_2d_s8_dual.hpp"
#include "kernels/fully_connected_s8_dual.hpp"
#include "platform/burin_platform.h"

extern "C" const uint8_t cases_blob[];
__asm__(
    ".section .rodata.cases\n.balign 16\n.global cases_blob\ncases_blob:\n.incbin "
    "\"cases.bin\"\n.previous\n");

extern "C" {
// The counting plug-in takes what executes behind entry(i) for layer i.
#define MARK(i)                                            \
  __attribute__((naked, noinline, used)) void mark_##i() { \
    __asm__("bx lr");                                      \
  }
MARK(0)
MARK(1)
MARK(2) MARK(3) MARK(4) MARK(5) MARK(6) MARK(7) MARK(8) MARK(9) MARK(10) MARK(11) MARK(12) MARK(13) MARK(14)
    MARK(15) MARK(16) MARK(17) MARK(18) MARK(19) MARK(20) MARK(21) MARK(22) MARK(23)
        __attribute__((naked, noinline, used)) void mark_idle() {
  __asm__("bx lr");
}
}

namespace {

using namespace burin_kernels;

void (*const mark[])() = {mark_0,  mark_1,  mark_2,  mark_3,  mark_4,  mark_5,  mark_6,  mark_7,
                          mark_8,  mark_9,  mark_10, mark_11, mark_12, mark_13, mark_14, mark_15,
                          mark_16, mark_17, mark_18, mark_19, mark_20, mark_21, mark_22, mark_23};

enum : int32_t { guard = 64 };
alignas(16) int8_t input_buffer[64 * 1024];
alignas(16) int8_t output_buffer[64 * 1024];
alignas(16) int8_t scratch_buffer[8 * 1024];
int failures;
int cases;

bool untouched(const int8_t* begin, int8_t value) {
  for (int32_t i = 0; i < guard; ++i)
    if (begin[i] != value) return false;
  return true;
}

void report(const char* name, const char* what) {
  burin_print("FAIL: ");
  burin_print(name);
  burin_print(": ");
  burin_print(what);
  burin_print("\n");
  ++failures;
}

struct Case {
  int32_t number;
  const char* name;
  uint32_t input_at, stream_at, expected_at;
  bool measured;

  const int8_t* input() const { return reinterpret_cast<const int8_t*>(cases_blob + input_at); }
  const uint32_t* stream() const { return reinterpret_cast<const uint32_t*>(cases_blob + stream_at); }
  const int8_t* expected() const { return reinterpret_cast<const int8_t*>(cases_blob + expected_at); }
};

// The buffers of a case. Tensors may lie at any address; scratch is aligned.
struct Buffers {
  int8_t *input, *output, *scratch;
  int32_t output_bytes, scratch_bytes;
  bool large_enough;

  Buffers(const Case& test, int32_t input_size, int32_t output_size, int32_t scratch_size)
      : input(input_buffer + guard + (test.measured ? 0 : test.number % 4)),
        output(output_buffer + guard + (test.measured ? 0 : test.number / 4 % 4)),
        scratch(scratch_buffer + guard),
        output_bytes(output_size),
        scratch_bytes(scratch_size),
        large_enough(guard * 2 + 3 + input_size <= int32_t(sizeof input_buffer) &&
                     guard * 2 + 3 + output_size <= int32_t(sizeof output_buffer) &&
                     guard * 2 + scratch_size <= int32_t(sizeof scratch_buffer)) {
    ++cases;
    memset(output_buffer, 0x5A, sizeof output_buffer);
    memset(scratch_buffer, 0x3C, sizeof scratch_buffer);
    if (!large_enough) report(test.name, "larger than the buffers of the test");
  }

  void judge(const Case& test, bool right) const {
    if (!right) report(test.name, "wrong output");
    if (!untouched(output - guard, 0x5A) || !untouched(output + output_bytes, 0x5A))
      report(test.name, "wrote outside the output");
    if (!untouched(scratch - guard, 0x3C) || !untouched(scratch + scratch_bytes, 0x3C))
      report(test.name, "wrote outside the scratch");
  }
};

template <class G>
void check_convolution(const Case& test) {
  typedef Convolution2dS8Dual<G, ArmDsp> Kernel;
  static_assert(Kernel::accepts(), "");
  const int32_t input_row = G::input_width * G::input_channels;
  const int32_t output_row = G::output_width * G::output_channels;
  const Buffers buffers(test, G::input_ring_rows * input_row, G::output_ring_rows * output_row,
                        Kernel::scratch_bytes());
  if (!buffers.large_enough) return;
  const bool input_whole = int32_t(G::input_ring_rows) == int32_t(G::input_height);
  const bool rings = !input_whole || int32_t(G::output_ring_rows) != int32_t(G::output_height);
  bool right = true;
  if (!rings) {
    memcpy(buffers.input, test.input(), static_cast<size_t>(G::input_height * input_row));
    const int32_t half = test.measured ? G::output_height : G::output_height / 2;
    if (test.measured) mark[test.number]();
    Kernel::run(buffers.input, test.stream(), buffers.output, buffers.scratch, 0, half);
    if (test.measured) mark_idle();
    Kernel::run(buffers.input, test.stream(), buffers.output, buffers.scratch, half, G::output_height);
    right = memcmp(buffers.output, test.expected(), static_cast<size_t>(buffers.output_bytes)) == 0;
  } else {
    int32_t stored = 0;
    for (int32_t y = 0; y < G::output_height; ++y) {
      const int32_t last = y * G::stride_height - G::pad_top + (G::kernel_height - 1) * G::dilation_height;
      for (; stored < G::input_height && (stored <= last || input_whole); ++stored) {
        memcpy(buffers.input + stored % G::input_ring_rows * input_row, test.input() + stored * input_row,
               static_cast<size_t>(input_row));
      }
      Kernel::run(buffers.input, test.stream(), buffers.output, buffers.scratch, y, y + 1);
      right = right && memcmp(buffers.output + y % G::output_ring_rows * output_row,
                              test.expected() + y * output_row, static_cast<size_t>(output_row)) == 0;
    }
  }
  buffers.judge(test, right);
}

template <class G>
void check_fully_connected(const Case& test) {
  typedef FullyConnectedS8Dual<G, ArmDsp> Kernel;
  static_assert(Kernel::accepts(), "");
  const int32_t input_bytes = G::batches * G::inputs;
  const Buffers buffers(test, input_bytes, G::batches * G::outputs, Kernel::scratch_bytes());
  if (!buffers.large_enough) return;
  memcpy(buffers.input, test.input(), static_cast<size_t>(input_bytes));
  if (test.measured) mark[test.number]();
  Kernel::run(buffers.input, test.stream(), buffers.output, buffers.scratch);
  if (test.measured) mark_idle();
  buffers.judge(test,
                memcmp(buffers.output, test.expected(), static_cast<size_t>(buffers.output_bytes)) == 0);
}

}  // namespace

namespace {
#include "cases.hpp"
}

int main() {
  burin_bench_begin();
  mark_idle();
  check_all();
  burin_bench_end();
  char line[] = "0000 cases, 0000 wrong\n";
  for (int i = 3, rest = cases; i >= 0; --i, rest /= 10) line[i] = static_cast<char>('0' + rest % 10);
  for (int i = 15, rest = failures; i >= 12; --i, rest /= 10) line[i] = static_cast<char>('0' + rest % 10);
  burin_print(line);
  return failures > 99 ? 99 : failures;
}
