#include "quantize/nominal_quantization.hpp"

#include "quantize/assignment.hpp"
#include "quantize/integer_graph.hpp"
#include "quantize/network_fit.hpp"
#include "quantize/preparation.hpp"

namespace burin {

Graph nominal_quantization(const Graph& given) {
  const Graph graph = prepare_for_quantization(given);
  std::vector<bool> keep_float(graph.nodes.size());
  for (;;) {
    const Assignment assignment = assign(graph, keep_float);
    std::vector<Quantization> classes;
    for (const QuantizationClass& each : assignment.classes)
      classes.push_back(each.fixed.value_or(Quantization{.scales = {0.05f}, .zero_points = {0}}));
    IntegerGraph result = integer_graph(graph, assignment, classes,
                                        round_network(graph, assignment, classes, {}), InterfaceType::s8);
    if (result.refused.empty()) return std::move(result.graph);
    for (const RefusedNode& refused : result.refused) keep_float[refused.node] = true;
  }
}

}  // namespace burin
