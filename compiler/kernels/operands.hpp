// What the host sides of element-wise kernels share.
#pragma once

#include <string>

#include "kernels/kernel.hpp"

namespace burin {

// The type that device code reads a tensor's elements as; 64-bit integers only ever get copied, as bytes.
ElementType element_type(DType dtype);

// The kernel argument for operand `i`: its buffer, or where the operand is constant, a constant that is added
// to the call under the name `role`.
KernelArgument operand_argument(const NodeView& view, size_t i, std::string role, KernelCall& call);

// In place over operand `i`, where that is possible at all: a buffer as long in elements as the output. For
// kernels that read every element before, and only before, they write the same or a later one.
void allow_in_place(const NodeView& view, size_t i, KernelCall& call);

}  // namespace burin
