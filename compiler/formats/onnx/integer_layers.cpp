#include "formats/onnx/integer_layers.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "ir/edit.hpp"
#include "ops/operator.hpp"
#include "ops/pooling/attributes.hpp"

namespace burin::onnx {
namespace {

class IntegerLayers {
 public:
  IntegerLayers(Graph graph, const std::map<TensorId, TensorId>& integers)
      : graph_(std::move(graph)), integers_(integers) {}

  Graph run() {
    make_signed();
    sink();
    raise();
    fuse();
    return std::move(graph_);
  }

 private:
  using Nodes = std::vector<Node>;

  const Tensor& at(TensorId id) const { return graph_.at(id); }
  bool is_float(TensorId id) const { return at(id).type.dtype == DType::f32; }
  bool is_output(TensorId id) const { return std::ranges::find(graph_.outputs, id) != graph_.outputs.end(); }
  bool has_scale(TensorId id) const { return at(id).quantization.per_tensor(); }

  // The same kind of number: type and quantization.
  bool same_numbers(TensorId a, TensorId b) const {
    return at(a).type.dtype == at(b).type.dtype && at(a).quantization == at(b).quantization;
  }

  TensorId new_tensor(DType dtype, Shape shape, Quantization quantization, std::string name) {
    return add_tensor(graph_, {.name = std::move(name),
                               .type = {dtype, std::move(shape)},
                               .quantization = std::move(quantization)});
  }

  static Node made(const Node& like, Op op, std::vector<TensorId> inputs, TensorId output,
                   Attributes attributes) {
    return {.op = op,
            .inputs = std::move(inputs),
            .outputs = {output},
            .attributes = std::move(attributes),
            .activation = Activation::none,
            .name = like.name,
            .source_index = like.source_index};
  }
  static Node conversion(const Node& like, Op op, TensorId from, TensorId to) {
    return made(like, op, {from}, to, Attributes::of(NoAttributes{}));
  }

  // ---- uint8 as int8 ----

  TensorId signed_like(TensorId id) {
    Quantization quantization = at(id).quantization;
    for (int32_t& zero : quantization.zero_points) zero -= 128;
    return new_tensor(DType::s8, at(id).type.shape, std::move(quantization), at(id).name);
  }

  void make_signed() {
    Nodes nodes;
    for (Node& node : graph_.nodes) {
      if (node.op == Op::dequantize && at(node.inputs[0]).type.dtype == DType::u8 &&
          !at(node.inputs[0]).constant) {
        const TensorId turned = signed_like(node.inputs[0]);
        nodes.push_back(conversion(node, Op::quantize, node.inputs[0], turned));
        node.inputs[0] = turned;
      } else if (node.op == Op::quantize && is_float(node.inputs[0]) &&
                 at(node.outputs[0]).type.dtype == DType::u8) {
        const TensorId own = node.outputs[0];
        const TensorId turned = signed_like(own);
        nodes.push_back(conversion(node, Op::quantize, node.inputs[0], turned));
        node.inputs[0] = turned;
      }
      nodes.push_back(std::move(node));
    }
    graph_.nodes = std::move(nodes);
  }

  // ---- conversions behind movements ----

  static bool is_movement(Op op) {
    return op == Op::transpose || op == Op::reshape || op == Op::strided_slice || op == Op::max_pool_2d ||
           op == Op::relu || op == Op::broadcast_to || op == Op::resize_nearest_neighbor ||
           op == Op::reverse_v2 || op == Op::tile;
  }

  // DEQUANTIZE, or a change between int8 and uint8 that keeps the scale: each number becomes one, in the same
  // order.
  bool is_conversion(const Node& node) const {
    if (node.op == Op::dequantize) return has_scale(node.inputs[0]) && !at(node.inputs[0]).constant;
    return node.op == Op::quantize && !is_float(node.inputs[0]) && has_scale(node.inputs[0]) &&
           at(node.inputs[0]).quantization.scales == at(node.outputs[0]).quantization.scales;
  }

