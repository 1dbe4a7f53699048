// Makes a graph that fails smaller, as long as it fails: fewer outputs, nodes, elements; plainer constants,
// attributes and quantizations.
#pragma once

#include <functional>

#include "ir/graph.hpp"

namespace burin::test {

// `fails` is asked at most `most_questions` times, and for a minute.
Graph shrink(Graph graph, const std::function<bool(const Graph&)>& fails, int most_questions = 400);

}  // namespace burin::test
