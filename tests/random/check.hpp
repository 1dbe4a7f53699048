// What is asked of a graph: that its text says all of it, that the passes keep its outputs, and that the code
// generated for every target computes them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kernels/kernel.hpp"
#include "random/batch.hpp"
#include "random/oracle.hpp"

namespace burin::test {

struct Failure {
  // "text", "passes", "lowering", "code", "build", "run": failures of one stage and way are alike.
  std::string stage;
  std::string way;      // where code was executed
  std::string message;  // for a person
};

struct CheckOptions {
  Rounding rounding = Rounding::tflm;
  Objective objective = Objective::speed;
  uint64_t seed = 1;  // of the inputs
  int32_t samples = 4;
};
// The options that a seed's graph is checked with: everything but the rounding, which a batch has in common.
CheckOptions options_of(uint64_t seed, Rounding rounding);

// A graph with all that does not depend on the target.
struct Case {
  Graph graph;
  CheckOptions options;
  Graph optimized;
  std::vector<std::vector<Value>> inputs;       // by sample and input
  std::vector<std::vector<Expected>> expected;  // by sample and output
  std::optional<Failure> failure;
  std::string refusal;  // where the graph may not be compiled: a sentence
};

// Text, passes, evaluation. Outputs that turn out to be constant leave the graph.
Case prepare_case(Graph graph, const CheckOptions& options);

// What was seen of a graph for one target: the kernels, for counting.
struct Lowered {
  std::optional<Program> program;
  std::optional<Failure> failure;
  std::string refusal;
};
Lowered lower_case(const Case& one, const std::string& target);

// Executes what is lowered of the cases, and reports by case. Where a batch does not build or run at all,
// halves of it are tried, down to the graph that is to blame.
struct BatchMember {
  const Case* one;
  Program program;
};
std::vector<std::optional<Failure>> execute_cases(BatchRunner& runner, const Way& way,
                                                  const std::vector<BatchMember>& members);

// All of it for one graph; stops at the first failure.
std::optional<Failure> check_graph(BatchRunner& runner, const Graph& graph, const CheckOptions& options,
                                   const std::vector<const Way*>& ways);

}  // namespace burin::test
