// Text that goes into generated code: literals that lose nothing, and names from models, which are untrusted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "program/program.hpp"
#include "support/identifier.hpp"

namespace burin::codegen {

// An int32 as a constant expression of type int in C and C++.
std::string literal(int32_t value);
// The shortest decimal literal that reads back as the same float; infinities and NaN by the names that
// <math.h> has for them.
std::string literal(float value);

// The elements of a constant as comma-separated literals, wrapped to lines of about 110 columns with
// `indent`.
std::string array_body(const KernelConstant& constant, std::string_view indent);

// The parameters of ID_run: a pointer an input, then one an output.
std::string run_parameters(const Program& program);

// Identifiers for a name that is a path: made of its last part, of its last two, and so on, up to
// `most_parts`, as far as there are any and they differ. "model/conv_1/Relu" gives relu, conv_1_relu,
// model_conv_1_relu.
std::vector<std::string> tail_names(std::string_view untrusted, std::string_view when_empty,
                                    size_t most_parts);

// Untrusted text made harmless inside any comment: printable ASCII without what could end the comment,
// continue the line or form a trigraph. Of more than 80 bytes the last 80 are shown, after "...": names in a
// model differ at their ends.
std::string comment_text(std::string_view untrusted);

}  // namespace burin::codegen
