// One call of a device kernel, with everything decided but the addresses.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "program/geometry.hpp"
#include "program/work.hpp"
#include "tensor/constant.hpp"

namespace burin {

// Element types of constants that kernels read.
enum class ElementType : uint8_t { s8, u8, s16, u16, s32, u32, f32 };
int32_t byte_width(ElementType type);
std::string_view c_type(ElementType type);  // "int8_t"

// A part of a constant: generated files head it by a comment, so that one can find what changed.
struct ConstantRecord {
  size_t first;  // element
  std::string title;

  bool operator==(const ConstantRecord&) const = default;
};
// "outputs 0 to 3", "outputs 4 to 7", "output 8": one after every `elements`, for `each` of the outputs,
// which are counted from `from` on.
std::vector<ConstantRecord> records_of_outputs(size_t elements, int64_t outputs, int64_t each,
                                               int64_t from = 0);

struct KernelConstant {
  std::string role;  // "weights", "bias", …; a word that may stand in an identifier
  ElementType type = ElementType::s8;
  Constant data;
  int32_t alignment = 4;                     // bytes
  std::vector<ConstantRecord> records = {};  // by their first elements; may be empty

  bool operator==(const KernelConstant&) const = default;
};

// The arguments of `run`, in order.
struct InputArgument {
  size_t index;  // operand of the node
  bool operator==(const InputArgument&) const = default;
};
struct OutputArgument {
  size_t index;
  bool operator==(const OutputArgument&) const = default;
};
struct ConstantArgument {
  size_t index;  // into KernelCall::constants
  bool operator==(const ConstantArgument&) const = default;
};
struct ScratchArgument {
  bool operator==(const ScratchArgument&) const = default;
};
using KernelArgument =
    std::variant<InputArgument, OutputArgument, ConstantArgument, ScratchArgument, int32_t, float>;

// The output may share memory with input `input`, where this call is the last to read it, because the kernel
// writes behind its reads: the output may start at `distance` bytes or more below the start of the input (0:
// in place too), or, where `same_address_only`, only at the very same address.
struct KernelOverlap {
  size_t input;
  int64_t distance = 0;
  bool same_address_only = false;
  bool operator==(const KernelOverlap&) const = default;
};

struct KernelCall {
  std::string kernel;      // class template in namespace burin_kernels: kernel<Geometry, isa>::run(arguments)
  std::string isa;         // primitive layer: "Generic", "ArmDsp"
  std::string isa_folder;  // of that layer: "generic", "arm_dsp"
  std::string header;      // relative to runtime-stub/
  Geometry geometry;
  std::vector<KernelConstant> constants;
  std::vector<KernelArgument> arguments;
  int64_t scratch_bytes = 0;  // aligned to 4 at least
  std::vector<KernelOverlap> overlaps;
  int32_t stack_bytes = 0;  // bound of the stack below ID_invoke in optimized code, filled in by the caller
  Work work;                // estimate
  int64_t cycles = 0;       // estimate: what the work costs on the target, filled in by the caller
  int32_t code_bytes = 0;   // estimate, shared between calls of the same kernel and geometry
  int32_t shared_code_bytes = 0;  // estimate, of what all calls of the kernel share
  std::string requantization;     // which form from sums to outputs, for the report; empty: there are none

  bool operator==(const KernelCall&) const = default;
};

}  // namespace burin
