// How much stack an inference needs at most.
//
// A compiler decides how large a frame is, and the user's compiler is not asked. Bounds are derived from what
// compilers did: stack_bounds.def holds the deepest stack below ID_invoke while each kernel ran over samples
// of all its types, at every level of optimization, by GCC for Cortex-M0+ to M55, and by GCC and
// clang for x86-64. Kernels are functions of their own in generated code (BURIN_ENTRY), so one program tells
// about another. What grows with a call or a program is taken out of these figures and added again for the
// program at hand; other versions of compilers get an eighth and 32 bytes more.
//
// `BURIN_BLESS=1 build/tests/burin_tests "[stack_bounds]"` measures again and writes the table; without the
// variable the test compares.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace burin {

struct Program;
struct KernelCall;

// Bytes.
struct StackBytes {
  int32_t optimized = 0;    // at -O1 and above, and at -Os
  int32_t unoptimized = 0;  // at -O0

  static StackBytes greater(const StackBytes& a, const StackBytes& b) {
    return {std::max(a.optimized, b.optimized), std::max(a.unoptimized, b.unoptimized)};
  }
  int32_t at(bool optimizes) const { return optimizes ? optimized : unoptimized; }
  bool operator==(const StackBytes&) const = default;
};

// A row of the table, by processor. 0 where a kernel cannot run.
struct MeasuredStack {
  StackBytes arm;
  StackBytes x86_64;
};

// What a call adds that other calls of its kernel may not: each argument may be passed in memory, and be kept
// in a list. Without optimization ID_invoke holds a pointer for every buffer.
StackBytes stack_of_call(size_t arguments, size_t buffers, int32_t pointer_bytes);

// A kernel over a primitive layer. Null where the table has no row for it.
const MeasuredStack* measured_stack(std::string_view kernel, std::string_view isa);

// Below ID_invoke, its own frame included, while this call of a program with that many buffers runs. Code for
// any processor (`portable`) gets the most that was measured on any. A kernel that was never measured gets
// the most of all kernels.
StackBytes stack_bound(const KernelCall& call, size_t buffers, bool portable);
// The most of all calls.
StackBytes stack_bound(const Program& program, bool portable);

}  // namespace burin