  void sink() {
    std::map<TensorId, Node> converted;  // by what a conversion gives
    std::map<TensorId, TensorId> alias;
    Nodes nodes;
    const auto conversion_of = [&](TensorId id) -> const Node* {
      const auto entry = converted.find(id);
      return entry == converted.end() ? nullptr : &entry->second;
    };
    const auto push = [&](Node node) {
      if (is_conversion(node)) converted.insert_or_assign(node.outputs[0], node);
      nodes.push_back(std::move(node));
    };
    const std::vector<Node> old = std::move(graph_.nodes);
    for (Node node : old) {
      for (TensorId& id : node.inputs)
        if (const auto other = alias.find(id); other != alias.end()) id = other->second;
      const Node* before =
          node.inputs.empty() || !node.inputs[0].valid() ? nullptr : conversion_of(node.inputs[0]);
      if (before == nullptr) {
        push(std::move(node));
        continue;
      }
      const TensorId source = before->inputs[0];
      if (node.op == Op::quantize && !(before->op == Op::quantize && !is_conversion(node))) {
        // A conversion of a conversion: none, or one.
        if (same_numbers(source, node.outputs[0]) && !is_output(node.outputs[0])) {
          alias[node.outputs[0]] = source;
          continue;
        }
        node.inputs[0] = source;
        push(std::move(node));
        continue;
      }
      if (node.op == Op::dequantize && before->op == Op::quantize && has_scale(source)) {
        node.inputs[0] = source;
        push(std::move(node));
        continue;
      }
      if (node.op == Op::concatenation) {
        std::vector<TensorId> sources;
        for (const TensorId id : node.inputs) {
          const Node* own = conversion_of(id);
          if (own == nullptr || own->op != before->op || !same_numbers(own->inputs[0], source)) break;
          sources.push_back(own->inputs[0]);
        }
        if (sources.size() == node.inputs.size()) {
          sink_below(node, std::move(sources), *before, nodes, push);
          continue;
        }
      }
      const bool moves = is_movement(node.op) && node.activation == Activation::none &&
                         (node.op != Op::relu || before->op == Op::dequantize);
      if (moves) {
        std::vector<TensorId> inputs = node.inputs;
        inputs[0] = source;
        sink_below(node, std::move(inputs), *before, nodes, push);
      } else {
        push(std::move(node));
      }
    }
    graph_.nodes = std::move(nodes);
  }

  template <class Push>
  void sink_below(const Node& node, std::vector<TensorId> inputs, const Node before, Nodes&,
                  const Push& push) {
    const Tensor& source = at(inputs[0]);
    const TensorId moved = new_tensor(source.type.dtype, at(node.outputs[0]).type.shape, source.quantization,
                                      at(node.outputs[0]).name);
    Node turned = made(node, node.op, std::move(inputs), moved, node.attributes);
    if (!check_operator({graph_, turned}).empty()) return push(node);
    push(std::move(turned));
    push(conversion(node, before.op, moved, node.outputs[0]));
  }

  // ---- QUANTIZE in front of what keeps the order of numbers ----

  void raise() {
    const std::vector<std::vector<NodeId>> readers = uses(graph_);
    std::vector<size_t> reading(graph_.tensors.size());
    for (size_t i = 0; i < readers.size(); ++i) reading[i] = readers[i].size();
    std::vector<NodeId> writer = producers(graph_);
    for (size_t i = graph_.nodes.size(); i-- > 0;) {
      const Node node = graph_.nodes[i];
      if (node.op != Op::quantize || !is_float(node.inputs[0])) continue;
      const TensorId real = node.inputs[0];
      if (!writer[real.index].valid() || reading[real.index] != 1 || is_output(real)) continue;
      const size_t p = writer[real.index].index;
      const Node before = graph_.nodes[p];
      const bool clamps = before.op == Op::relu || before.op == Op::relu6 || before.op == Op::max_pool_2d;
      const bool moves = before.op == Op::transpose || before.op == Op::reshape;
      const bool limits = (before.op == Op::maximum || before.op == Op::minimum) &&
                          before.inputs.size() == 2 && at(before.inputs[1]).constant &&
                          at(before.inputs[1]).type.shape.elements() == 1;
      if ((!clamps && !moves && !limits) || before.activation != Activation::none) continue;
      if (at(before.inputs[0]).constant) continue;
      const Tensor& wanted = at(node.outputs[0]);
      const TensorId early = new_tensor(wanted.type.dtype, at(before.inputs[0]).type.shape,
                                        wanted.quantization, at(before.inputs[0]).name);
      Node late = made(before, before.op, before.inputs, node.outputs[0], before.attributes);
      late.inputs[0] = early;
      if (limits) late.inputs[1] = quantized_constant(before.inputs[1], at(node.outputs[0]));
      if (!check_operator({graph_, late}).empty()) continue;
      graph_.nodes[p] = conversion(node, Op::quantize, before.inputs[0], early);
      graph_.nodes[i] = std::move(late);
      reading.resize(graph_.tensors.size(), 1);
      writer.resize(graph_.tensors.size());
      writer[early.index] = NodeId(p);
    }
  }

