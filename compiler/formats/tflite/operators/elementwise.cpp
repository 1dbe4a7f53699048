// Readers of operators on one element of each operand.
#include "formats/tflite/operators/common.hpp"
#include "formats/tflite/operators/operators.hpp"
#include "ops/elementwise/attributes.hpp"

namespace burin::tflite {
namespace {

using schema::BuiltinOperator;

// Half-precision weights are widened where they are read, and stand for themselves.
Result<NodeDraft> read_dequantize(SourceOperator& source) {
  NodeDraft draft{.inputs = source.inputs(), .attributes = Attributes::of(NoAttributes{})};
  if (source.input(0).type.dtype == DType::f32) draft.op = Op::reshape;
  return draft;
}

Result<NodeDraft> read_leaky_relu(SourceOperator& source) {
  return NodeDraft{.inputs = source.inputs(),
                   .attributes = Attributes::of(LeakyReluAttributes{source.real("alpha")})};
}

constexpr OperatorReader rows[] = {
    {BuiltinOperator::ABS, Op::abs, read_operands},
    {BuiltinOperator::CAST, Op::cast, read_operands},
    {BuiltinOperator::CEIL, Op::ceil, read_operands},
    {BuiltinOperator::COS, Op::cos, read_operands},
    {BuiltinOperator::ELU, Op::elu, read_operands},
    {BuiltinOperator::EQUAL, Op::equal, read_operands},
    {BuiltinOperator::EXP, Op::exp, read_operands},
    {BuiltinOperator::FLOOR, Op::floor, read_operands},
    {BuiltinOperator::FLOOR_DIV, Op::floor_div, read_operands},
    {BuiltinOperator::FLOOR_MOD, Op::floor_mod, read_operands},
    {BuiltinOperator::GREATER, Op::greater, read_operands},
    {BuiltinOperator::GREATER_EQUAL, Op::greater_equal, read_operands},
    {BuiltinOperator::HARD_SWISH, Op::hard_swish, read_operands},
    {BuiltinOperator::LESS, Op::less, read_operands},
    {BuiltinOperator::LESS_EQUAL, Op::less_equal, read_operands},
    {BuiltinOperator::LOG, Op::log, read_operands},
    {BuiltinOperator::LOGICAL_AND, Op::logical_and, read_operands},
    {BuiltinOperator::LOGICAL_NOT, Op::logical_not, read_operands},
    {BuiltinOperator::LOGICAL_OR, Op::logical_or, read_operands},
    {BuiltinOperator::LOGISTIC, Op::logistic, read_operands},
    {BuiltinOperator::MAXIMUM, Op::maximum, read_operands},
    {BuiltinOperator::MINIMUM, Op::minimum, read_operands},
    {BuiltinOperator::NEG, Op::neg, read_operands},
    {BuiltinOperator::NOT_EQUAL, Op::not_equal, read_operands},
    {BuiltinOperator::PRELU, Op::prelu, read_operands},
    {BuiltinOperator::QUANTIZE, Op::quantize, read_operands},
    {BuiltinOperator::RELU, Op::relu, read_operands},
    {BuiltinOperator::RELU6, Op::relu6, read_operands},
    {BuiltinOperator::RELU_N1_TO_1, Op::relu_n1_to_1, read_operands},
    {BuiltinOperator::ROUND, Op::round, read_operands},
    {BuiltinOperator::RSQRT, Op::rsqrt, read_operands},
    {BuiltinOperator::SELECT, Op::select, read_operands},
    {BuiltinOperator::SELECT_V2, Op::select_v2, read_operands},
    {BuiltinOperator::SIN, Op::sin, read_operands},
    {BuiltinOperator::SQRT, Op::sqrt, read_operands},
    {BuiltinOperator::SQUARE, Op::square, read_operands},
    {BuiltinOperator::SQUARED_DIFFERENCE, Op::squared_difference, read_operands},
    {BuiltinOperator::TANH, Op::tanh, read_operands},
    {BuiltinOperator::ADD, Op::add, read_fused_activation},
    {BuiltinOperator::ADD_N, Op::add_n, read_operands},
    {BuiltinOperator::DIV, Op::div, read_fused_activation},
    {BuiltinOperator::MUL, Op::mul, read_fused_activation},
    {BuiltinOperator::SUB, Op::sub, read_fused_activation},
    {BuiltinOperator::DEQUANTIZE, Op::dequantize, read_dequantize},
    {BuiltinOperator::LEAKY_RELU, Op::leaky_relu, read_leaky_relu},
};

}  // namespace

std::span<const OperatorReader> elementwise_operators() {
  return rows;
}

}  // namespace burin::tflite
