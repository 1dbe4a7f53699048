// What the operands of a TFLite operator say about the shapes of its outputs. Operators such as RESHAPE drop
// these operands, since the output tensor has the shape; where the file leaves that open, they are what it is
// found by.
#pragma once

#include <optional>
#include <vector>

#include "formats/tflite/schema.hpp"
#include "formats/tflite/source_operator.hpp"

namespace burin {

// By output; absent where operands are not constant, make no sense, or do not have a say: then the operator's
// own inference decides. Any shape may come out, also one that the operator's constraints do not allow.
std::vector<std::optional<Shape>> stated_shapes(tflite::schema::BuiltinOperator kind,
                                                const SourceOperator& source);

}  // namespace burin
