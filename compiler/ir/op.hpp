// The operators a graph may hold. What they mean is in ops/; the list is ops/ops.def.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace burin {

enum class Op : uint16_t {
#define BURIN_OPERATOR(name) name,
#include "ops/ops.def"
#undef BURIN_OPERATOR
};

std::string_view name_of(Op op);  // "fully_connected"
std::optional<Op> op_named(std::string_view name);

// A fused activation, applied to an operator's output; any operator whose definition says so may carry one.
enum class Activation : uint8_t { none, relu, relu_n1_to_1, relu6 };

std::string_view name_of(Activation activation);
std::optional<Activation> activation_named(std::string_view name);

}  // namespace burin
