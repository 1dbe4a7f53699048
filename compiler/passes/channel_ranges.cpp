#include "passes/channel_ranges.hpp"

#include <algorithm>

#include "eval/evaluator.hpp"
#include "ops/operator.hpp"
#include "ops/value.hpp"
#include "passes/lone_node.hpp"

namespace burin {
namespace {

using Ranges = std::vector<ValueRange>;

bool has_ranges(const Tensor& tensor) {
  return tensor.type.dtype == DType::s8 || tensor.type.dtype == DType::u8;
}

Ranges whole_range(const Tensor& tensor) {
  const IntegerRange type = integer_range(tensor.type.dtype);
  return Ranges(static_cast<size_t>(channel_count(tensor)),
                {static_cast<int32_t>(type.lowest), static_cast<int32_t>(type.highest)});
}

// The narrowest ranges that hold both the values and what `ranges` holds already.
void include(Ranges& ranges, const Value& value, bool first) {
  const auto elements = static_cast<size_t>(value.type.shape.elements());
  for (size_t i = 0; i < elements; ++i) {
    ValueRange& range = ranges[i % ranges.size()];
    const auto v = static_cast<int32_t>(value.integer(i));
    const bool fresh = first && i < ranges.size();
    range.lowest = fresh ? v : std::min(range.lowest, v);
    range.highest = fresh ? v : std::max(range.highest, v);
  }
}

class Analysis {
 public:
  Analysis(const Graph& graph, Rounding rounding)
      : graph_(graph), rounding_(rounding), ranges_(graph.tensors.size()) {}

  std::vector<Ranges> run() {
    for (size_t i = 0; i < graph_.tensors.size(); ++i) {
      const Tensor& tensor = graph_.tensors[i];
      if (!has_ranges(tensor)) continue;
      ranges_[i] = whole_range(tensor);
      if (tensor.is_constant() && tensor.type.shape.elements() > 0)
        include(ranges_[i], Value::of(tensor.type, tensor.constant->bytes()), true);
    }
    for (const Node& node : graph_.nodes) visit(node);
    return std::move(ranges_);
  }

 private:
  // One operand's channels at the low or the high end of their ranges, in every element of `shape`.
  std::vector<int32_t> filled(TensorId id, int64_t elements, bool high) const {
    const Ranges& ranges = ranges_[id.index];
    std::vector<int32_t> values;
    for (int64_t i = 0; i < elements; ++i) {
      const ValueRange& range = ranges[static_cast<size_t>(i) % ranges.size()];
      values.push_back(high ? range.highest : range.lowest);
    }
    return values;
  }

  void visit(const Node& node) {
    for (const TensorId id : node.inputs)
      if (id.valid() && (graph_.at(id).type.shape.elements() == 0 || !has_ranges(graph_.at(id))) &&
          !weighted_layer({graph_, node}))
        return;
    if (node.outputs.size() != 1 || !has_ranges(graph_.at(node.outputs[0])) ||
        graph_.at(node.outputs[0]).type.shape.elements() == 0)
      return;
    Ranges& output = ranges_[node.outputs[0].index];
    const OperatorTraits traits = operator_of(node).traits();
    if (const auto layer = weighted_layer({graph_, node})) {
      output = output_ranges({graph_, node}, *layer, ranges_[node.inputs[0].index], rounding_);
    } else if (const auto table = value_table(graph_, node, rounding_)) {
      output = through(*table, ranges_[node.inputs[table->operand].index]);
    } else if (traits.monotone_in_each && node.inputs.size() == 2) {
      visit_two_operands(node, output);
    } else if (traits.monotone && may_evaluate(node)) {
      for (const bool high : {false, true}) {
        LoneNode lone(graph_, node);
        for (size_t i = 0; i < lone.inputs(); ++i) {
          if (!lone.has_input(i)) continue;
          const Shape shape = lone.input(i).type.shape;
          lone.set_input(i, shape, filled(node.inputs[i], shape.elements(), high));
        }
        include(output, lone.evaluate(rounding_), !high);
      }
    }
  }

  // Evaluates whole tensors, so that it has an end: beyond it the ranges stay whole.
  bool may_evaluate(const Node& node) {
    const int64_t steps = evaluation_steps({graph_, node});
    if (steps > steps_left_) return false;
    steps_left_ -= steps;
    return true;
  }

  static Ranges through(const ValueTable& table, const Ranges& input) {
    Ranges result;
    for (const ValueRange& range : input) {
      ValueRange mapped{table(range.lowest), table(range.lowest)};
      for (int32_t v = range.lowest; v <= range.highest; ++v) {
        mapped.lowest = std::min(mapped.lowest, table(v));
        mapped.highest = std::max(mapped.highest, table(v));
      }
      result.push_back(mapped);
    }
    return result;
  }

  // One element a channel, at the four corners of the operands' ranges.
  void visit_two_operands(const Node& node, Ranges& output) const {
    const auto channels = static_cast<int64_t>(output.size());
    for (const int corner : {0, 1, 2, 3}) {
      LoneNode lone(graph_, node);
      for (size_t i = 0; i < 2; ++i) {
        const int64_t own = channel_count(lone.input(i));
        lone.set_input(i, {static_cast<int32_t>(own)}, filled(node.inputs[i], own, (corner >> i & 1) != 0));
      }
      lone.output().type.shape = {static_cast<int32_t>(channels)};
      include(output, lone.evaluate(rounding_), corner == 0);
    }
  }

  const Graph& graph_;
  const Rounding rounding_;
  std::vector<Ranges> ranges_;
  int64_t steps_left_ = int64_t{1} << 26;
};

}  // namespace

std::vector<std::vector<ValueRange>> channel_ranges(const Graph& graph, Rounding rounding) {
  return Analysis(graph, rounding).run();
}

}  // namespace burin
