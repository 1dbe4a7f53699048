// Runs the cases that depthwise_generate.cpp made: every output byte, and that nothing around the output and
// the scratch changes. Each case runs whole, in two parts, in place where that is allowed, and row by row
// through rings.
#include "arm_dsp/depthwise_convolution_2d_s8_any.hpp"
#include "arm_dsp/depthwise_convolution_2d_s8_planes.hpp"
#include "check.hpp"

namespace {

using namespace burin_kernels;

Guarded<96 * 1024> input_memory;
Guarded<96 * 1024> output_memory;
Guarded<8 * 1024> scratch_memory;

template <class G>
struct any_kernel : DepthwiseConvolution2dS8Any<G, ArmDsp> {
  static constexpr bool in_place() { return false; }
};
template <class G>
struct planes_kernel : DepthwiseConvolution2dS8Planes<G, ArmDsp> {
  static constexpr bool in_place() {
    return DepthwisePlanes::output_may_overlap_input(DepthwiseConvolution2dS8Planes<G, ArmDsp>::spec());
  }
};

template <class G, class Kernel>
struct Case {
  enum : int32_t {
    input_row = G::input_width * G::input_channels,
    output_row = G::output_width * G::output_channels,
    input_bytes = G::input_height * input_row,
    output_bytes = G::output_height * output_row,
  };

  static void run_whole(int number, const char* name, const int8_t* source, const uint32_t* stream,
                        const int8_t* expected, int32_t first_rows, bool measured) {
    int8_t* const input = input_memory.prepare(measured ? 0 : number % 4, 0x11);
    int8_t* const output = output_memory.prepare(measured ? 0 : number / 4 % 4, 0x5A);
    int8_t* const scratch = scratch_memory.prepare(0, 0x3C);
    memcpy(input, source, input_bytes);
    if (measured) mark[number]();
    Kernel::run(input, stream, output, scratch, 0, first_rows);
    if (measured) mark_99();
    if (first_rows < G::output_height)
      Kernel::run(input, stream, output, scratch, first_rows, G::output_height);
    if (memcmp(output, expected, output_bytes) != 0) report(name, "wrong output");
    if (!output_memory.intact(output, output_bytes, 0x5A)) report(name, "wrote outside the output");
    if (memcmp(input, source, input_bytes) != 0) report(name, "wrote into the input");
    if (!scratch_memory.intact(scratch, Kernel::scratch_bytes(), 0x3C))
      report(name, "wrote outside the scratch");
  }

  static void run_in_place(int number, const char* name, const int8_t* source, const uint32_t* stream,
                           const int8_t* expected) {
    int8_t* const tensor = input_memory.prepare(number % 4, 0x11);
    int8_t* const scratch = scratch_memory.prepare(0, 0x3C);
    memcpy(tensor, source, input_bytes);
    Kernel::run(tensor, stream, tensor, scratch, 0, G::output_height);
    if (memcmp(tensor, expected, output_bytes) != 0) report(name, "wrong output in place");
    if (!input_memory.intact(tensor, output_bytes, 0x11)) report(name, "wrote outside the tensor in place");
  }

  static void run_rings(int number, const char* name, const int8_t* source, const uint32_t* stream,
                        const int8_t* expected) {
    int8_t* const input = input_memory.prepare(number % 4, 0x11);
    int8_t* const output = output_memory.prepare(number / 4 % 4, 0x5A);
    int8_t* const scratch = scratch_memory.prepare(0, 0x3C);
    bool right = true;
    for (int32_t y = 0, stored = 0; y < G::output_height; ++y) {
      const int32_t needed =
          y * G::stride_height - G::pad_top + (G::window_height - 1) * G::dilation_height + 1;
      for (; stored < G::input_height && stored < needed; ++stored)
        memcpy(input + stored % G::input_ring_rows * input_row, source + stored * input_row, input_row);
      Kernel::run(input, stream, output, scratch, y, y + 1);
      right = right && memcmp(output + y % G::output_ring_rows * output_row, expected + y * output_row,
                              output_row) == 0;
    }
    if (!right) report(name, "wrong output row by row");
    if (!output_memory.intact(output, G::output_ring_rows * output_row, 0x5A))
      report(name, "wrote outside the output's ring");
    if (!scratch_memory.intact(scratch, Kernel::scratch_bytes(), 0x3C))
      report(name, "wrote outside the scratch");
  }
};

template <class G, template <class> class Kernel>
void check(int number, const char* name, uint32_t input_at, uint32_t stream_at, uint32_t expected_at,
           bool measured) {
  typedef Case<G, Kernel<G>> C;
  static_assert(Kernel<G>::accepts(), "");
  const int8_t* const source = blob<int8_t>(input_at);
  const uint32_t* const stream = blob<uint32_t>(stream_at);
  const int8_t* const expected = blob<int8_t>(expected_at);
  ++cases;
  if (!input_memory.holds(C::input_bytes) || !output_memory.holds(C::output_bytes) ||
      !scratch_memory.holds(Kernel<G>::scratch_bytes())) {
    report(name, "larger than the buffers of the test");
    return;
  }
  const bool input_whole = int32_t(G::input_ring_rows) == int32_t(G::input_height);
  const bool output_whole = int32_t(G::output_ring_rows) == int32_t(G::output_height);
  if (input_whole && output_whole) {
    C::run_whole(number, name, source, stream, expected, G::output_height, measured);
    if (!measured) C::run_whole(number, name, source, stream, expected, number % G::output_height, false);
    if (Kernel<G>::in_place()) C::run_in_place(number, name, source, stream, expected);
  }
  if (!measured) C::run_rings(number, name, source, stream, expected);
}

#include "cases.hpp"

}  // namespace
