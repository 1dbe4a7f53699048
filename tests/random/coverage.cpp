#include "random/coverage.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/kernel.hpp"
#include "ops/operator.hpp"
#include "samplers/samplers.hpp"

namespace burin::test {

std::string operator_and_type(const Graph& graph, const Node& node) {
  const TensorId id = node.outputs.empty() ? node.inputs.front() : node.outputs.front();
  return fmt::format("{} {}", name_of(node.op), name_of(graph.at(id).type.dtype));
}

void Coverage::count(const Graph& graph) {
  for (const Node& node : graph.nodes) ++operators[operator_and_type(graph, node)];
}

void Coverage::count(const std::string& target, const Program& program) {
  for (const Step& step : program.steps) ++kernels[target + " " + step.call.kernel];
}

void Coverage::add(const Coverage& other) {
  for (const auto& [name, count] : other.operators) operators[name] += count;
  for (const auto& [name, count] : other.kernels) kernels[name] += count;
  for (const auto& [name, count] : other.refusals) refusals[name] += count;
}

const std::map<std::string, Op>& sampled_operators() {
  static const std::map<std::string, Op> names = [] {
    std::map<std::string, Op> found;
    for (const Operator* definition : all_operators())
      for (uint64_t seed = 0; seed < 60; ++seed) {
        Random random(seed * 1000003 + static_cast<uint64_t>(definition->facts().op));
        const Graph graph = sample_graph(definition->facts().op, random);
        found.emplace(operator_and_type(graph, graph.nodes.front()), definition->facts().op);
      }
    return found;
  }();
  return names;
}

std::set<std::string> missing_operators(const Coverage& coverage) {
  std::set<std::string> missing;
  for (const auto& [name, op] : sampled_operators())
    if (!coverage.operators.contains(name)) missing.insert(name);
  return missing;
}

std::string coverage_table(const Coverage& coverage) {
  constexpr DType dtypes[] = {DType::s8,  DType::u8,  DType::s16,    DType::s32,
                              DType::s64, DType::f32, DType::boolean};
  std::string text = fmt::format("{:<30}", "nodes");
  for (const DType dtype : dtypes) text += fmt::format("{:>8}", name_of(dtype));
  text += "\n";
  for (const Operator* definition : all_operators()) {
    const std::string_view op = name_of(definition->facts().op);
    text += fmt::format("{:<30}", op);
    for (const DType dtype : dtypes) {
      const auto found = coverage.operators.find(fmt::format("{} {}", op, name_of(dtype)));
      text += fmt::format("{:>8}", found == coverage.operators.end() ? "" : std::to_string(found->second));
    }
    text += "\n";
  }
  std::map<std::string, std::map<std::string, int64_t>> by_kernel;
  std::set<std::string> targets;
  for (const auto& [name, count] : coverage.kernels) {
    const size_t space = name.find(' ');
    by_kernel[name.substr(space + 1)][name.substr(0, space)] = count;
    targets.insert(name.substr(0, space));
  }
  text += fmt::format("\n{:<34}", "calls");
  for (const std::string& target : targets) text += fmt::format("{:>15}", target);
  text += "\n";
  for (const auto& [kernel, counts] : by_kernel) {
    text += fmt::format("{:<34}", kernel);
    for (const std::string& target : targets)
      text += fmt::format("{:>15}", counts.contains(target) ? std::to_string(counts.at(target)) : "");
    text += "\n";
  }
  std::set<std::string_view> unused;
  for (const Kernel* kernel : all_kernels())
    if (!by_kernel.contains(std::string(kernel->facts().name))) unused.insert(kernel->facts().name);
  if (!unused.empty()) text += fmt::format("kernels that no graph used: {}\n", fmt::join(unused, ", "));
  for (const auto& [sentence, count] : coverage.refusals)
    text += fmt::format("refused, {} times: {}\n", count, sentence);
  return text;
}

}  // namespace burin::test
