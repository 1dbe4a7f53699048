// Host side of kernels: sum.
#pragma once

#include "kernels/kernel.hpp"
#include "ops/elementwise/sum.hpp"

namespace burin {

// AddQuantized or SubtractQuantized.
class SumQuantizedKernel final : public SharedKernel {
 public:
  SumQuantizedKernel(std::string_view name, Op op, int32_t sign, std::string_view summary)
      : SharedKernel({name, op, KernelSet::generic, "generic/add_quantized.hpp", summary}), sign_(sign) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  int32_t sign_;
};

// AddS8Linear: the same idea in portable arithmetic, and with broadcasting.
class SumLinearKernel final : public SharedKernel {
 public:
  SumLinearKernel(Op op, int32_t sign)
      : SharedKernel(
            {"AddS8Linear", op, KernelSet::generic, "generic/add_s8_linear.hpp",
             "Two products an element, in a form that was proved equal to the definition for every pair of "
             "bytes."}),
        sign_(sign) {}
  std::variant<KernelCall, Refusal> lower(const NodeView& view,
                                          const LoweringContext& context) const override;

 private:
  int32_t sign_;
};

}  // namespace burin

namespace burin::sum {

// The values of an int8 function for every pair of bytes.
inline std::vector<int8_t> values_of_pairs(const QuantizedSum& sum) {
  std::vector<int8_t> values;
  for (int32_t left = -128; left < 128; ++left)
    for (int32_t right = -128; right < 128; ++right) values.push_back(static_cast<int8_t>(sum(left, right)));
  return values;
}

}  // namespace burin::sum
