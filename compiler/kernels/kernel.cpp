#include "kernels/kernel.hpp"

namespace burin {

#define BURIN_KERNEL(name) const Kernel& name##_kernel();
#include "kernels/kernels.def"
#undef BURIN_KERNEL

std::vector<const Kernel*> all_kernels() {
  return {
#define BURIN_KERNEL(name) &name##_kernel(),
#include "kernels/kernels.def"
#undef BURIN_KERNEL
  };
}

PrimitiveLayer primitive_layer(KernelSet set) {
  PrimitiveLayer layer{"", std::string(name_of(set))};
  bool begins = true;
  for (const char c : layer.folder) {
    if (c != '_') layer.type += begins ? static_cast<char>(c - 'a' + 'A') : c;
    begins = c == '_';
  }
  return layer;
}

}  // namespace burin
