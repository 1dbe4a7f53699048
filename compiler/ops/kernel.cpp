#include "ops/kernel.hpp"

namespace burin {

#define BURIN_KERNEL(name) const Kernel& name##_kernel();
#include "ops/kernels.def"
#undef BURIN_KERNEL

std::vector<const Kernel*> all_kernels() {
  return {
#define BURIN_KERNEL(name) &name##_kernel(),
#include "ops/kernels.def"
#undef BURIN_KERNEL
  };
}

PrimitiveLayer primitive_layer(KernelSet set) {
  switch (set) {
    case KernelSet::generic:
      return {"Generic", "isa/generic.hpp"};
    case KernelSet::arm_dsp:
      return {"ArmDsp", "isa/arm_dsp.hpp"};
  }
  internal_error("a kernel set without a primitive layer", __FILE__, __LINE__);
}

}  // namespace burin
