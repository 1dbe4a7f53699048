// Runs the cases that matrix_generate.cpp made: every output byte, and that nothing around the output and the
// scratch changes. Cases with rings run row by row, the others in two parts.
#include "arm_dsp/convolution_2d_s8_dual.hpp"
#include "arm_dsp/fully_connected_s8_dual.hpp"
#include "check.hpp"

namespace {

using namespace burin_kernels;

Guarded<64 * 1024> input_memory;
Guarded<64 * 1024> output_memory;
Guarded<8 * 1024> scratch_memory;

struct Case {
  int32_t number;
  const char* name;
  uint32_t input_at, stream_at, expected_at;
  bool measured;

  const int8_t* input() const { return blob<int8_t>(input_at); }
  const uint32_t* stream() const { return blob<uint32_t>(stream_at); }
  const int8_t* expected() const { return blob<int8_t>(expected_at); }
};

// The buffers of a case. Tensors may lie at any address; scratch is aligned.
struct Buffers {
  int8_t *input, *output, *scratch;
  int32_t output_bytes, scratch_bytes;
  bool large_enough;

  Buffers(const Case& test, int32_t input_size, int32_t output_size, int32_t scratch_size)
      : input(input_memory.prepare(test.measured ? 0 : test.number % 4, 0x11)),
        output(output_memory.prepare(test.measured ? 0 : test.number / 4 % 4, 0x5A)),
        scratch(scratch_memory.prepare(0, 0x3C)),
        output_bytes(output_size),
        scratch_bytes(scratch_size),
        large_enough(input_memory.holds(input_size) && output_memory.holds(output_size) &&
                     scratch_memory.holds(scratch_size)) {
    ++cases;
    if (!large_enough) report(test.name, "larger than the buffers of the test");
  }

  void judge(const Case& test, bool right) const {
    if (!right) report(test.name, "wrong output");
    if (!output_memory.intact(output, output_bytes, 0x5A)) report(test.name, "wrote outside the output");
    if (!scratch_memory.intact(scratch, scratch_bytes, 0x3C)) report(test.name, "wrote outside the scratch");
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
    if (test.measured) mark_99();
    Kernel::run(buffers.input, test.stream(), buffers.output, buffers.scratch, half, G::output_height);
    right = memcmp(buffers.output, test.expected(), static_cast<size_t>(buffers.output_bytes)) == 0;
  } else {
    int32_t stored = 0;
    for (int32_t y = 0; y < G::output_height; ++y) {
      const int32_t last = y * G::stride_height - G::pad_top + (G::window_height - 1) * G::dilation_height;
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
  if (test.measured) mark_99();
  buffers.judge(test,
                memcmp(buffers.output, test.expected(), static_cast<size_t>(buffers.output_bytes)) == 0);
}

#include "cases.hpp"

}  // namespace
