#include "kernels/generic/shifted_terms.hpp"

namespace burin {

void append_shifted_terms(const ShiftedTerms& terms, Rounding rounding, KernelCall& call) {
  call.geometry.insert(call.geometry.end(), {{"input_zero_point", terms.input_zero_point()},
                                             {"output_zero_point", terms.output_zero_point()},
                                             {"multiplier", terms.factor().multiplier},
                                             {"shift", terms.factor().shift},
                                             {"round_once", rounding == Rounding::litert ? 1 : 0}});
}

}  // namespace burin
