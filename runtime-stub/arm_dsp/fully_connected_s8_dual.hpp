// FULLY_CONNECTED, int8, on cores with the DSP extension: a widened input and dual weights.
//
//   output[b][o] = requantize_o(bias[o] + sum_i (input[b][i] - input_zero_point) * weights[o][i])
//
// The input is widened to int16 once, then multiplied with eight outputs at a time, and with the rest in
// pairs; see arm_dsp/vector.hpp for the layouts. The input's zero point is folded into the bias.
// Requantization is in the exact form throughout: with one pixel it costs little beside the products.
//
// Cost, modeled Cortex-M4 cycles a multiply-accumulate at -O2: 1.31 in layers of 128 outputs, 2.3 for 32
// inputs and 10 outputs. Registers: see arm_dsp/vector.hpp.
#pragma once

#include <stdint.h>

#include "arm_dsp/vector.hpp"

#ifdef BURIN_HOST
#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "arm_dsp/dual_packing_s8.hpp"
#endif  // BURIN_HOST

namespace burin_kernels {

// Weights are [outputs][inputs].
struct FullyConnectedSpec {
  int32_t batches, inputs, outputs;
  int32_t input_zero_point, output_zero_point, activation_min, activation_max;
};

// The facts, of numbers alone.
struct FullyConnectedDual {
  static constexpr int32_t steps(const FullyConnectedSpec& s) { return (s.inputs + 3) / 4 * 2; }
  // What the steps lack to a multiple of 8, in bytes of columns.
  static constexpr int32_t skip(const FullyConnectedSpec& s) { return (8 - steps(s) % 8) % 8 * 4; }
  static constexpr bool accepts(const FullyConnectedSpec& s) {
    return s.batches > 0 && s.inputs > 0 && s.outputs > 0 && s.activation_min >= -128 &&
           s.activation_max <= 127 && s.activation_min <= s.activation_max;
  }
  static constexpr int32_t scratch_bytes(const FullyConnectedSpec& s) { return steps(s) * 4; }
};

// Geometry: the fields of FullyConnectedSpec, round_once.
template <class Geometry, class Isa>
struct FullyConnectedS8Dual {
  typedef Geometry G;
  static constexpr FullyConnectedSpec spec() {
    return FullyConnectedSpec{G::batches,           G::inputs,         G::outputs,       G::input_zero_point,
                              G::output_zero_point, G::activation_min, G::activation_max};
  }
  static constexpr bool accepts() { return FullyConnectedDual::accepts(spec()); }
  static constexpr int32_t scratch_bytes() { return FullyConnectedDual::scratch_bytes(spec()); }

#ifndef BURIN_HOST
  // `stream` is what pack() made; scratch is aligned to 4. All of an input is read before its first output is
  // written.
  static BURIN_ENTRY void run(const int8_t* input, const uint32_t* stream, int8_t* output, int8_t* scratch) {
    uint32_t* const columns = static_cast<uint32_t*>(static_cast<void*>(scratch));
    ArmDspVectorProduct product;
    product.columns = reinterpret_cast<uintptr_t>(scratch) - 4u;
    product.columns_end = product.columns + static_cast<uintptr_t>(scratch_bytes());
    product.skip = FullyConnectedDual::skip(spec());
    product.output_zero_point = G::output_zero_point;
    product.eights = G::outputs / 8;
    product.rest = G::outputs % 8;
    product.stream = stream;
    product.clamp = G::activation_max * 256 + (G::activation_min & 255);
    for (int32_t batch = 0; batch < G::batches; ++batch) {
      ArmDspVector::widen(input + batch * G::inputs, columns, G::inputs);
      product.output = output + batch * G::outputs;
      if (G::round_once) {
        ArmDspVector::multiply_once(&product);
      } else {
        ArmDspVector::multiply(&product);
      }
    }
  }
#endif  // !BURIN_HOST
};

#ifdef BURIN_HOST
// Packing. The stream serves every run of the same spec.
struct FullyConnectedDualPacker {
  // Of instructions: once in a program, and for each geometry.
  static constexpr int32_t shared_code_bytes = 1350;
  static constexpr int32_t code_bytes = 90;

  // weights: [outputs][inputs]; biases: one an output, or none for zeros; one requantization an output.
  // Nothing if some output's numbers are outside what the kernel computes exactly.
  static std::optional<std::vector<uint32_t>> pack(const FullyConnectedSpec& spec,
                                                   std::span<const int8_t> weights,
                                                   std::span<const int32_t> biases,
                                                   std::span<const ChannelRequantization> requantizations,
                                                   bool round_once = false) {
    if (!FullyConnectedDual::accepts(spec)) return std::nullopt;
    const DualOutput output{spec.input_zero_point, spec.output_zero_point, spec.activation_min,
                            spec.activation_max};
    std::vector<DualChannel> channels = dual_channels(output, weights, biases, requantizations);
    if (channels.size() % 2 != 0) channels.emplace_back();
    std::vector<DualStep> steps;
    for (int64_t input = 0; input < spec.inputs; input += 4) {
      const auto existing = [&](int64_t i) { return i < spec.inputs ? i : -1; };
      steps.push_back({existing(input), existing(input + 2)});
      steps.push_back({existing(input + 1), existing(input + 3)});
    }
    std::vector<uint32_t> stream;
    const auto eights = static_cast<size_t>(spec.outputs) / 8 * 8;
    for (size_t first = 0; first < channels.size(); first += first < eights ? 8 : 2) {
      const auto group = std::span(channels).subspan(first, first < eights ? 8 : 2);
      for (size_t pair = 0; pair < group.size(); pair += 2)
        if (!choose_sign(group[pair], group[pair + 1]) || group[pair].negated) return std::nullopt;
      if (!append_dual_weights(group, steps, stream)) return std::nullopt;
      for (const DualChannel& channel : group)
        if (!can_be_exact(channel)) return std::nullopt;
      for (size_t pair = 0; pair < group.size(); pair += 2) {
        append_exact_multipliers(group.subspan(pair, 2), stream);
        for (const DualChannel& channel : group.subspan(pair, 2))
          stream.push_back(static_cast<uint32_t>(channel.bias));
      }
      append_exact_shifts(output, group, stream, round_once);
    }
    return stream;
  }

  // Modelled Cortex-M4 cycles of a whole layer.
  static int64_t estimate_cycles(const FullyConnectedSpec& spec) {
    const int64_t steps = FullyConnectedDual::steps(spec);
    const int64_t eight = 115 + steps / 2 * 37 + steps / 8 * 6;
    const int64_t pair = 45 + steps / 4 * 26;
    return spec.batches *
           (100 + 2 * spec.inputs + spec.outputs / 8 * eight + (spec.outputs % 8 + 1) / 2 * pair);
  }
};
#endif  // BURIN_HOST

}  // namespace burin_kernels
