// Many small graphs as one, side by side, so that one build tests them all.
#pragma once

#include <vector>

#include "ir/graph.hpp"

namespace burin::test {

Graph combine(const std::vector<Graph>& graphs);

}  // namespace burin::test
