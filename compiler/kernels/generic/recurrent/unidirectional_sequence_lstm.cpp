#include "ops/recurrent/unidirectional_sequence_lstm.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "kernels/geometry.hpp"
#include "ops/constraints.hpp"
#include "ops/elementwise/sigmoid_s16.hpp"

namespace burin {
namespace {

struct LstmQuantizationGeometry {
  int32_t output_zero_point;
  int32_t cell_shift;
  int32_t cell_clip;

  template <class Visit>
  void fields(Visit visit) const {
    visit("output_zero_point", output_zero_point);
    visit("cell_shift", cell_shift);
    visit("cell_clip", cell_clip);
  }
};

struct LstmGeometry {
  int32_t batches;
  int32_t steps;
  int32_t inputs;
  int32_t units;
  bool time_major;

  template <class Visit>
  void fields(Visit visit) const {
    visit("batches", batches);
    visit("steps", steps);
    visit("inputs", inputs);
    visit("units", units);
    visit("time_major", time_major);
  }
};

constexpr size_t gates = 4;

// [units][4 gates][inputs + units]: a gate's weights of the input, then those of the hidden state.
template <class Weight>
std::vector<Weight> packed_weights(const NodeView& view) {
  const LstmSizes sizes = lstm_sizes(view);
  std::vector<Weight> result;
  for (size_t j = 0; j < static_cast<size_t>(sizes.units); ++j) {
    for (size_t gate = 0; gate < gates; ++gate) {
      const auto append = [&](size_t operand, int32_t length) {
        const auto count = static_cast<size_t>(length);
        const auto row = view.input(operand).constant->as<Weight>().subspan(j * count, count);
        result.insert(result.end(), row.begin(), row.end());
      };
      append(lstm_input_weights + gate, sizes.inputs);
      append(lstm_hidden_weights + gate, sizes.units);
    }
  }
  return result;
}

void describe_sequence(const NodeView& view, KernelCall& call) {
  const LstmSizes sizes = lstm_sizes(view);
  call.geometry = Geometry(LstmGeometry{.batches = sizes.batches,
                                        .steps = sizes.steps,
                                        .inputs = sizes.inputs,
                                        .units = sizes.units,
                                        .time_major = view.attributes<LstmAttributes>().time_major});
}

class LstmS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"UnidirectionalSequenceLstmS8", Op::unidirectional_sequence_lstm,
                                       KernelSet::generic, "generic/unidirectional_sequence_lstm_s8.hpp",
                                       "Unit after unit, eight dot products each."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!has_dtype(view.input(0), DType::s8)) return Refusal{"it computes int8"};
    const std::optional<std::vector<int32_t>> bias = biases(view);
    if (!bias) return Refusal{"sums of products can leave 32 bits"};
    const LstmSizes sizes = lstm_sizes(view);
    KernelCall call;
    describe_sequence(view, call);
    call.geometry.append(
        LstmQuantizationGeometry{.output_zero_point = view.output().quantization.zero_point(),
                                 .cell_shift = lstm_cell_shift(view),
                                 .cell_clip = lstm_cell_limit(view)});
    call.geometry.append(RoundingGeometry(context.rounding));
    const std::array<uint16_t, 256> nodes = logistic_nodes();
    call.constants = {{"weights", ElementType::s8, Constant::of(packed_weights<int8_t>(view)), 4},
                      {"bias", ElementType::s32, Constant::of(*bias), 4},
                      {"factors", ElementType::s32, Constant::of(factors(view)), 4},
                      {"logistic", ElementType::u16, Constant::of(std::span<const uint16_t>(nodes)), 4}};
    call.arguments = {InputArgument{0},
                      ConstantArgument{0},
                      ConstantArgument{1},
                      ConstantArgument{2},
                      ConstantArgument{3},
                      InputArgument{lstm_hidden_state},
                      InputArgument{lstm_cell_state},
                      OutputArgument{0}};
    const int64_t unit_steps = int64_t{sizes.batches} * sizes.steps * sizes.units;
    // Four gates, each with two sums that are requantized; products come eight at a time.
    call.work = {.instructions = 640 * unit_steps,
                 .products = unit_steps * 5 * (sizes.inputs + sizes.units),
                 .requantizations = 8 * unit_steps};
    call.code_bytes = 900;
    call.requantization = "exact reference form, of each gate";
    return call;
  }

 private:
  // [units][4 gates][{input, hidden}], zero points folded in.
  static std::optional<std::vector<int32_t>> biases(const NodeView& view) {
    const LstmSizes sizes = lstm_sizes(view);
    std::vector<int32_t> result(static_cast<size_t>(sizes.units) * gates * 2);
    for (size_t gate = 0; gate < gates; ++gate) {
      const auto fold = [&](size_t operand, int32_t length, std::span<const int32_t> own,
                            const Tensor& values, size_t which) {
        const auto weights = view.input(operand).constant->as<int8_t>();
        const auto folded = folded_biases({{weights.begin(), weights.end()}, sizes.units, length}, own,
                                          values.quantization.zero_point());
        if (!folded) return false;
        for (size_t j = 0; j < folded->size(); ++j) result[(j * gates + gate) * 2 + which] = (*folded)[j];
        return true;
      };
      if (!fold(lstm_input_weights + gate, sizes.inputs,
                view.input(lstm_biases + gate).constant->as<int32_t>(), view.input(0), 0) ||
          !fold(lstm_hidden_weights + gate, sizes.units, {}, view.input(lstm_hidden_state), 1))
        return std::nullopt;
    }
    return result;
  }

  static std::vector<int32_t> factors(const NodeView& view) {
    const LstmFactors factors = lstm_factors(view);
    std::vector<int32_t> result;
    const auto append = [&](FixedPointMultiplier factor) {
      result.insert(result.end(), {factor.multiplier, factor.shift});
    };
    for (size_t gate = 0; gate < gates; ++gate) {
      append(factors.input[gate]);
      append(factors.hidden[gate]);
    }
    append(factors.forget);
    append(factors.update);
    append(factors.output);
    return result;
  }
};

