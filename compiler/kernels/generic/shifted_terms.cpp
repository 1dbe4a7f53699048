#include "kernels/generic/shifted_terms.hpp"

#include "kernels/geometry.hpp"

namespace burin {

void append_shifted_terms(const ShiftedTerms& terms, Rounding rounding, KernelCall& call) {
  call.geometry.append(ZeroPointsGeometry{.input_zero_point = terms.input_zero_point(),
                                          .output_zero_point = terms.output_zero_point()});
  call.geometry.append(
      FactorGeometry{.multiplier = terms.factor().multiplier, .shift = terms.factor().shift});
  call.geometry.append(RoundingGeometry(rounding));
}

}  // namespace burin
