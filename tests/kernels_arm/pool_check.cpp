// Runs the cases that pool_generate.cpp made: whole, in two parts, and row by row through rings.
#include "arm_dsp/average_pool_2d_s8_dsp.hpp"
#include "arm_dsp/max_pool_2d_s8_dsp.hpp"
#include "arm_dsp/mean_s8_dsp.hpp"
#include "check.hpp"

namespace {

using namespace burin_kernels;

Guarded<64 * 1024> input_memory;
Guarded<20 * 1024> output_memory;

// The kernels behind one interface.
template <class G>
struct average : AveragePool2dS8Dsp<G, ArmDsp> {};
template <class G>
struct maximum : MaxPool2dS8Dsp<G, ArmDsp> {
  static void run(const int8_t* input, const uint32_t*, int8_t* output, int32_t row_begin, int32_t row_end) {
    MaxPool2dS8Dsp<G, ArmDsp>::run(input, output, row_begin, row_end);
  }
};
template <class G>
struct mean : MeanS8Dsp<G, ArmDsp> {
  static void run(const int8_t* input, const uint32_t* stream, int8_t* output, int32_t row_begin,
                  int32_t row_end) {
    if (row_begin < row_end) MeanS8Dsp<G, ArmDsp>::run(input, stream, output);
  }
};

template <class G, class Kernel>
void check(int number, const char* name, uint32_t input_at, uint32_t stream_at, uint32_t expected_at,
           bool measured) {
  static_assert(Kernel::accepts(), "");
  const int32_t input_row = G::input_width * G::input_channels;
  const int32_t output_row = G::output_width * G::output_channels;
  const int32_t input_bytes = G::batches * G::input_height * input_row;
  const int32_t output_bytes = G::batches * G::output_height * output_row;
  const int8_t* const source = blob<int8_t>(input_at);
  const int8_t* const expected = blob<int8_t>(expected_at);
  const uint32_t* const stream = blob<uint32_t>(stream_at);
  ++cases;
  if (!input_memory.holds(input_bytes) || !output_memory.holds(output_bytes)) {
    report(name, "larger than the buffers of the test");
    return;
  }
  int8_t* const input = input_memory.prepare(measured ? 0 : number % 4, 0x11);
  int8_t* const output = output_memory.prepare(measured ? 0 : number / 4 % 4, 0x5A);
  const bool whole = int32_t(G::input_ring_rows) == int32_t(G::input_height) &&
                     int32_t(G::output_ring_rows) == int32_t(G::output_height);
  if (whole) {
    memcpy(input, source, input_bytes);
    const int32_t part = measured || G::batches > 1 ? G::output_height : number % G::output_height;
    if (measured) mark[number]();
    Kernel::run(input, stream, output, 0, part);
    if (measured) mark_99();
    if (part < G::output_height) Kernel::run(input, stream, output, part, G::output_height);
    if (memcmp(output, expected, output_bytes) != 0) report(name, "wrong output");
    if (!output_memory.intact(output, output_bytes, 0x5A)) report(name, "wrote outside the output");
    return;
  }
  for (int32_t y = 0, stored = 0; y < G::output_height; ++y) {
    const int32_t needed = y * G::stride_height - G::pad_top + G::window_height;
    for (; stored < G::input_height && stored < needed; ++stored)
      memcpy(input + stored % G::input_ring_rows * input_row, source + stored * input_row, input_row);
    Kernel::run(input, stream, output, y, y + 1);
    if (memcmp(output + y % G::output_ring_rows * output_row, expected + y * output_row, output_row) != 0)
      report(name, "wrong output row by row");
  }
  if (!output_memory.intact(output, G::output_ring_rows * output_row, 0x5A))
    report(name, "wrote outside the output's ring");
}

#include "cases.hpp"

}  // namespace
