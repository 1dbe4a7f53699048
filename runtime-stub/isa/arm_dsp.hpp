// The primitive layer of cores with the DSP extension: Cortex-M4, M7, M33 and their kin.
#pragma once

#include <stdint.h>

#include "isa/generic.hpp"

// A function whose body is one block of assembly. The compiler must neither look into it nor copy it: it
// would find no instructions there, and conclude that no register is touched.
#if defined(__clang__)
#define BURIN_NAKED __attribute__((naked, noinline))
#else
#define BURIN_NAKED __attribute__((naked, noipa))
#endif

namespace burin_kernels {

struct ArmDsp : Generic {};

}  // namespace burin_kernels
