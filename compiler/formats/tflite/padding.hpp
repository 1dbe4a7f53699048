// The padding of windows, in the format's two words.
#pragma once

#include <optional>

#include "formats/tflite/schema.hpp"
#include "ops/window.hpp"

namespace burin::tflite {

// The word that says the windows' padding; nothing where none does.
std::optional<schema::Padding> padding_of(const Windows& windows);

// The field quantized_bias_type of an operator with an int16 input: FLOAT32, the default, means int64.
schema::TensorType bias_type(const NodeView& view, size_t operand);

}  // namespace burin::tflite
