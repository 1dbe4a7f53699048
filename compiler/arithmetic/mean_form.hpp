// Functions of a sum of int8 values as one multiplication and one shift, proved for every sum.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace burin {

// output = SSAT8((offset + floor((s + (s < 0 ? adjustment : 0)) * factor / 2^16)) >> 14), where SSAT8 clamps
// to int8. The adjustment is 0, or -1 for functions that round halves away from zero. A kernel reads the
// three as words in this order.
struct MeanForm {
  int32_t factor;
  int32_t offset;
  int32_t adjustment;
};

// A sum of so many int8 values fits 16 bits.
inline constexpr int32_t most_taps_of_mean_form = 256;

// A form that gives output(sum), an int8, for each sum of `taps` int8 values; nothing if there is none
// nearby. `slope` is about how much the output grows with the sum.
std::optional<MeanForm> find_mean_form(int32_t taps, double slope,
                                       const std::function<int32_t(int32_t)>& output);

// The form for the quotient of a sum by `taps`, rounded to the nearest, halves away from zero.
std::optional<MeanForm> find_average_form(int32_t taps);

// The words of the forms one after another, as kernels read them.
std::vector<uint32_t> words_of(const std::vector<MeanForm>& forms);

}  // namespace burin
