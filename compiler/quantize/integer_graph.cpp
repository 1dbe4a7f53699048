#include "quantize/integer_graph.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "ir/edit.hpp"
#include "ir/verify.hpp"
#include "ops/operator.hpp"
#include "quantize/operator_rules.hpp"

namespace burin {
namespace {

class Builder {
 public:
  Builder(const Graph& graph, const Assignment& assignment, const std::vector<Quantization>& classes,
          const std::map<size_t, LayerWeights>& layers, InterfaceType interface)
      : from_(graph),
        assignment_(assignment),
        classes_(classes),
        layers_(layers),
        interface_(interface),
        real_(graph.tensors.size()),
        integer_(graph.tensors.size()) {}

  IntegerGraph build() {
    to_.name = from_.name;
    for (const TensorId id : from_.inputs) to_.inputs.push_back(make_input(id));
    for (size_t i = 0; i < from_.nodes.size(); ++i) {
      current_ = i;
      copy_node(i);
    }
    for (const TensorId id : from_.outputs) to_.outputs.push_back(make_output(id));
    name_outputs();
    const std::vector<std::string> broken = broken_rules(to_);
    BURIN_CHECK(broken.empty(), "quantization broke the graph: " + broken.front());
    std::vector<RefusedNode> refused;
    for (size_t i = 0; i < to_.nodes.size(); ++i) {
      const Diagnostics findings = check_operator({to_, to_.nodes[i]});
      if (findings.empty()) continue;
      BURIN_CHECK(made_for_[i].has_value(),
                  "quantization broke " + findings.front().place + ": " + findings.front().message);
      const size_t origin = assignment_.origin[*made_for_[i]];
      BURIN_CHECK(origin != SIZE_MAX, "a conversion is refused: " + findings.front().message);
      if (refused.empty() || refused.back().node != origin)
        refused.push_back({origin, findings.front().message});
    }
    return {std::move(to_), std::move(refused)};
  }

 private:
  bool has_class(TensorId id) const { return assignment_.class_of[id.index] != Assignment::no_class; }
  const Quantization& quantization(TensorId id) const { return classes_[assignment_.class_of[id.index]]; }

  DType dtype(TensorId id) const {
    return activation_type(assignment_.classes[assignment_.class_of[id.index]].precision);
  }

  Tensor with_type(TensorId id, DType dtype, Quantization quantization, const char* suffix) const {
    Tensor tensor = from_.at(id);
    tensor.type.dtype = dtype;
    tensor.quantization = std::move(quantization);
    if (!tensor.name.empty()) tensor.name += suffix;
    return tensor;
  }

  void add_node(Op op, TensorId input, TensorId output, const Node* beside = nullptr) {
    to_.nodes.push_back({.op = op,
                         .inputs = {input},
                         .outputs = {output},
                         .attributes = Attributes::of(NoAttributes{}),
                         .name = to_.at(output).name,
                         .source_index = beside ? beside->source_index : -1});
    made_for_.push_back(current_);
  }

  static Quantization unsigned_twin(Quantization quantization) {
    for (int32_t& zero_point : quantization.zero_points) zero_point += 128;
    return quantization;
  }

  TensorId make_input(TensorId id) {
    if (from_.at(id).type.dtype != DType::f32 || !has_class(id) || interface_ == InterfaceType::f32)
      return real_[id.index] = add_tensor(to_, from_.at(id));
    if (interface_ != InterfaceType::u8)
      return integer_[id.index] = add_tensor(to_, with_type(id, dtype(id), quantization(id), ""));
    const TensorId input = add_tensor(to_, with_type(id, DType::u8, unsigned_twin(quantization(id)), ""));
    integer_[id.index] = add_tensor(to_, with_type(id, DType::s8, quantization(id), "_int8"));
    add_node(Op::quantize, input, integer_[id.index]);
    return input;
  }

  TensorId make_output(TensorId id) {
    if (from_.at(id).type.dtype != DType::f32 || !has_class(id) || interface_ == InterfaceType::f32)
      return real(id);
    if (interface_ != InterfaceType::u8) return integer(id);
    const TensorId output = add_tensor(to_, with_type(id, DType::u8, unsigned_twin(quantization(id)), ""));
    add_node(Op::quantize, integer(id), output);
    return output;
  }

