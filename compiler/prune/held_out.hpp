// Which samples decide, and which are held out to judge.
#pragma once

#include "quantize/batch.hpp"

namespace burin {

// Of each `period` samples the last one, or all but that.
SampleValues selection(const SampleValues& samples, size_t period, bool last);

}  // namespace burin
