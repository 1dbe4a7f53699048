#include "ops/shifted_terms.hpp"

#include <algorithm>

#include "ops/numerics.hpp"

namespace burin {
namespace {

constexpr int term_bits = 19;

}  // namespace

ShiftedTerms::ShiftedTerms(const NodeView& view)
    : input_zero_point_(view.input(0).quantization.zero_point()),
      output_zero_point_(view.output().quantization.zero_point()),
      factor_(fixed_point(2 * static_cast<double>(view.input(0).quantization.scale()) /
                          (static_cast<double>(1 << (term_bits + 1)) *
                           static_cast<double>(view.output().quantization.scale())))) {}

int32_t ShiftedTerms::term(int64_t element) const {
  return static_cast<int32_t>(element - input_zero_point_) * (1 << term_bits);
}

int64_t ShiftedTerms::result(int32_t sum, Rounding rounding) const {
  return std::clamp<int64_t>(int64_t{multiply_by_fixed_point(sum, factor_, rounding)} + output_zero_point_,
                             -128, 127);
}

}  // namespace burin
