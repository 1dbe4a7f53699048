// Random windows for the samplers of convolutions and pools.
#pragma once

#include "ops/window.hpp"
#include "support/random.hpp"

namespace burin {

// A random window that fits: without padding, SAME, or any padding below the window's extent.
Windows sample_windows(Random& random, bool dilated);

}  // namespace burin
