// Host side of kernels: weighted.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/weighted/weighted.hpp"

namespace burin {

// See generic/requantization_s16.hpp.
struct RequantizationOfS16Geometry {
  int32_t requantization;
  int32_t activation_min;
  int32_t activation_max;

  template <class Visit>
  void fields(Visit visit) const {
    visit("requantization", requantization);
    visit("activation_min", activation_min);
    visit("activation_max", activation_max);
  }
};

struct RequantizationOfS16 {
  RequantizationOfS16Geometry geometry;
  KernelConstant numbers;
};

RequantizationOfS16 requantization_of_s16(const NodeView& view,
                                          const std::vector<FixedPointMultiplier>& factors,
                                          Rounding rounding);

// All int8, and the weights' zero points 0: what most kernels compute.
bool has_symmetric_s8_weights(const NodeView& view);

inline constexpr const char* symmetric_s8_only = "it computes int8 with symmetric weights";

// 8-bit weights as rows: row c holds the weights of output channel c, in the order of the operator's own
// layout. Those of uint8, and their zero point, are 128 less.
struct WeightRows {
  std::vector<int8_t> values;  // channels * length
  int64_t channels = 0;
  int64_t length = 0;
  int32_t zero_point = 0;

  static WeightRows of(const Tensor& weights, int64_t channels);

  std::span<const int8_t> row(int64_t channel) const {
    return std::span<const int8_t>(values).subspan(static_cast<size_t>(channel * length),
                                                   static_cast<size_t>(length));
  }
};

// bias[c] - input_zero_point * sum of row c; `bias` may be empty. Nothing where a sum of products could leave
// int32, for any input: then no int32 kernel can run it.
std::optional<std::vector<int32_t>> folded_biases(const WeightRows& weights, std::span<const int32_t> bias,
                                                  int32_t input_zero_point);

// Whether quantized kernels have the weights of four inputs together (generic/four_products.hpp). Not for
// Armv6-M, whose loads of signed bytes take a register for each distance.
bool has_weights_in_fours(const LoweringContext& context);

// The bias of every output channel, or nothing where there is none.
std::span<const int32_t> biases_of(const NodeView& view);

// The constants that kernels over the primitive layer take for requantization: multipliers (s32) and shifts
// (s8).
std::vector<KernelConstant> requantization_constants(const std::vector<FixedPointMultiplier>& multipliers);

// Of weights in blocks of up to four outputs of a group, `length` of them an output: as FourProductsPacker
// and ConvolutionBlocksPacker leave them.
std::vector<ConstantRecord> records_of_blocks(int64_t outputs, int64_t length, int64_t groups);
// Of as many numbers an output as there are.
std::vector<ConstantRecord> records_of_numbers(std::span<const int32_t> numbers, int64_t outputs);

}  // namespace burin
