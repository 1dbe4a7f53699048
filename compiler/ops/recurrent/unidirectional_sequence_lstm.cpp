#include "ops/recurrent/unidirectional_sequence_lstm.hpp"

#include <cmath>

#include "ops/constraints.hpp"
#include "ops/elementwise/sigmoid_s16.hpp"
#include "ops/numerics.hpp"

namespace burin {
namespace {

constexpr int gates = 4;
constexpr float gate_sum_scale = 1.0f / 4096;
constexpr float gate_scale = 1.0f / 32768;

bool all_of_range(const NodeView& view, size_t first, size_t count, bool (*holds)(const Tensor&)) {
  for (size_t i = first; i < first + count; ++i)
    if (!holds(view.input(i))) return false;
  return true;
}

bool has_types(const NodeView& view, DType activation, DType weights, DType bias, DType cell) {
  const auto are = [&](size_t first, size_t count, DType dtype) {
    for (size_t i = first; i < first + count; ++i)
      if (!has_dtype(view.input(i), dtype)) return false;
    return true;
  };
  return are(0, 1, activation) && are(lstm_input_weights, 8, weights) && are(lstm_biases, 4, bias) &&
         are(lstm_hidden_state, 1, activation) && are(lstm_cell_state, 1, cell) &&
         has_dtype(view.output(), activation);
}

bool is_float(const NodeView& view) {
  return has_dtype(view.input(0), DType::f32);
}

bool has_shapes(const NodeView& view) {
  const LstmSizes sizes = lstm_sizes(view);
  for (size_t i = 0; i < gates; ++i)
    if (view.input(lstm_input_weights + i).type.shape != Shape{sizes.units, sizes.inputs} ||
        view.input(lstm_hidden_weights + i).type.shape != Shape{sizes.units, sizes.units} ||
        view.input(lstm_biases + i).type.shape != Shape{sizes.units})
      return false;
  return true;
}

// A power of two from 2^-26 to 1.
bool is_cell_scale(float scale) {
  int exponent = 0;
  return std::frexp(scale, &exponent) == 0.5f && exponent - 1 >= -26 && exponent - 1 <= 0;
}

constexpr Constraint constraint_list[] = {
    {"all operands are float32; or they are int8, with int32 biases and an int16 cell state; or the weights "
     "are int8 and all others float32",
     [](const NodeView& v) {
       return has_types(v, DType::f32, DType::f32, DType::f32, DType::f32) ||
              has_types(v, DType::f32, DType::s8, DType::f32, DType::f32) ||
              has_types(v, DType::s8, DType::s8, DType::s32, DType::s16);
     }},
    {"the input has rank 3, the weights rank 2, and nothing is empty",
     [](const NodeView& v) {
       return v.input(0).type.shape.rank() == 3 && v.input(0).type.shape.elements() > 0 &&
              all_of_range(v, lstm_input_weights, 8, [](const Tensor& t) {
                return t.type.shape.rank() == 2 && t.type.shape.elements() > 0;
              });
     }},
    {"weights are [units, inputs] for the input and [units, units] for the hidden state, and biases [units]",
     has_shapes, DiagnosticCode::E0303},
    {"weights and biases are constant",
     [](const NodeView& v) {
       return all_of_range(v, lstm_input_weights, 12, [](const Tensor& t) { return t.is_constant(); });
     }},
    {"hidden state and cell state are variables of batches * units elements",
     [](const NodeView& v) {
       const LstmSizes sizes = lstm_sizes(v);
       const int64_t elements = static_cast<int64_t>(sizes.batches) * sizes.units;
       const Tensor& hidden = v.input(lstm_hidden_state);
       const Tensor& cell = v.input(lstm_cell_state);
       return hidden.variable && hidden.type.shape.elements() == elements && cell.variable &&
              cell.type.shape.elements() == elements;
     }},
    {"the limit of the cell state is finite and not negative",
     [](const NodeView& v) {
       const float clip = v.attributes<LstmAttributes>().cell_clip;
       return std::isfinite(clip) && clip >= 0;
     }},
    {"int8 weights are quantized per tensor with zero point 0, and int8 input, hidden state and output per "
     "tensor",
     [](const NodeView& v) {
       const auto symmetric = [](const Tensor& t) {
         return has_dtype(t, DType::f32) || (is_quantized_per_tensor(t) && t.quantization.zero_point() == 0);
       };
       return all_of_range(v, lstm_input_weights, 8, symmetric) && is_real(v.input(0)) &&
              is_real(v.input(lstm_hidden_state)) && is_real(v.output());
     }},
    {"an int8 output is quantized like the hidden state",
     [](const NodeView& v) {
       return is_float(v) || v.output().quantization == v.input(lstm_hidden_state).quantization;
     }},
    {"an int16 cell state's scale is a power of two from 2^-26 to 1, and its zero point 0",
     [](const NodeView& v) {
       const Tensor& cell = v.input(lstm_cell_state);
       return is_float(v) || (is_quantized_per_tensor(cell) && cell.quantization.zero_point() == 0 &&
                              is_cell_scale(cell.quantization.scale()));
     }},
};

// Row of an operand of shape [rows, length].
template <class T>
std::span<const T> row(const Evaluation& evaluation, size_t operand, size_t index, size_t length) {
  return evaluation.input(operand).as<T>().subspan(index * length, length);
}

// The cell: calls unit(values, hidden, j, cell) for the new hidden state of unit j of one step.
template <class Activation, class Cell, class Unit>
void walk(const Evaluation& evaluation, const Unit& unit) {
  const LstmSizes sizes = lstm_sizes(evaluation.view);
  const bool time_major = evaluation.view.attributes<LstmAttributes>().time_major;
  const auto inputs = static_cast<size_t>(sizes.inputs);
  const auto units = static_cast<size_t>(sizes.units);
  const auto batches = static_cast<size_t>(sizes.batches);
  const auto steps = static_cast<size_t>(sizes.steps);
  const auto hidden = evaluation.state[lstm_hidden_state]->as<Activation>();
  const auto cell = evaluation.state[lstm_cell_state]->as<Cell>();
  for (size_t batch = 0; batch < batches; ++batch) {
    const auto own_hidden = hidden.subspan(batch * units, units);
    const auto own_cell = cell.subspan(batch * units, units);
    for (size_t step = 0; step < steps; ++step) {
      const size_t position = time_major ? step * batches + batch : batch * steps + step;
      const auto values = evaluation.input(0).as<Activation>().subspan(position * inputs, inputs);
      const std::vector<Activation> previous(own_hidden.begin(), own_hidden.end());
      for (size_t j = 0; j < units; ++j) own_hidden[j] = unit(values, std::span(previous), j, own_cell[j]);
      std::ranges::copy(own_hidden, evaluation.output().as<Activation>().subspan(position * units).begin());
    }
  }
}

template <class Weight>
float real_weight(const Evaluation& evaluation, size_t operand, size_t index) {
  const auto weight = static_cast<float>(evaluation.input(operand).as<Weight>()[index]);
  const Tensor& tensor = evaluation.view.input(operand);
  return has_dtype(tensor, DType::f32) ? weight : weight * tensor.quantization.scale();
}

template <class Weight>
void evaluate_f32(const Evaluation& evaluation) {
  const float clip = evaluation.view.attributes<LstmAttributes>().cell_clip;
  const auto dot = [&](size_t operand, size_t j, auto values) {
    float sum = 0;
    for (size_t k = 0; k < values.size(); ++k)
      sum += values[k] * real_weight<Weight>(evaluation, operand, j * values.size() + k);
    return sum;
  };
  const auto logistic = [](float x) { return 1 / (1 + std::exp(-x)); };
  walk<float, float>(evaluation, [&](auto values, auto hidden, size_t j, float& cell) {
    const auto sum = [&](size_t gate) {
      return dot(lstm_input_weights + gate, j, values) + evaluation.input(lstm_biases + gate).as<float>()[j] +
             dot(lstm_hidden_weights + gate, j, hidden);
    };
    const float i = logistic(sum(0));
    const float f = logistic(sum(1));
    const float g = std::tanh(sum(2));
    const float o = logistic(sum(3));
    cell = f * cell + i * g;
    if (clip > 0) cell = std::clamp(cell, -clip, clip);
    return o * std::tanh(cell);
  });
}

int32_t saturate_s16(int64_t value) {
  return static_cast<int32_t>(std::clamp<int64_t>(value, INT16_MIN, INT16_MAX));
}

void evaluate_s8(const Evaluation& evaluation) {
  const NodeView& view = evaluation.view;
  const LstmFactors factors = lstm_factors(view);
  const int32_t limit = lstm_cell_limit(view);
  const int shift = lstm_cell_shift(view);
  const int32_t output_zero = view.output().quantization.zero_point();
  const auto scale = [&](int64_t value, FixedPointMultiplier factor) {
    return multiply_by_fixed_point(static_cast<int32_t>(value), factor, evaluation.rounding);
  };
  const auto dot = [&](size_t operand, size_t j, auto values, int32_t zero_point) {
    const auto weights = row<int8_t>(evaluation, operand, j, values.size());
    int64_t sum = 0;
    for (size_t k = 0; k < values.size(); ++k) sum += int64_t{values[k] - zero_point} * weights[k];
    return sum;
  };
  walk<int8_t, int16_t>(evaluation, [&](auto values, auto hidden, size_t j, int16_t& cell) {
    const auto gate = [&](size_t which) {
      const int64_t from_input =
          dot(lstm_input_weights + which, j, values, view.input(0).quantization.zero_point()) +
          evaluation.input(lstm_biases + which).as<int32_t>()[j];
      const int64_t from_hidden = dot(lstm_hidden_weights + which, j, hidden,
                                      view.input(lstm_hidden_state).quantization.zero_point());
      return 3 * saturate_s16(saturate_s16(scale(from_input, factors.input[which])) +
                              saturate_s16(scale(from_hidden, factors.hidden[which])));
    };
    const int32_t i = logistic_s16(gate(0));
    const int32_t f = logistic_s16(gate(1));
    const int32_t g = hyperbolic_tangent_s16(gate(2));
    const int32_t o = logistic_s16(gate(3));
    int32_t next = saturate_s16(saturate_s16(scale(f * cell, factors.forget)) +
                                saturate_s16(scale(i * g, factors.update)));
    if (limit > 0) next = std::clamp(next, -limit, limit);
    cell = static_cast<int16_t>(next);
    // In units of 1/12288, halves up.
    const int32_t argument =
        shift >= 0 ? 3 * next * (1 << shift) : (3 * next + (1 << (-shift - 1))) >> -shift;
    const int32_t hidden_value = scale(o * hyperbolic_tangent_s16(argument), factors.output) + output_zero;
    return static_cast<int8_t>(std::clamp(hidden_value, INT8_MIN, INT8_MAX));
  });
}

class UnidirectionalSequenceLstm final : public Operator {
 public:
  const OperatorFacts& facts() const override {
    static constexpr OperatorFacts facts{.op = Op::unidirectional_sequence_lstm,
                                         .tflite_name = "UNIDIRECTIONAL_SEQUENCE_LSTM",
                                         .summary = "A long short-term memory over sequences.",
                                         .minimum_inputs = 15,
                                         .maximum_inputs = 15,
                                         .minimum_outputs = 1,
                                         .maximum_outputs = 1,
                                         .changes_state = true};
    return facts;
  }