  // A real number as the other tensor would hold it.
  TensorId quantized_constant(TensorId id, const Tensor& like) {
    const float value = at(id).constant->as<float>()[0];
    const Quantization quantization = like.quantization;
    const DType dtype = like.type.dtype;
    const IntegerRange range = integer_range(dtype);
    const double scaled =
        std::nearbyint(static_cast<double>(value) / quantization.scale()) + quantization.zero_point();
    Value held = Value::zeros({dtype, at(id).type.shape});
    held.set_integer(0, static_cast<int64_t>(std::clamp(scaled, static_cast<double>(range.lowest),
                                                        static_cast<double>(range.highest))));
    const TensorId result = new_tensor(dtype, held.type.shape, quantization, at(id).name);
    graph_.at(result).constant = Constant(std::move(held.bytes));
    return result;
  }

  // ---- operators between conversions ----

  void fuse() {
    std::vector<size_t> reading(graph_.tensors.size());
    for (const Node& node : graph_.nodes)
      for (const TensorId id : node.inputs)
        if (id.valid()) ++reading[id.index];
    std::map<TensorId, size_t> writer;
    for (size_t i = 0; i < graph_.nodes.size(); ++i)
      for (const TensorId id : graph_.nodes[i].outputs) writer[id] = i;
    const std::vector<Node> old = graph_.nodes;
    writer_ = [&](TensorId id) -> const Node* {
      const auto entry = writer.find(id);
      return entry == writer.end() ? nullptr : &old[entry->second];
    };
    Nodes nodes;
    for (const Node& node : old) {
      if (node.op == Op::quantize && is_float(node.inputs[0]) &&
          at(node.outputs[0]).type.dtype == DType::s8) {
        const TensorId real = node.inputs[0];
        const Node* before = writer_(real);
        if (before != nullptr && before->outputs.size() == 1 && before->activation == Activation::none) {
          const size_t known = graph_.tensors.size();
          std::optional<Nodes> fused = integer_nodes(*before, node.outputs[0]);
          if (fused) {
            nodes.insert(nodes.end(), fused->begin(), fused->end());
            continue;
          }
          graph_.tensors.resize(known);
        }
      }
      nodes.push_back(node);
    }
    graph_.nodes = std::move(nodes);
  }

  // What a real operand is dequantized from; invalid where it is not.
  TensorId integer_operand(TensorId id) const {
    if (!id.valid()) return {};
    if (at(id).constant) {
      const auto entry = integers_.find(id);
      return entry == integers_.end() ? TensorId() : entry->second;
    }
    const Node* before = writer_(id);
    if (before == nullptr || before->op != Op::dequantize || at(before->inputs[0]).type.dtype != DType::s8)
      return {};
    return before->inputs[0];
  }

  bool holds(const Node& node) const { return check_operator({graph_, node}).empty(); }

  std::optional<Nodes> integer_nodes(const Node& node, TensorId to) {
    switch (node.op) {
      case Op::convolution_2d:
      case Op::depthwise_convolution_2d:
      case Op::fully_connected:
      case Op::transpose_conv:
        return weighted(node, to);
      case Op::add:
      case Op::sub:
      case Op::mul:
      case Op::batch_matmul:
      case Op::mean:
      case Op::leaky_relu:
      case Op::hard_swish:
      case Op::elu:
      case Op::abs:
      case Op::tanh:
      case Op::sum:
      case Op::prelu:
        return plain(node, to);
      case Op::logistic:
      case Op::softmax:
        return through(node, to, Quantization{{1.0f / 256}, {-128}, 0});
      case Op::average_pool_2d:
        return averaged(node, to);
      case Op::resize_bilinear: {
        const TensorId input = integer_operand(node.inputs[0]);
        if (!input.valid() || at(input).constant) return std::nullopt;
        return through(node, to, at(input).quantization);
      }
      case Op::concatenation:
        return joined(node, to);
      default:
        return std::nullopt;
    }
  }

  std::optional<Nodes> plain(const Node& node, TensorId to) {
    Node result = made(node, node.op, node.inputs, to, node.attributes);
    for (TensorId& id : result.inputs) {
      id = integer_operand(id);
      if (!id.valid() || !has_scale(id)) return std::nullopt;
    }
    return holds(result) ? std::optional(Nodes{result}) : std::nullopt;
  }

  // In the quantization that the operator has to have, which a second step changes to the one that is wanted.
  std::optional<Nodes> through(const Node& node, TensorId to, const Quantization& quantization) {
    if (std::optional<Nodes> direct = plain(node, to)) return direct;
    const TensorId between = new_tensor(DType::s8, at(to).type.shape, quantization, at(node.outputs[0]).name);
    std::optional<Nodes> result = plain(node, between);
    if (!result) return std::nullopt;
    result->push_back(conversion(node, Op::quantize, between, to));
    return result;
  }

