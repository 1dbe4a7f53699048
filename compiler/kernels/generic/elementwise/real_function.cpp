#include "kernels/generic/elementwise/real_function.hpp"

#include "kernels/generic/elementwise/unary.hpp"

namespace burin {

UnaryF32Kernel function_f32_kernel(std::string_view name, Op op, std::string_view summary, const Work& each,
                                   int32_t code_bytes) {
  return {{name, op, KernelSet::generic, "generic/functions_f32.hpp", summary},
          [](const NodeView&) { return std::vector<float>(); },
          each,
          code_bytes};
}

}  // namespace burin
