#include "kernels/generic/weighted/fully_connected.hpp"

#include <fmt/format.h>

#include "arm_dsp/fully_connected_s8_dual.hpp"
#include "kernels/arm_dsp/weighted/dual.hpp"
#include "kernels/generic/weighted/weighted.hpp"
#include "kernels/geometry.hpp"
#include "ops/constraints.hpp"
#include "ops/weighted/fully_connected.hpp"

namespace burin {

using namespace fully_connected;
namespace {

// Groups of eight outputs, and pairs of those that are left: their weights, then three numbers an output.
std::vector<ConstantRecord> records_of(const burin_kernels::FullyConnectedSpec& spec) {
  std::vector<ConstantRecord> records;
  const int64_t steps = burin_kernels::FullyConnectedDual::steps(spec);
  const int64_t eights = spec.outputs / 8 * 8;
  size_t at = 0;
  for (int64_t first = 0; first < spec.outputs;) {
    const int64_t group = first < eights ? 8 : 2;
    const std::string title =
        fmt::format("outputs {} to {}", first, std::min<int64_t>(first + group, spec.outputs) - 1);
    records.push_back({at, title + ": weights"});
    at += static_cast<size_t>(steps * group / 2);
    records.push_back({at, title + ": multipliers and biases, shifts"});
    at += static_cast<size_t>(3 * group);
    first += group;
  }
  return records;
}

class FullyConnectedS8DualKernel final : public Kernel {
 public:
  const KernelFacts& facts() const override {
    static constexpr KernelFacts facts{"FullyConnectedS8Dual", Op::fully_connected, KernelSet::arm_dsp,
                                       "arm_dsp/fully_connected_s8_dual.hpp",
                                       "An input widened to int16 times weights packed two to a halfword."};
    return facts;
  }

  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override {
    if (!view.input(1).is_constant()) return Refusal{constant_weights_only};
    if (!has_symmetric_s8_weights(view)) return Refusal{symmetric_s8_only};
    const bool once = context.rounding == Rounding::litert;
    const WeightRows rows = weight_rows(view);
    const ClampRange range = activation_range(view.node.activation, view.output());
    const burin_kernels::FullyConnectedSpec spec{static_cast<int32_t>(batch_count(view)),
                                                 input_length(view),
                                                 output_length(view),
                                                 view.input(0).quantization.zero_point(),
                                                 view.output().quantization.zero_point(),
                                                 range.lowest,
                                                 range.highest};
    const std::span<const int32_t> own_bias = biases_of(view);
    if (!folded_biases(rows, own_bias, spec.input_zero_point)) return Refusal{sums_leave_32_bits};
    std::vector<burin_kernels::ChannelRequantization> channels;
    for (const FixedPointMultiplier& m : multipliers(view)) channels.push_back({m.multiplier, m.shift, {}});
    const auto stream =
        burin_kernels::FullyConnectedDualPacker::pack(spec, rows.values, own_bias, channels, once);
    if (!stream) return Refusal{"some output's sums or multiplier exceed what it computes exactly"};
    KernelCall call;
    call.geometry =
        Geometry(LayerGeometry{.batches = spec.batches, .inputs = spec.inputs, .outputs = spec.outputs},
                 ZeroPointsGeometry{.input_zero_point = spec.input_zero_point,
                                    .output_zero_point = spec.output_zero_point},
                 ClampGeometry{.activation_min = spec.activation_min, .activation_max = spec.activation_max},
                 RoundingGeometry(once));
    call.constants = {{"stream", ElementType::u32, Constant::of(*stream), 4, records_of(spec)}};
    call.arguments = {InputArgument{0}, ConstantArgument{0}, OutputArgument{0}, ScratchArgument{}};
    call.scratch_bytes = burin_kernels::FullyConnectedDual::scratch_bytes(spec);
    // All of an input is widened before the first of its outputs is written.
    if (spec.batches == 1) call.overlaps = {{.input = 0, .distance = 0}};
    call.work.packed = burin_kernels::FullyConnectedDualPacker::estimate_cycles(spec);
    call.requantization = requantization_note(
        0, spec.outputs,
        once || spec.output_zero_point == -128 ? "exact 4-instruction form" : "exact 5-instruction form");
    call.code_bytes = burin_kernels::FullyConnectedDualPacker::code_bytes;
    call.shared_code_bytes = burin_kernels::FullyConnectedDualPacker::shared_code_bytes;
    return call;
  }
};

}  // namespace

const Kernel& fully_connected_s8_dual_kernel() {
  static const FullyConnectedS8DualKernel instance;
  return instance;
}

}  // namespace burin
