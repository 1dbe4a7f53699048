// Versions of TFLite's operators: which of them a runtime must know.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/tflite/schema.hpp"
#include "ir/graph.hpp"

namespace burin::tflite {

// The lowest version of an operator that takes operands of these types and shapes. Null stands for an operand
// that is absent. Versions that options ask for are not among it. Source: TensorFlow's
// lite/tools/versioning/op_version.cc.
int32_t version_of(schema::BuiltinOperator kind, const std::vector<const Tensor*>& inputs,
                   const std::vector<const Tensor*>& outputs);

}  // namespace burin::tflite
