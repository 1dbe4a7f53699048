#include "ops/recurrent/svdf.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "kernels/geometry.hpp"
#include "ops/constraints.hpp"
#include "ops/numerics.hpp"
#include "ops/recurrent/attributes.hpp"

namespace burin {

using namespace svdf;
namespace {

// See generic/svdf_f32.hpp.
struct ActivationGeometry {
  int32_t clamps;

  template <class Visit>
  void fields(Visit visit) const {
    visit("clamps", clamps);
  }
};

struct SvdfQuantizationGeometry {
  int32_t state_zero_point;
  int32_t output_zero_point;

  template <class Visit>
  void fields(Visit visit) const {
    visit("state_zero_point", state_zero_point);
    visit("output_zero_point", output_zero_point);
  }
};

struct SvdfGeometry {
  int32_t batches;
  int32_t inputs;
  int32_t units;
  int32_t rank;
  int32_t memory;

  template <class Visit>
  void fields(Visit visit) const {
    visit("batches", batches);
    visit("inputs", inputs);
    visit("units", units);
    visit("rank", rank);
    visit("memory", memory);
  }
};

void describe(const NodeView& view, KernelCall& call) {
  const Sizes sizes = sizes_of(view);
  call.geometry = Geometry(SvdfGeometry{.batches = sizes.batches,
                                        .inputs = sizes.inputs,
                                        .units = sizes.units,
                                        .rank = sizes.rank,
                                        .memory = sizes.memory});
  const int64_t filters = int64_t{sizes.batches} * sizes.filters;
  const int64_t products = filters * (sizes.inputs + sizes.memory);
  if (has_dtype(view.output(), DType::f32))
    call.work = {.instructions = 60 * filters + 8 * products, .float_products = products};
  else
    call.work = {
        .instructions = 40 * filters + 3 * products, .products = products, .requantizations = filters};
  call.code_bytes = 300;
}

class SvdfF32Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"SvdfF32", Op::svdf, KernelSet::generic, "generic/svdf_f32.hpp",
                                       "Filter after filter."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view, const LoweringContext&) const override {
    if (!is_float(view)) return Refusal{"it computes float32"};
    KernelCall call;
    describe(view, call);
    const std::vector<float> no_bias(static_cast<size_t>(sizes_of(view).units));
    call.constants = {
        {"feature", ElementType::f32, *view.input(feature_operand).constant, 4},
        {"time", ElementType::f32, *view.input(time_operand).constant, 4},
        {"bias", ElementType::f32,
         view.has_input(bias_operand) ? *view.input(bias_operand).constant : Constant::of(no_bias), 4}};
    const RealRange range = activation_range_f32(view.node);
    const Activation activation = view.node.activation;
    call.geometry.append(ActivationGeometry{activation == Activation::none   ? 0
                                            : activation == Activation::relu ? 1
                                                                             : 2});
    call.arguments = {InputArgument{0},
                      ConstantArgument{0},
                      ConstantArgument{1},
                      ConstantArgument{2},
                      InputArgument{state_operand},
                      OutputArgument{0},
                      range.lowest,
                      range.highest};
    return call;
  }
};

class SvdfS8Kernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"SvdfS8", Op::svdf, KernelSet::generic, "generic/svdf_s8.hpp",
                                       "Filter after filter, one dot product each over input and time."};
    return facts;
  }
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (is_float(view)) return Refusal{"it computes int8"};
    const Sizes sizes = sizes_of(view);
    const auto features = view.input(feature_operand).constant->as<int8_t>();
    const auto feature_bias = folded_biases({{features.begin(), features.end()}, sizes.filters, sizes.inputs},
                                            {}, view.input(0).quantization.zero_point());
    if (!feature_bias) return Refusal{"sums of products can leave 32 bits"};
    const bool s16 = has_dtype(view.input(state_operand), DType::s16);
    const Factors factors = factors_of(view);
    const std::vector<int32_t> numbers = {factors.feature.multiplier, factors.feature.shift,
                                          factors.time.multiplier, factors.time.shift};
    KernelCall call;
    describe(view, call);
    call.geometry.append(
        SvdfQuantizationGeometry{.state_zero_point = view.input(state_operand).quantization.zero_point(),
                                 .output_zero_point = view.output().quantization.zero_point()});
    call.geometry.append(RoundingGeometry(context.rounding));
    call.constants = {
        {"feature", ElementType::s8, *view.input(feature_operand).constant, 4},
        {"feature_bias", ElementType::s32, Constant::of(*feature_bias), 4},
        {"time", s16 ? ElementType::s16 : ElementType::s8, *view.input(time_operand).constant, 4},
        {"bias", ElementType::s32, Constant::of(s16 ? biases<int16_t>(view) : biases<int8_t>(view)), 4},
        {"factors", ElementType::s32, Constant::of(numbers), 4}};
    call.arguments = {
        InputArgument{0},    ConstantArgument{0}, ConstantArgument{1},          ConstantArgument{2},
        ConstantArgument{3}, ConstantArgument{4}, InputArgument{state_operand}, OutputArgument{0}};
    return call;
  }

 private:
  // By unit: bias - zero point of the state * sum of the time weights, modulo 2^32.
  template <class State>
  static std::vector<int32_t> biases(const NodeView& view) {
    const Sizes sizes = sizes_of(view);
    const auto time = view.input(time_operand).constant->as<State>();
    const auto length = static_cast<size_t>(sizes.rank * sizes.memory);
    std::vector<int32_t> result;
    for (size_t unit = 0; unit < static_cast<size_t>(sizes.units); ++unit) {
      int64_t sum = view.has_input(bias_operand) ? view.input(bias_operand).constant->as<int32_t>()[unit] : 0;
      for (size_t i = 0; i < length; ++i)
        sum -= int64_t{time[unit * length + i]} * view.input(state_operand).quantization.zero_point();
      result.push_back(static_cast<int32_t>(sum));
    }
    return result;
  }
};

}  // namespace

const Kernel& svdf_f32_kernel() {
  static const SvdfF32Kernel instance;
  return instance;
}

const Kernel& svdf_s8_kernel() {
  static const SvdfS8Kernel instance;
  return instance;
}

}  // namespace burin