  // An average is rounded once, to the number that the model wants. Where it keeps the quantization, half of
  // all halves would go the other way than the model's if they went away from zero, and an average of four
  // has many. To another quantization a mean of the whole image goes in one step, and other windows as sums
  // with weights of one.
  std::optional<Nodes> averaged(const Node& node, TensorId to) {
    const TensorId input = integer_operand(node.inputs[0]);
    if (!input.valid() || !has_scale(input) || at(input).constant) return std::nullopt;
    auto attributes = node.attributes.as<PoolAttributes>();
    attributes.halves_to_even = true;
    Node even = node;
    even.attributes = Attributes::of(attributes);
    if (same_numbers(input, to)) return plain(even, to);
    const Windows windows =
        attributes.window.windows(at(input).type.shape, attributes.window_height, attributes.window_width);
    if (windows.height.unpadded() && windows.width.unpadded()) {
      const bool whole = windows.height.output() * windows.width.output() == 1 &&
                         windows.height.window == windows.height.input &&
                         windows.width.window == windows.width.input;
      const std::optional<Nodes> direct =
          whole ? mean_of_image(node, input, to) : weighed_by_one(node, attributes, input, to);
      if (direct) return direct;
    }
    return through(even, to, at(input).quantization);
  }

  std::optional<Nodes> mean_of_image(const Node& node, TensorId input, TensorId to) const {
    std::string error;
    const Node mean = made(node, Op::mean, {input}, to,
                           operator_of(Op::mean).parse_attributes(
                               {{"axes", std::vector<int32_t>{1, 2}}, {"keep_dims", true}}, error));
    return error.empty() && holds(mean) ? std::optional(Nodes{mean}) : std::nullopt;
  }

  std::optional<Nodes> weighed_by_one(const Node& node, const PoolAttributes& pool, TensorId input,
                                      TensorId to) {
    const int32_t channels = at(input).type.shape[3];
    const Shape shape{1, pool.window_height, pool.window_width, channels};
    const float scale =
        1.0f / (static_cast<float>(pool.window_height) * static_cast<float>(pool.window_width));
    const TensorId ones = new_tensor(DType::s8, shape, Quantization{{scale}, {0}, 0}, "");
    graph_.at(ones).constant = Constant::of(std::vector<int8_t>(static_cast<size_t>(shape.elements()), 1));
    const Node sum = made(node, Op::depthwise_convolution_2d, {input, ones}, to, Attributes::of(pool.window));
    return holds(sum) ? std::optional(Nodes{sum}) : std::nullopt;
  }

  std::optional<Nodes> joined(const Node& node, TensorId to) {
    Nodes result;
    Node join = made(node, node.op, node.inputs, to, node.attributes);
    for (TensorId& id : join.inputs) {
      const TensorId own = integer_operand(id);
      if (!own.valid() || !has_scale(own)) return std::nullopt;
      id = own;
      if (same_numbers(own, to)) continue;
      id = new_tensor(DType::s8, at(own).type.shape, at(to).quantization, at(own).name);
      result.push_back(conversion(node, Op::quantize, own, id));
    }
    result.push_back(join);
    return holds(join) ? std::optional(result) : std::nullopt;
  }

  std::optional<Nodes> weighted(const Node& node, TensorId to) {
    const TensorId input = integer_operand(node.inputs[0]);
    if (!input.valid() || !has_scale(input) || at(input).constant || !at(node.inputs[1]).constant)
      return std::nullopt;
    const TensorId weights = integer_operand(node.inputs[1]);
    if (!weights.valid() || at(weights).type.dtype != DType::s8) return std::nullopt;
    Node result = made(node, node.op, {input, weights}, to, node.attributes);
    if (node.inputs.size() > 2 && node.inputs[2].valid()) {
      if (!at(node.inputs[2]).constant) return std::nullopt;
      const auto real = at(node.inputs[2]).constant->as<float>();
      const Quantization& own = at(weights).quantization;
      std::vector<int32_t> bias;
      Quantization quantization;
      for (size_t c = 0; c < real.size(); ++c) {
        const float scale = at(input).quantization.scale() * own.scale(own.per_tensor() ? 0 : c);
        const double value = std::nearbyint(static_cast<double>(real[c]) / scale);
        if (!(std::abs(value) < 0x1p31) || !(scale > 0)) return std::nullopt;
        bias.push_back(static_cast<int32_t>(value));
      }
      const TensorId id =
          new_tensor(DType::s32, at(node.inputs[2]).type.shape, quantization, at(node.inputs[2]).name);
      graph_.at(id).constant = Constant::of(bias);
      result.inputs.push_back(id);
    }
    return holds(result) ? std::optional(Nodes{result}) : std::nullopt;
  }

  Graph graph_;
  const std::map<TensorId, TensorId>& integers_;
  std::function<const Node*(TensorId)> writer_;
};

}  // namespace

Graph make_integer_layers(Graph graph, const std::map<TensorId, TensorId>& integers) {
  return IntegerLayers(std::move(graph), integers).run();
}

}  // namespace burin::onnx
