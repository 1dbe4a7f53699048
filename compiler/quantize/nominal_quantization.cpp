#include "quantize/nominal_quantization.hpp"

#include "quantize/assignment.hpp"
#include "quantize/integer_graph.hpp"
#include "quantize/network_fit.hpp"
#include "quantize/preparation.hpp"

namespace burin {

Graph nominal_quantization(const Graph& given, const std::vector<size_t>& wide) {
  const Graph graph = prepare_for_quantization(given);
  std::vector<Precision> wanted(graph.nodes.size(), Precision::s8);
  for (const size_t node : wide) wanted.at(node) = Precision::s16;
  for (;;) {
    const AssignedGraph assigned = assign(graph, wanted, Precision::s8);
    const Assignment& assignment = assigned.assignment;
    std::vector<Quantization> classes;
    for (const QuantizationClass& each : assignment.classes)
      classes.push_back(each.fixed.value_or(Quantization{.scales = {0.05f}, .zero_points = {0}}));
    IntegerGraph result =
        integer_graph(assigned.graph, assignment, classes,
                      round_network(assigned.graph, assignment, classes, {}), InterfaceType::s8);
    if (result.refused.empty()) return std::move(result.graph);
    for (const RefusedNode& refused : result.refused) wanted[refused.node] = Precision::f32;
  }
}

}  // namespace burin
