// Runs the cases that elementwise_generate.cpp made: whole, in place of either input, and row by row through
// rings.
#include "arm_dsp/add_s8_proved.hpp"
#include "check.hpp"

namespace {

using namespace burin_kernels;

Guarded<20 * 1024> left_memory;
Guarded<20 * 1024> right_memory;
Guarded<20 * 1024> output_memory;

template <class G>
void check(int number, const char* name, uint32_t left_at, uint32_t right_at, uint32_t stream_at,
           uint32_t expected_at, bool measured) {
  typedef AddS8Proved<G, ArmDsp> Kernel;
  static_assert(Kernel::accepts(), "");
  const int32_t row = G::row_elements;
  const int32_t bytes = G::rows * row;
  const int8_t* const expected = blob<int8_t>(expected_at);
  const uint32_t* const stream = blob<uint32_t>(stream_at);
  ++cases;
  if (!output_memory.holds(bytes)) {
    report(name, "larger than the buffers of the test");
    return;
  }
  const bool whole = int32_t(G::left_ring_rows) == int32_t(G::rows) &&
                     int32_t(G::right_ring_rows) == int32_t(G::rows) &&
                     int32_t(G::output_ring_rows) == int32_t(G::rows);
  for (int way = 0; way < (whole ? 3 : 0); ++way) {  // into memory of its own, over the left, over the right
    int8_t* const left = left_memory.prepare(measured ? 0 : number % 4, 0x11);
    int8_t* const right = right_memory.prepare(measured ? 0 : number / 4 % 4, 0x22);
    int8_t* const own = output_memory.prepare(measured ? 0 : number / 16 % 4, 0x5A);
    int8_t* const output = way == 0 ? own : way == 1 ? left : right;
    memcpy(left, blob<int8_t>(left_at), bytes);
    memcpy(right, blob<int8_t>(right_at), bytes);
    if (measured && way == 0) mark[number]();
    Kernel::run(left, right, stream, output, 0, G::rows);
    if (measured && way == 0) mark_99();
    if (memcmp(output, expected, bytes) != 0) report(name, "wrong output");
    if (!left_memory.intact(left, bytes, 0x11) || !right_memory.intact(right, bytes, 0x22) ||
        !output_memory.intact(own, way == 0 ? bytes : 0, 0x5A))
      report(name, "wrote outside the output");
  }
  int8_t* const left = left_memory.prepare(0, 0x11);
  int8_t* const right = right_memory.prepare(0, 0x22);
  int8_t* const output = output_memory.prepare(1, 0x5A);
  for (int32_t y = 0; y < G::rows; ++y) {
    memcpy(left + y % G::left_ring_rows * row, blob<int8_t>(left_at) + y * row, row);
    memcpy(right + y % G::right_ring_rows * row, blob<int8_t>(right_at) + y * row, row);
    Kernel::run(left, right, stream, output, y, y + 1);
    if (memcmp(output + y % G::output_ring_rows * row, expected + y * row, row) != 0)
      report(name, "wrong output row by row");
  }
  if (!output_memory.intact(output, G::output_ring_rows * row, 0x5A))
    report(name, "wrote outside the output's ring");
}

#include "cases.hpp"

}  // namespace
