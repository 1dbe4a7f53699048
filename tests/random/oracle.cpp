#include "random/oracle.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "ops/operator.hpp"

namespace burin::test {
namespace {

constexpr double incomparable = std::numeric_limits<double>::infinity();
constexpr double rounding_share = 0x1p-20;
constexpr double operand_share = 0x1p-21;
constexpr double underflow = std::numeric_limits<float>::min();
// A tolerance beyond this share of the largest element compares nothing.
constexpr double most_share = 0x1p-7;

bool is_real(const Value& value) {
  return value.type.dtype == DType::f32;
}

// Of the largest element that is finite.
double magnitude(const Value& value) {
  double largest = 0;
  for (const float x : value.as<float>())
    if (std::isfinite(x)) largest = std::max(largest, std::abs(static_cast<double>(x)));
  return largest;
}

// How far two numbers are apart: not at all where they are the same infinity, or both are no number.
double apart(float a, float b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return 0;
  const double difference = std::abs(static_cast<double>(a) - static_cast<double>(b));
  return std::isfinite(difference) ? difference : incomparable;
}

// The largest difference between elements; of integers 0 or infinity.
double distance(const Value& a, const Value& b) {
  if (!is_real(a)) return a.bytes == b.bytes ? 0 : incomparable;
  double largest = 0;
  const auto x = a.as<float>();
  const auto y = b.as<float>();
  for (size_t i = 0; i < x.size(); ++i) largest = std::max(largest, apart(x[i], y[i]));
  return largest;
}

class Oracle {
 public:
  Oracle(const Graph& graph, Rounding rounding)
      : graph_(graph), rounding_(rounding), values_(graph.tensors.size()), tolerances_(graph.tensors.size()) {
    for (size_t i = 0; i < graph.tensors.size(); ++i)
      if (graph.tensors[i].constant)
        values_[i] = Value::of(graph.tensors[i].type, graph.tensors[i].constant->bytes());
      else if (graph.tensors[i].variable)
        values_[i] = initial(graph.tensors[i]);
  }

  std::vector<Expected> run(const std::vector<Value>& inputs) {
    for (size_t i = 0; i < inputs.size(); ++i) values_[graph_.inputs[i].index] = inputs[i];
    for (const Node& node : graph_.nodes) visit(node);
    std::vector<Expected> results;
    for (const TensorId id : graph_.outputs) results.push_back({values_[id.index], tolerances_[id.index]});
    return results;
  }

 private:
  static Value initial(const Tensor& tensor) {
    Value value = Value::zeros(tensor.type);
    if (tensor.type.dtype != DType::f32 && tensor.quantization.per_tensor())
      for (int64_t i = 0; i < tensor.type.shape.elements(); ++i)
        value.set_integer(static_cast<size_t>(i), tensor.quantization.zero_point());
    return value;
  }

  // Results of a node: its outputs, then its variables.
  std::vector<TensorId> results_of(const Node& node) const {
    std::vector<TensorId> ids = node.outputs;
    if (operator_of(node).facts().changes_state)
      for (const TensorId id : node.inputs)
        if (id.valid() && graph_.at(id).variable) ids.push_back(id);
    return ids;
  }

  std::vector<Value> evaluate(const Node& node, std::vector<Value>& values) const {
    std::vector<Value> outputs = evaluate_node(graph_, node, rounding_, values);
    if (operator_of(node).facts().changes_state)
      for (const TensorId id : node.inputs)
        if (id.valid() && graph_.at(id).variable) outputs.push_back(values[id.index]);
    return outputs;
  }

  void visit(const Node& node) {
    const std::vector<TensorId> targets = results_of(node);
    double worst = 0;
    bool real = false;
    for (const TensorId id : node.inputs) {
      if (!id.valid()) continue;
      worst = std::max(worst, tolerances_[id.index]);
      real |= graph_.at(id).type.dtype == DType::f32;
    }
    for (const TensorId id : targets) real |= graph_.at(id).type.dtype == DType::f32;
    std::map<TensorId, Value> before;
    if (real)
      for (const TensorId id : node.inputs)
        if (id.valid()) before[id] = values_[id.index];

    const std::vector<Value> results = evaluate(node, values_);
    for (size_t i = 0; i < node.outputs.size(); ++i) values_[node.outputs[i].index] = results[i];
    std::vector<double> spread(targets.size());
    bool computed = false;
    for (const Value& result : results) computed |= is_real(result) && !is_moved(node, before, result);
    if (worst == incomparable)
      std::ranges::fill(spread, incomparable);
    else if (worst > 0 || computed)
      spread = measure(node, before, results, computed ? operand_share : 0);
    for (size_t i = 0; i < targets.size(); ++i) {
      double tolerance = spread[i];
      if (is_real(results[i]) && tolerance < incomparable) {
        const double largest = magnitude(results[i]);
        tolerance *= 2;
        if (computed) tolerance += rounding_share * largest + underflow;
        if (tolerance > most_share * largest && tolerance > 2 * underflow) tolerance = incomparable;
      }
      tolerances_[targets[i].index] = tolerance;
    }
  }

  // Others may compute these numbers, too, and by another way of rounding miss them: a logistic function that
  // underflows to 0.
  static bool puts_constants(const Node& node) {
    static const std::set<Op> operators = {Op::relu, Op::relu6, Op::relu_n1_to_1, Op::pad,
                                           Op::space_to_batch_nd};
    return node.activation != Activation::none || operators.contains(node.op);
  }

