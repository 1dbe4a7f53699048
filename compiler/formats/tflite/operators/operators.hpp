// The operators of the format that Burin reads: a row each, in a file of its family.
#pragma once

#include <span>

#include "formats/tflite/schema.hpp"
#include "formats/tflite/source_operator.hpp"

namespace burin::tflite {

struct OperatorReader {
  schema::BuiltinOperator kind;
  // What the node that `read` returns is, unless that says otherwise. As many operands as this operator takes
  // at least, and as many results as it may have, have to be there; a reader may ask for more.
  Op op;
  // Translates an operator: attributes, fused activation, and which of the inputs stay tensors. Constant
  // operands that configure (axes, paddings, shapes) become attributes. It need not check what the
  // constraints of Burin's operator say. An operand that it takes for granted and that is not there ends in
  // std::out_of_range, which the import turns into a finding.
  Result<NodeDraft> (*read)(SourceOperator& source);
};

std::span<const OperatorReader> composed_operators();
std::span<const OperatorReader> elementwise_operators();
std::span<const OperatorReader> movement_operators();
std::span<const OperatorReader> pooling_operators();
std::span<const OperatorReader> recurrent_operators();
std::span<const OperatorReader> reduction_operators();
std::span<const OperatorReader> weighted_operators();

// The reader of a kind of operator, or null.
const OperatorReader* reader_of(schema::BuiltinOperator kind);
// The reader of a custom operator of that name, or null.
const OperatorReader* custom_reader_of(std::string_view name);

}  // namespace burin::tflite
