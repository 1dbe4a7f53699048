// UNIDIRECTIONAL_SEQUENCE_LSTM: what its definition and its kernels share.
//
// Operands: input [batches, steps, inputs] (time_major: [steps, batches, inputs]); weights of the input to
// the gates i, f, g, o [units, inputs] each; weights of the hidden state to them [units, units] each; biases
// of the four gates [units]; the hidden state and the cell state, variables of batches * units elements.
// Output: the hidden state of every step.
#pragma once

#include "ops/operator.hpp"
#include "ops/recurrent/attributes.hpp"

namespace burin {

constexpr size_t lstm_input_weights = 1;   // and the three after it
constexpr size_t lstm_hidden_weights = 5;  // and the three after it
constexpr size_t lstm_biases = 9;          // and the three after it
constexpr size_t lstm_hidden_state = 13;
constexpr size_t lstm_cell_state = 14;

struct LstmSizes {
  int32_t batches;
  int32_t steps;
  int32_t inputs;
  int32_t units;
};
LstmSizes lstm_sizes(const NodeView& view);

// The factors that the int8 form scales by. Gate sums are in units of 2^-12, gates in units of 2^-15.
struct LstmFactors {
  FixedPointMultiplier input[4];   // input · weights to a gate's sum
  FixedPointMultiplier hidden[4];  // hidden · weights to a gate's sum
  FixedPointMultiplier forget;     // f * cell to the cell's scale
  FixedPointMultiplier update;     // i * g to the cell's scale
  FixedPointMultiplier output;     // o * tanh(cell) to the hidden state's scale
};
LstmFactors lstm_factors(const NodeView& view);
// The cell state is in units of 2^(this - 12).
int lstm_cell_shift(const NodeView& view);
// The largest magnitude of the int16 cell state; 0 where it is not limited.
int32_t lstm_cell_limit(const NodeView& view);

}  // namespace burin
