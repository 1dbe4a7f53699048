// The primitive layer of cores with the DSP extension: Cortex-M4, M7, M33 and their kin.
#pragma once

#include <stdint.h>

#include "isa/generic.hpp"

// BURIN_NAKED: a function whose body is one block of assembly. The compiler must neither look into it nor
// copy it: it would find no instructions there, and conclude that no register is touched. BURIN_SHARED: a
// function that all layers of a kernel have in common. Made once, not once for each layer's numbers.
#if defined(__clang__)
#define BURIN_NAKED __attribute__((naked, noinline))
#define BURIN_SHARED __attribute__((noinline))
#else
#define BURIN_NAKED __attribute__((naked, noipa))
#define BURIN_SHARED __attribute__((noinline, noclone))
#endif

namespace burin_kernels {

struct ArmDsp : Generic {};

}  // namespace burin_kernels