  // The float twin of a tensor, or the tensor itself where there are no two.
  TensorId real(TensorId id) {
    TensorId& made = real_[id.index];
    if (made.valid()) return made;
    if (integer_[id.index].valid()) {
      made = add_tensor(to_, with_type(id, DType::f32, {}, "_float"));
      add_node(Op::dequantize, integer_[id.index], made);
    } else {
      made = add_tensor(to_, from_.at(id));  // a constant or a variable
    }
    return made;
  }

  TensorId integer(TensorId id) {
    TensorId& made = integer_[id.index];
    if (made.valid()) return made;
    const TensorId source = real_[id.index];
    BURIN_CHECK(source.valid(), "a tensor that is read before it is made");
    made = add_tensor(to_, with_type(id, dtype(id), quantization(id), suffix(id)));
    add_node(Op::quantize, source, made);
    return made;
  }

  const char* suffix(TensorId id) const { return dtype(id) == DType::s16 ? "_int16" : "_int8"; }

  template <class T>
  static Constant rounded(std::span<const float> values, const Quantization& quantization) {
    std::vector<T> integers;
    for (const float x : values)
      integers.push_back(static_cast<T>(
          std::clamp(std::round(x / quantization.scale()) + static_cast<float>(quantization.zero_point()),
                     static_cast<float>(std::numeric_limits<T>::min()),
                     static_cast<float>(std::numeric_limits<T>::max()))));
    return Constant::of(integers);
  }

  // An operand that is constant, in an operator without weights.
  TensorId constant_operand(TensorId id, size_t i) {
    const Node& node = from_.nodes[i];
    const Precision precision = assignment_.precision[i];
    const auto values = from_.at(id).constant->as<float>();
    Quantization own = {{1.0f}, {0}, 0};
    if (!values.empty()) {
      const auto [lowest, highest] = std::ranges::minmax_element(values);
      own = quantization_of_range(*lowest, *highest, precision);
    }
    if (keeps_quantization(node.op) && has_class(node.outputs[0])) own = quantization(node.outputs[0]);
    Tensor tensor = with_type(id, activation_type(precision), own, "");
    tensor.constant =
        precision == Precision::s16 ? rounded<int16_t>(values, own) : rounded<int8_t>(values, own);
    return add_tensor(to_, std::move(tensor));
  }

  std::vector<TensorId> layer_operands(size_t i) {
    const Node& node = from_.nodes[i];
    const LayerWeights& layer = layers_.at(i);
    Tensor weights = from_.at(node.inputs[1]);
    weights.type.dtype = DType::s8;
    weights.constant = Constant::of(layer.integers);
    const bool one = std::ranges::all_of(layer.scales, [&](float s) { return s == layer.scales[0]; }) &&
                     node.op == Op::fully_connected && layer.scales.size() > 1;
    weights.quantization = one ? Quantization{{layer.scales[0]}, {0}, 0}
                               : Quantization{layer.scales, std::vector<int32_t>(layer.scales.size(), 0),
                                              *weights_axis(node.op)};
    if (layer.scales.size() == 1) weights.quantization.axis = 0;
    Tensor bias = from_.at(node.inputs[2]);
    if (!assignment_.integer(i)) {
      bias.constant = Constant::of(layer.bias);
      return {real(node.inputs[0]), add_tensor(to_, std::move(weights)), add_tensor(to_, std::move(bias))};
    }
    const bool wide = assignment_.precision[i] == Precision::s16;
    const float input_scale = quantization(node.inputs[0]).scale();
    std::vector<int32_t> integers;
    std::vector<int64_t> wide_integers;
    std::vector<float> scales;
    for (size_t c = 0; c < layer.bias.size(); ++c) {
      const float scale = input_scale * layer.scales[c];
      const double value = std::round(static_cast<double>(layer.bias[c]) / static_cast<double>(scale));
      if (wide)
        wide_integers.push_back(static_cast<int64_t>(std::clamp(value, -0x1p45, 0x1p45)));
      else
        integers.push_back(static_cast<int32_t>(std::clamp(value, -0x1p30, 0x1p30)));
      scales.push_back(scale);
    }
    bias.type.dtype = wide ? DType::s64 : DType::s32;
    bias.constant = wide ? Constant::of(wide_integers) : Constant::of(integers);
    if (one) scales.resize(1);
    const std::vector<int32_t> zero_points(scales.size(), 0);
    bias.quantization = {std::move(scales), zero_points, 0};
    const TensorId input = integer(node.inputs[0]);
    return {input, add_tensor(to_, std::move(weights)), add_tensor(to_, std::move(bias))};
  }

