// Operators that copy elements, or choose among them by comparing what is stored. Bytes mean the same number
// on both sides only where both are quantized alike.
#pragma once

#include <optional>
#include <string>

#include "ops/operator.hpp"

namespace burin {

// True where every element of an output is an element of an operand of its type, as it is stored.
bool copies_elements(Op op);

inline constexpr std::string_view copying_sentence =
    "an operand that is quantized per tensor and copied is quantized like the output";

// For a node of such an operator: which operand is quantized otherwise than the output, and how both are, as
// a sentence. Scales within a millionth of each other are the same.
std::optional<std::string> quantization_mismatch(const NodeView& view);

}  // namespace burin
