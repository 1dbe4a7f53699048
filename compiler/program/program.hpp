// Program: the second form. Kernel calls with packed constants and addresses; nothing is left to decide, so
// that code generation only writes down what stands here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "program/kernel_call.hpp"
#include "program/stack.hpp"
#include "tensor/dtype.hpp"
#include "tensor/quantization.hpp"
#include "tensor/shape.hpp"

namespace burin {

// Where a value lies: in the arena or in the state region, at a byte offset.
enum class Region : uint8_t { arena, state };

struct ProgramBuffer {
  std::string name{};  // of the tensor it holds, untrusted; "scratch of …" for kernel scratch
  DType dtype = DType::s8;
  Region region = Region::arena;
  int64_t offset = 0;
  int64_t bytes = 0;
  // Steps count from 0, the writing of the inputs; call i runs at step i + 1; the outputs are read after the
  // last.
  int32_t first_step = 0;
  int32_t last_step = 0;
  bool scratch = false;
};

// A model input or output.
struct Port {
  std::string name{};      // as in the model, untrusted
  std::string accessor{};  // a C identifier, unique among the ports
  DType dtype = DType::s8;
  Shape shape{};
  Quantization quantization{};
  size_t buffer = 0;  // into Program::buffers
};

struct Step {
  KernelCall call{};
  std::vector<size_t> inputs{};   // buffers by operand; absent or constant operands: SIZE_MAX
  std::vector<size_t> outputs{};  // buffers
  size_t scratch = SIZE_MAX;      // buffer, where the kernel wants one
  // For people and reports:
  std::string op{};         // "conv_2d"
  std::string source_op{};  // "CONV_2D"
  std::string name{};       // original name, untrusted
  int32_t source_index = -1;
  std::string signature{};  // "s8[1,49,10,1] -> s8[1,25,5,64]"
  int64_t macs = 0;
  std::string reason{};  // why this kernel: a sentence, for who wants one; cli makes it from the candidates
};

// What became of a candidate, and by how much.
struct Verdict {
  enum class Kind {
    chosen,
    refused,       // the kernel does not take the step
    does_not_fit,  // it would be better, but exceeds a limit
    dearer         // it would be no better
  };
  enum class Memory { flash, scratch, stack };

  Kind kind = Kind::chosen;
  std::string refusal{};          // refused: why, the kernel's own words
  std::string limit{};            // does_not_fit: "--ram-limit"
  Memory memory = Memory::flash;  // does_not_fit: of what it needs too much
  int64_t missing_bytes = 0;      // does_not_fit: how much
  int64_t saved_bytes = 0;   // does_not_fit: flash and scratch that it would save, or cost where negative
  int64_t flash_change = 0;  // dearer: bytes of flash that it would cost, or save where negative
};

// A candidate that selection looked at, for `compile --explain`.
struct Candidate {
  size_t step;
  std::string kernel{};
  std::string isa{};
  bool specific = false;  // of a set of the target's own, not a portable kernel
  int64_t cycles = 0;
  int64_t constant_bytes = 0;
  int64_t code_bytes = 0;         // of this call, where no other has the same geometry
  int64_t shared_code_bytes = 0;  // of all calls of the kernel together
  int64_t scratch_bytes = 0;
  Verdict verdict{};

  bool chosen() const { return verdict.kind == Verdict::Kind::chosen; }
};

// An order in which constants are equal that generated code stores once.
struct StoredBefore {
  bool operator()(const KernelConstant* a, const KernelConstant* b) const;
};

// State that `reset` initializes: bytes for buffers of Region::state.
struct StateInitial {
  size_t buffer;
  Constant value{};
};

struct Program {
  std::string name{};        // C identifier
  std::string model_file{};  // base name, untrusted
  std::string model_hash{};  // SHA-256, hexadecimal
  std::string target{};
  std::string guard{};  // preprocessor condition that the compiler's target must meet
  Rounding rounding = Rounding::tflm;
  std::vector<ProgramBuffer> buffers{};
  std::vector<Port> inputs{};
  std::vector<Port> outputs{};
  std::vector<Step> steps{};
  std::vector<StateInitial> state_initials{};
  std::vector<Candidate> candidates{};
  int64_t macs = 0;         // nominal, of the model as imported
  int64_t live_macs = 0;    // of the steps
  int64_t arena_bytes = 0;  // a multiple of arena_alignment
  int64_t arena_lower_bound = 0;
  bool arena_optimal = false;
  int32_t peak_step = 0;
  int64_t state_bytes = 0;
  StackBytes stack;
  int32_t arena_alignment = 16;

  int64_t weight_bytes() const;  // equal constants count once
  int64_t code_bytes_estimate() const;
  int64_t cycles_estimate() const;
};

// What follows ID_ in the names that every generated header may declare beside those of its ports.
std::span<const std::string_view> common_functions();

// Identifiers that a port's accessor must not be, because the generated files use them.
const std::vector<std::string>& reserved_accessors();

}  // namespace burin
