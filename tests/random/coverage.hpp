// What random graphs were made of, so that "over all operators" is a table and not a claim.
#pragma once

#include <map>
#include <set>
#include <string>

#include "ir/graph.hpp"
#include "program/program.hpp"

namespace burin::test {

// "add s8", by the first output, or the first operand where there is none.
std::string operator_and_type(const Graph& graph, const Node& node);

struct Coverage {
  std::map<std::string, int64_t> operators;  // "add s8": how many nodes
  std::map<std::string, int64_t> kernels;    // "cortex-m4 AddS8": how many calls
  std::map<std::string, int64_t> refusals;   // sentence: how many graphs

  void count(const Graph& graph);
  void count(const std::string& target, const Program& program);
  void add(const Coverage& other);
};

// The operators with types that their own samplers reach, by operator_and_type: each must be among random
// graphs.
const std::map<std::string, Op>& sampled_operators();

// A table of operators against types, with those that are missing named below; then kernels.
std::string coverage_table(const Coverage& coverage);

// Operators with types that are missing.
std::set<std::string> missing_operators(const Coverage& coverage);

}  // namespace burin::test