  void copy_node(size_t i) {
    const Node& node = from_.nodes[i];
    Node copy = node;
    const bool is_integer = assignment_.integer(i);
    if (assignment_.conversion[i]) {
      copy.op = Op::quantize;
      copy.inputs = {integer(node.inputs[0])};
    } else if (layers_.contains(i)) {
      copy.inputs = layer_operands(i);
    } else {
      for (TensorId& id : copy.inputs) {
        if (!id.valid()) continue;
        const Tensor& tensor = from_.at(id);
        if (!is_integer || tensor.type.dtype != DType::f32)
          id = real(id);
        else
          id = tensor.is_constant() ? constant_operand(id, i) : integer(id);
      }
    }
    const std::optional<Quantization> fixed =
        is_integer ? fixed_output_quantization(node.op, assignment_.precision[i]) : std::nullopt;
    if (is_integer) copy.keeps_infinities = false;
    std::vector<std::pair<TensorId, TensorId>> to_class;
    for (TensorId& id : copy.outputs) {
      const TensorId original = id;
      if (!is_integer || from_.at(id).type.dtype != DType::f32) {
        id = real_[id.index] = add_tensor(to_, from_.at(id));
        continue;
      }
      const Quantization& wanted = quantization(original);
      const bool differs = fixed && *fixed != wanted;
      id = integer_[original.index] =
          add_tensor(to_, with_type(original, dtype(original), differs ? *fixed : wanted, ""));
      if (!differs) continue;
      integer_[original.index] = add_tensor(to_, with_type(original, dtype(original), wanted, "_rescaled"));
      to_class.emplace_back(id, integer_[original.index]);
    }
    to_.nodes.push_back(std::move(copy));
    made_for_.push_back(current_);
    for (const auto& [from, to] : to_class) add_node(Op::quantize, from, to, &node);
  }

  // What goes out has the model's name, and what it was made from another.
  void name_outputs() {
    for (size_t i = 0; i < from_.outputs.size(); ++i) {
      const std::string& name = from_.at(from_.outputs[i]).name;
      for (size_t t = 0; t < to_.tensors.size(); ++t)
        if (to_.tensors[t].name == name && TensorId(t) != to_.outputs[i] && !to_.tensors[t].is_constant() &&
            std::ranges::find(to_.inputs, TensorId(t)) == to_.inputs.end())
          to_.tensors[t].name += "_int8";
      if (std::ranges::find(to_.inputs, to_.outputs[i]) == to_.inputs.end())
        to_.at(to_.outputs[i]).name = name;
    }
  }

  const Graph& from_;
  const Assignment& assignment_;
  const std::vector<Quantization>& classes_;
  const std::map<size_t, LayerWeights>& layers_;
  InterfaceType interface_;
  Graph to_;
  std::vector<std::optional<size_t>> made_for_;  // by node of to_: the float graph's node it belongs to
  std::optional<size_t> current_;
  std::vector<TensorId> real_;     // by tensor of the float graph
  std::vector<TensorId> integer_;  // the same
};

}  // namespace

IntegerGraph integer_graph(const Graph& graph, const Assignment& assignment,
                           const std::vector<Quantization>& classes,
                           const std::map<size_t, LayerWeights>& layers, InterfaceType interface) {
  return Builder(graph, assignment, classes, layers, interface).build();
}

}  // namespace burin