  Attributes parse_attributes(const std::vector<NamedAttribute>& list, std::string& error) const override {
    return attributes_from_list<LstmAttributes>(list, error);
  }

  std::span<const Constraint> constraints() const override { return constraint_list; }

  std::vector<TensorType> infer(const NodeView& view) const override {
    std::vector<int32_t> dims = view.input(0).type.shape.dims();
    dims.back() = lstm_sizes(view).units;
    return {{view.input(0).type.dtype, Shape(std::move(dims))}};
  }

  void evaluate(const Evaluation& evaluation) const override {
    if (!is_float(evaluation.view)) return evaluate_s8(evaluation);
    if (has_dtype(evaluation.view.input(lstm_input_weights), DType::f32))
      return evaluate_f32<float>(evaluation);
    evaluate_f32<int8_t>(evaluation);
  }

  int64_t macs(const NodeView& view) const override {
    const LstmSizes sizes = lstm_sizes(view);
    return int64_t{gates} * sizes.batches * sizes.steps * sizes.units * (sizes.inputs + sizes.units);
  }
};

}  // namespace

LstmSizes lstm_sizes(const NodeView& view) {
  const Shape& input = view.input(0).type.shape;
  const bool time_major = view.attributes<LstmAttributes>().time_major;
  return {.batches = input[time_major ? 1 : 0],
          .steps = input[time_major ? 0 : 1],
          .inputs = input[2],
          .units = view.input(lstm_hidden_weights).type.shape[0]};
}

LstmFactors lstm_factors(const NodeView& view) {
  const float input = view.input(0).quantization.scale();
  const float hidden = view.input(lstm_hidden_state).quantization.scale();
  const double cell = view.input(lstm_cell_state).quantization.scale();
  // TensorFlow Lite multiplies the scales of a matrix product in float and the others in double.
  const auto product = [&](float values, size_t weights) {
    const float scale = values * view.input(weights).quantization.scale();
    return fixed_point(static_cast<double>(scale) / static_cast<double>(gate_sum_scale));
  };
  constexpr double gate = gate_scale;
  LstmFactors factors;
  for (size_t i = 0; i < gates; ++i) {
    factors.input[i] = product(input, lstm_input_weights + i);
    factors.hidden[i] = product(hidden, lstm_hidden_weights + i);
  }
  factors.forget = fixed_point(gate * cell / cell);
  factors.update = fixed_point(gate * gate / cell);
  factors.output = fixed_point(gate * gate / static_cast<double>(hidden));
  return factors;
}

int lstm_cell_shift(const NodeView& view) {
  return std::ilogb(view.input(lstm_cell_state).quantization.scale()) + 12;
}

int32_t lstm_cell_limit(const NodeView& view) {
  const double clip = view.attributes<LstmAttributes>().cell_clip;
  const double scale = view.input(lstm_cell_state).quantization.scale();
  return static_cast<int32_t>(std::min(clip / scale, 32767.0));
}

const Operator& unidirectional_sequence_lstm_operator() {
  static const UnidirectionalSequenceLstm instance;
  return instance;
}

}  // namespace burin
