// Which nodes compute in integers, and which tensors share one quantisation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/graph.hpp"

namespace burin {

// Tensors that have to have one quantisation.
struct QuantizationClass {
  std::vector<TensorId> tensors{};
  std::optional<Quantization> fixed{};  // by the format
};

struct Assignment {
  std::vector<bool> integer{};        // by node
  std::vector<std::string> reason{};  // by node: why it stays float, where it has floats; else empty
  std::vector<QuantizationClass> classes{};
  std::vector<size_t> class_of{};  // by tensor; no_class where it stays float

  static constexpr size_t no_class = SIZE_MAX;
};

// `keep_float`: by node. Outputs of the graph get a class even where a float node makes them.
Assignment assign(const Graph& graph, const std::vector<bool>& keep_float);

}  // namespace burin