  // True where every element is one of the operands', or what a clamp or padding puts in its place.
  static bool is_moved(const Node& node, const std::map<TensorId, Value>& operands, const Value& result) {
    // By their bits: what is not a number has no order.
    std::set<uint32_t> known;
    const auto bits = [](float x) { return std::bit_cast<uint32_t>(x); };
    if (puts_constants(node))
      for (const float x : {0.0f, 6.0f, 1.0f, -1.0f}) known.insert(bits(x));
    for (const auto& [id, value] : operands)
      if (is_real(value))
        for (const float x : value.as<float>()) known.insert(bits(x));
    return std::ranges::all_of(result.as<float>(), [&](float x) { return known.contains(bits(x)); });
  }

  // How far the results go when the float32 operands go as far as they may, and by that share of themselves.
  std::vector<double> measure(const Node& node, const std::map<TensorId, Value>& before,
                              const std::vector<Value>& results, double share) const {
    std::vector<double> spread(results.size());
    std::vector<Value> values(values_.size());
    size_t elements = 0;
    for (const auto& [id, value] : before) elements += is_real(value) ? value.as<float>().size() : 0;
    // Signs by the digits of an element's number, so that any two elements go apart in some trial; then all
    // up, and all of the same trials the other way.
    const auto digits = static_cast<int>(std::bit_width(elements));
    for (int trial = 0; trial < 2 * (digits + 1); ++trial) {
      size_t number = 0;
      for (const auto& [id, value] : before) {
        values[id.index] = value;
        const double tolerance = tolerances_[id.index];
        if (!is_real(value) || (tolerance == 0 && share == 0)) continue;
        for (float& x : values[id.index].as<float>()) {
          const bool up = ((number++ >> (trial / 2)) + static_cast<size_t>(trial)) % 2 == 0;
          if (!std::isfinite(x)) continue;
          const double by = tolerance + share * std::abs(static_cast<double>(x));
          constexpr double end = std::numeric_limits<float>::max();
          x = static_cast<float>(std::clamp(static_cast<double>(x) + (up ? by : -by), -end, end));
        }
      }
      const std::vector<Value> moved = evaluate(node, values);
      for (size_t i = 0; i < results.size(); ++i)
        spread[i] = std::max(spread[i], distance(results[i], moved[i]));
    }
    return spread;
  }

  const Graph& graph_;
  Rounding rounding_;
  std::vector<Value> values_;
  std::vector<double> tolerances_;
};

}  // namespace

float special_number(Random& random) {
  using Limits = std::numeric_limits<float>;
  // Not the largest of all: sums of products with weights overflow by the order of their factors.
  constexpr float numbers[] = {Limits::infinity(),
                               -Limits::infinity(),
                               Limits::quiet_NaN(),
                               1e30f,
                               -1e30f,
                               Limits::min(),
                               Limits::denorm_min(),
                               -0.0f};
  return numbers[random.integer(0, 7)];
}

Value random_value(Random& random, const Tensor& tensor, Spread spread) {
  Value value = Value::zeros(tensor.type);
  if (tensor.type.dtype == DType::f32) {
    const double reach = spread == Spread::narrow ? 0.01 : spread == Spread::ends ? 100 : 1;
    const double lowest = random.chance(0.3) ? 0 : -reach;
    for (float& x : value.as<float>()) {
      x = static_cast<float>(random.real(lowest, reach));
      if (spread == Spread::special && random.chance(0.15)) x = special_number(random);
    }
    return value;
  }
  const IntegerRange range = integer_range(tensor.type.dtype);
  const int32_t zero = tensor.quantization.per_tensor() ? tensor.quantization.zero_point() : 0;
  for (size_t i = 0; i < static_cast<size_t>(tensor.type.shape.elements()); ++i) {
    const auto span = static_cast<uint64_t>(range.highest) - static_cast<uint64_t>(range.lowest) + 1;
    int64_t x = static_cast<int64_t>(static_cast<uint64_t>(range.lowest) +
                                     (span == 0 ? random.next() : random.next() % span));
    if (spread == Spread::narrow)
      x = std::clamp<int64_t>(zero + random.integer(-3, 3), range.lowest, range.highest);
    if ((spread == Spread::ends || spread == Spread::special) && random.chance(0.8))
      x = random.chance(0.5) ? range.lowest : range.highest;
    value.set_integer(i, x);
  }
  return value;
}

std::vector<Value> evaluate_node(const Graph& graph, const Node& node, Rounding rounding,
                                 std::vector<Value>& values) {
  std::vector<const Value*> inputs;
  std::vector<Value*> state;
  for (const TensorId id : node.inputs) {
    inputs.push_back(id.valid() ? &values[id.index] : nullptr);
    state.push_back(id.valid() && graph.at(id).variable ? &values[id.index] : nullptr);
  }
  std::vector<Value> outputs;
  for (const TensorId id : node.outputs) outputs.push_back(Value::zeros(graph.at(id).type));
  operator_of(node).evaluate(
      {.view = {graph, node}, .inputs = inputs, .outputs = outputs, .state = state, .rounding = rounding});
  return outputs;
}

std::vector<std::vector<Expected>> expected_outputs(const Graph& graph,
                                                    std::span<const std::vector<Value>> samples,
                                                    Rounding rounding) {
  Oracle oracle(graph, rounding);
  std::vector<std::vector<Expected>> results;
  for (const std::vector<Value>& sample : samples) results.push_back(oracle.run(sample));
  return results;
}

bool agrees(const Expected& expected, std::span<const std::byte> actual) {
  if (expected.tolerance == incomparable) return true;
  if (expected.tolerance == 0 && !is_real(expected.value))
    return std::ranges::equal(expected.value.bytes, actual);
  const Value value = Value::of(expected.value.type, actual);
  return distance(expected.value, value) <= expected.tolerance;
}

}  // namespace burin::test
