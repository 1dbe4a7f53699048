#include "ops/elementwise/real_function.hpp"

#include <cmath>

namespace burin {
namespace {

constexpr Constraint constraint_list[] = {
    {"input and output are float32",
     [](const NodeView& v) {
       return has_dtype(v.input(0), DType::f32) && has_dtype(v.output(), DType::f32);
     }},
};

}  // namespace

std::span<const Constraint> RealFunctionOperator::constraints() const {
  return constraint_list;
}

UnaryOperator::IntegerFunction RealFunctionOperator::integer_function(const NodeView&, Rounding) const {
  internal_error("a function of real numbers asked for integers", __FILE__, __LINE__);
}

UnaryF32Kernel function_f32_kernel(std::string_view name, Op op, std::string_view summary, const Work& each,
                                   int32_t code_bytes) {
  return {{name, op, KernelSet::generic, "kernels/functions_f32.hpp", summary},
          [](const NodeView&) { return std::vector<float>(); },
          each,
          code_bytes};
}

}  // namespace burin
