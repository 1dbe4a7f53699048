#include "ir/verify.hpp"

#include <fmt/format.h>

#include <cmath>

#include "support/diagnostic.hpp"

namespace burin {
namespace {

class Verifier {
 public:
  explicit Verifier(const Graph& graph) : graph_(graph), written_(graph.tensors.size()) {}

  std::vector<std::string> run() {
    for (const TensorId id : graph_.inputs) {
      if (!exists(id, "a graph input")) return broken_;
      if (graph_.at(id).is_constant() || graph_.at(id).variable)
        fail(id, "is an input and a constant or variable at once");
      written_[id.index] = true;
    }
    for (size_t i = 0; i < graph_.tensors.size(); ++i) tensor(TensorId(i));
    if (!broken_.empty()) return broken_;
    for (const Node& node : graph_.nodes) visit(node);
    for (const TensorId id : graph_.outputs)
      if (exists(id, "a graph output") && !written_[id.index]) fail(id, "is an output that nothing writes");
    return broken_;
  }

 private:
  bool exists(TensorId id, const char* what) {
    if (id.index < graph_.tensors.size()) return true;
    broken_.push_back(fmt::format("{} names tensor {} of {}", what, id.index, graph_.tensors.size()));
    return false;
  }
  void fail(TensorId id, const std::string& what) {
    broken_.push_back(fmt::format("tensor {} \"{}\" {}", id.index, printable(graph_.at(id).name, 80), what));
  }

  void tensor(TensorId id) {
    const Tensor& tensor = graph_.at(id);
    if (!tensor.type.shape.sane()) return fail(id, "has a shape that is out of bounds");
    if (tensor.constant) {
      if (static_cast<int64_t>(tensor.constant->bytes().size()) != tensor.type.bytes())
        fail(id, fmt::format("is {} but holds {} bytes", to_string(tensor.type),
                             tensor.constant->bytes().size()));
    }
    if (tensor.constant || tensor.variable) written_[id.index] = true;
    const Quantization& q = tensor.quantization;
    if (q.scales.size() != q.zero_points.size()) return fail(id, "has not as many zero points as scales");
    if (!q.present()) return;
    if (q.scales.size() > 1 && (q.axis < 0 || static_cast<size_t>(q.axis) >= tensor.type.shape.rank() ||
                                static_cast<size_t>(tensor.type.shape[q.axis]) != q.scales.size()))
      fail(id,
           fmt::format("has {} scales along axis {} of {}", q.scales.size(), q.axis, to_string(tensor.type)));
    for (size_t i = 0; i < q.scales.size(); ++i) {
      // A slice of nothing but zeros may have no scale.
      const bool usable = q.scales[i] > 0 || (q.scales[i] == 0 && q.scales.size() > 1);
      if (!std::isfinite(q.scales[i]) || !usable)
        return fail(id, "has a scale that is not positive and finite");
      if (tensor.type.dtype == DType::f32) continue;
      const IntegerRange range = integer_range(tensor.type.dtype);
      if (q.zero_points[i] < range.lowest || q.zero_points[i] > range.highest)
        return fail(id, "has a zero point outside of its element type");
    }
  }

  void visit(const Node& node) {
    const std::string place = describe_place(node);
    for (const TensorId id : node.inputs) {
      if (!id.valid() || !exists(id, place.c_str())) continue;
      if (!written_[id.index]) fail(id, "is read by " + place + " before anything writes it");
    }
    for (const TensorId id : node.outputs) {
      if (!exists(id, place.c_str())) continue;
      if (written_[id.index]) fail(id, "is written by " + place + " though it already has a value");
      written_[id.index] = true;
    }
  }

  const Graph& graph_;
  std::vector<bool> written_;
  std::vector<std::string> broken_;
};

}  // namespace

std::vector<std::string> broken_rules(const Graph& graph) {
  return Verifier(graph).run();
}

}  // namespace burin
