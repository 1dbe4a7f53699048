// What readers of several families share.
#pragma once

#include "formats/tflite/source_operator.hpp"
#include "ops/window.hpp"

namespace burin::tflite {

// The fused activation from the field `fused_activation_function`; TANH and SIGN_BIT, which no converter
// fuses, are refused with E0402.
Result<Activation> fused_activation(const SourceOperator& source);

// Of operators without options: with all operands, with the first one, whose others only repeat what the
// output's shape says, and with all operands and a fused activation.
Result<NodeDraft> read_operands(SourceOperator& source);
Result<NodeDraft> read_first_operand(SourceOperator& source);
Result<NodeDraft> read_fused_activation(SourceOperator& source);

// Strides, padding and, where `dilated`, dilations of an operator whose window has that many taps. What
// is not a window over an image of rank 4 is left to the constraints.
WindowAttributes read_window(const SourceOperator& source, int32_t window_height, int32_t window_width,
                             bool dilated);

}  // namespace burin::tflite