class LstmF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"UnidirectionalSequenceLstmF32", Op::unidirectional_sequence_lstm,
                                       KernelSet::generic, "generic/unidirectional_sequence_lstm_f32.hpp",
                                       "Unit after unit, eight dot products each."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!has_dtype(view.input(0), DType::f32)) return Refusal{"it computes float32"};
    const bool s8_weights = has_dtype(view.input(lstm_input_weights), DType::s8);
    const LstmSizes sizes = lstm_sizes(view);
    KernelCall call;
    describe_sequence(view, call);
    call.arguments = {InputArgument{0}};
    const auto add_constant = [&](KernelConstant constant) {
      call.arguments.push_back(ConstantArgument{call.constants.size()});
      call.constants.push_back(std::move(constant));
    };
    if (s8_weights) {
      std::vector<float> scales;
      for (size_t gate = 0; gate < gates; ++gate) {
        scales.push_back(view.input(lstm_input_weights + gate).quantization.scale());
        scales.push_back(view.input(lstm_hidden_weights + gate).quantization.scale());
      }
      add_constant({"weights", ElementType::s8, Constant::of(packed_weights<int8_t>(view)), 4});
      add_constant({"scales", ElementType::f32, Constant::of(scales), 4});
    } else {
      add_constant({"weights", ElementType::f32, Constant::of(packed_weights<float>(view)), 4});
    }
    add_constant({"bias", ElementType::f32, Constant::of(biases(view)), 4});
    call.arguments.insert(call.arguments.end(),
                          {InputArgument{lstm_hidden_state}, InputArgument{lstm_cell_state},
                           OutputArgument{0}, view.attributes<LstmAttributes>().cell_clip});
    const int64_t unit_steps = int64_t{sizes.batches} * sizes.steps * sizes.units;
    call.work = {.instructions = unit_steps * (160 + 32 * (sizes.inputs + sizes.units)),
                 .float_products = unit_steps * 4 * (sizes.inputs + sizes.units + 4),
                 .float_functions = 5 * unit_steps};
    call.code_bytes = 700;
    return call;
  }

 private:
  // [units][4 gates].
  static std::vector<float> biases(const NodeView& view) {
    std::vector<float> result;
    for (size_t j = 0; j < static_cast<size_t>(lstm_sizes(view).units); ++j)
      for (size_t gate = 0; gate < gates; ++gate)
        result.push_back(view.input(lstm_biases + gate).constant->as<float>()[j]);
    return result;
  }
};

}  // namespace

const Kernel& unidirectional_sequence_lstm_f32_kernel() {
  static const LstmF32Kernel instance;
  return instance;
}

const Kernel& unidirectional_sequence_lstm_s8_kernel() {
  static const LstmS8Kernel instance;
  return instance;
}

}  // namespace burin
