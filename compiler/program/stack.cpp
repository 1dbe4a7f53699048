#include "program/stack.hpp"

#include "program/program.hpp"

namespace burin {
namespace {

struct Row {
  std::string_view kernel;
  std::string_view isa;
  MeasuredStack bytes;
};

constexpr Row rows[] = {
#define STACK(kernel, isa, arm_optimized, arm_unoptimized, x86_64_optimized, x86_64_unoptimized) \
  {#kernel, #isa, {{arm_optimized, arm_unoptimized}, {x86_64_optimized, x86_64_unoptimized}}},
#include "program/stack_bounds.def"
#undef STACK
};

MeasuredStack most_of_all() {
  MeasuredStack most;
  for (const Row& row : rows)
    most = {StackBytes::greater(most.arm, row.bytes.arm), StackBytes::greater(most.x86_64, row.bytes.x86_64)};
  return most;
}

// A multiple of 8, as stacks are aligned.
int32_t with_margin(int32_t measured) {
  return (measured + measured / 8 + 32 + 7) / 8 * 8;
}

StackBytes bound(const StackBytes& measured, const StackBytes& added) {
  return {with_margin(measured.optimized + added.optimized),
          with_margin(measured.unoptimized + added.unoptimized)};
}

}  // namespace

StackBytes stack_of_call(size_t arguments, size_t buffers, int32_t pointer_bytes) {
  const int32_t passed = 2 * pointer_bytes * static_cast<int32_t>(arguments);
  return {passed, passed + pointer_bytes * static_cast<int32_t>(buffers)};
}

const MeasuredStack* measured_stack(std::string_view kernel, std::string_view isa) {
  for (const Row& row : rows)
    if (row.kernel == kernel && row.isa == isa) return &row.bytes;
  return nullptr;
}

StackBytes stack_bound(const KernelCall& call, size_t buffers, bool portable) {
  static const MeasuredStack most = most_of_all();
  const MeasuredStack* const row = measured_stack(call.kernel, call.isa);
  const MeasuredStack& measured = row != nullptr ? *row : most;
  const StackBytes arm = bound(measured.arm, stack_of_call(call.arguments.size(), buffers, 4));
  if (!portable) return arm;
  return StackBytes::greater(arm, bound(measured.x86_64, stack_of_call(call.arguments.size(), buffers, 8)));
}

StackBytes stack_bound(const Program& program, bool portable) {
  // ID_invoke's own frame, where no kernel runs: its arguments, and a pointer for every buffer.
  StackBytes most = bound({}, stack_of_call(0, program.buffers.size(), portable ? 8 : 4));
  for (const Step& step : program.steps)
    most = StackBytes::greater(most, stack_bound(step.call, program.buffers.size(), portable));
  return most;
}

}  // namespace burin
