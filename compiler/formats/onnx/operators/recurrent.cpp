// Recurrent layers, step by step: what the input gives to all gates of all steps is one product, and each
// step adds what the hidden state gives.
#include <fmt/format.h>

#include <algorithm>

#include "formats/onnx/operators/common.hpp"

namespace burin::onnx {
namespace {

// x W^T + bias, the weights constant or not.
TensorId linear(Reader& r, TensorId x, TensorId weights, TensorId bias) {
  if (r.is_constant(weights) && (!bias.valid() || r.is_constant(bias))) return r.dense(x, weights, bias);
  const TensorId y = r.matmul(x, weights, false, true);
  return bias.valid() ? r.add(y, bias) : y;
}

TensorId activate(Reader& r, const std::string& name, TensorId x, std::optional<float> alpha,
                  std::optional<float> beta) {
  if (name == "Sigmoid") return r.unary(Op::logistic, x);
  if (name == "Tanh") return r.unary(Op::tanh, x);
  if (name == "Relu") return r.unary(Op::relu, x);
  if (name == "Softsign") return r.div(x, r.add(r.unary(Op::abs, x), 1.0));
  if (name == "Softplus") return softplus(r, x);
  if (name == "Affine") return r.add(r.mul(x, alpha.value_or(1)), beta.value_or(0));
  if (name == "ScaledTanh") return r.mul(r.unary(Op::tanh, r.mul(x, beta.value_or(1))), alpha.value_or(1));
  if (name == "HardSigmoid") return r.clamp(r.add(r.mul(x, alpha.value_or(0.2f)), beta.value_or(0.5f)), 0, 1);
  if (name == "LeakyRelu")
    return r.emit(Op::leaky_relu, {x}, r.at(x).type, {{"alpha", alpha.value_or(0.01f)}});
  if (name == "Elu" && alpha.value_or(1) == 1) return r.unary(Op::elu, x);
  if (name == "ThresholdedRelu")
    return r.select(r.comparison(Op::greater, x, r.scalar(alpha.value_or(1))), x, r.scalar(0));
  unsupported(fmt::format("the activation \"{}\" is not supported", printable(name, 40)));
}

// What LSTM, GRU and RNN have in common. `gates` is how many there are, `functions` how many activations a
// direction has.
struct Layer {
  Reader& r;
  int32_t gates;
  std::vector<std::string> functions;
  int32_t steps = 0;
  int32_t batch = 0;
  int32_t hidden = 0;
  int32_t directions = 1;
  bool batch_first = false;
  std::string direction;
  TensorId x{};  // [steps, batch, inputs]

  Layer(Reader& reader, int32_t gate_count, std::vector<std::string> defaults)
      : r(reader), gates(gate_count), functions(std::move(defaults)) {
    batch_first = r.integer("layout", 0) != 0;
    x = r.input(0);
    if (!r.is_float(x) || r.rank(x) != 3) contradiction("the input is no float32 of rank 3");
    if (batch_first) x = r.transpose(x, {1, 0, 2});
    steps = r.shape(x)[0];
    batch = r.shape(x)[1];
    direction = r.text("direction", "forward");
    if (direction != "forward" && direction != "reverse" && direction != "bidirectional")
      contradiction(fmt::format("the direction is \"{}\"", printable(direction, 40)));
    directions = direction == "bidirectional" ? 2 : 1;
    const Shape weights = r.shape(r.input(1));
    const Shape recurrent = r.shape(r.input(2));
    if (weights.rank() != 3 || recurrent.rank() != 3) contradiction("the weights are not of rank 3");
    hidden = recurrent[2];
    if (weights != Shape{directions, gates * hidden, r.shape(x)[2]} ||
        recurrent != Shape{directions, gates * hidden, hidden} || r.integer("hidden_size", hidden) != hidden)
      contradiction("the weights do not fit the input and each other");
    if (const auto lengths = r.constant_integers(4, "list of lengths"))
      for (const int64_t length : *lengths)
        if (length != steps)
          unsupported("sequences have lengths of their own", "leave the operand sequence_lens out");
    if (int64_t{steps} * directions > 4096) unsupported(fmt::format("the sequence has {} steps", steps));
    for (const std::string& name : r.texts("activations")) given_.push_back(name);
    alpha_ = r.reals("activation_alpha");
    beta_ = r.reals("activation_beta");
    clip_ = r.real("clip", 0);
  }

  // Row block of a direction's weights, without the direction.
  TensorId weights(size_t input, int32_t d, int32_t first_gate, int32_t count) {
    const TensorId own = r.slice_axis(r.input(input), 0, d, 1);
    const Shape shape = r.shape(own);
    return r.slice_axis(r.reshape(own, {shape[1], shape[2]}), 0, first_gate * hidden, count * hidden);
  }
  // Elements of a direction's vector, in blocks of `hidden`; invalid where the operand is absent.
  TensorId vector(size_t input, int32_t d, int32_t first, int32_t count) {
    if (!r.has_input(input)) return {};
    const TensorId own = r.slice_axis(r.input(input), 0, d, 1);
    return r.slice_axis(r.reshape(own, {r.shape(own)[1]}), 0, first * hidden, count * hidden);
  }
  // The initial state of a direction, [batch, hidden].
  TensorId initial(size_t input, int32_t d) {
    if (!r.has_input(input)) return r.broadcast_to(r.scalar(0), {batch, hidden});
    const TensorId state = batch_first ? r.transpose(r.input(input), {1, 0, 2}) : r.input(input);
    if (r.shape(state) != Shape{directions, batch, hidden})
      contradiction("the initial state does not fit the layer");
    return r.reshape(r.slice_axis(state, 0, d, 1), {batch, hidden});
  }
  TensorId activated(int32_t d, size_t function, TensorId pre, bool clipped = true) {
    if (clip_ > 0 && clipped) pre = r.clamp(pre, -clip_, clip_);
    const size_t at = static_cast<size_t>(d) * functions.size() + function;
    const std::string& name = at < given_.size() ? given_[at] : functions[function];
    // Parameters are listed for those functions that take some, in order.
    return activate(r, name, pre, parameter(alpha_, at), parameter(beta_, at));
  }
  bool is_reverse(int32_t d) const { return direction == "reverse" || d == 1; }
  TensorId gate(TensorId all, int32_t number) { return r.slice_axis(all, 1, number * hidden, hidden); }
  // [batch, gates * hidden] of a step.
  TensorId step(TensorId projected, int32_t t) {
    const TensorId own = r.slice_axis(projected, 0, t, 1);
    return r.reshape(own, {batch, r.shape(own)[2]});
  }
  TensorId sum(TensorId a, TensorId b) { return !a.valid() ? b : !b.valid() ? a : r.add(a, b); }

  // Runs all directions. `run_step(d, t, state)` gives the new state, of which the first is the hidden state.
  template <class Prepare, class Step>
  void run(size_t states, const Prepare& prepare, const Step& run_step) {
    std::vector<std::vector<TensorId>> hidden_states;  // by direction and step
    std::vector<std::vector<TensorId>> last;           // by state and direction
    last.resize(states);
    for (int32_t d = 0; d < directions; ++d) {
      prepare(d);
      std::vector<TensorId> state = {initial(5, d)};
      if (states > 1) state.push_back(initial(6, d));
      std::vector<TensorId> all(static_cast<size_t>(steps));
      for (int32_t i = 0; i < steps; ++i) {
        const int32_t t = is_reverse(d) ? steps - 1 - i : i;
        state = run_step(d, t, state);
        all[static_cast<size_t>(t)] = state[0];
      }
      hidden_states.push_back(std::move(all));
      for (size_t s = 0; s < states; ++s) last[s].push_back(r.reshape(state[s], {1, batch, hidden}));
    }
    if (r.wants(0)) {
      std::vector<TensorId> rows;
      for (int32_t t = 0; t < steps; ++t)
        for (int32_t d = 0; d < directions; ++d)
          rows.push_back(
              r.reshape(hidden_states[static_cast<size_t>(d)][static_cast<size_t>(t)], {1, batch, hidden}));
      TensorId y = r.reshape(joined(rows), {steps, directions, batch, hidden});
      if (batch_first) y = r.transpose(y, {2, 0, 1, 3});
      r.set(0, y);
    }
    for (size_t s = 0; s < states; ++s) {
      if (!r.wants(s + 1)) continue;
      TensorId y = joined(last[s]);
      if (batch_first) y = r.transpose(y, {1, 0, 2});
      r.set(s + 1, y);
    }
  }

 private:
  // CONCATENATION takes a thousand operands.
  TensorId joined(const std::vector<TensorId>& parts) {
    if (parts.size() <= 512) return r.concat(parts, 0);
    std::vector<TensorId> halves;
    for (size_t i = 0; i < parts.size(); i += 512)
      halves.push_back(
          joined({parts.begin() + static_cast<std::ptrdiff_t>(i),
                  parts.begin() + static_cast<std::ptrdiff_t>(std::min(parts.size(), i + 512))}));
    return joined(halves);
  }
  static std::optional<float> parameter(const std::vector<float>& list, size_t at) {
    return at < list.size() ? std::optional(list[at]) : std::nullopt;
  }

  std::vector<std::string> given_;
  std::vector<float> alpha_;
  std::vector<float> beta_;
  float clip_ = 0;
};

// Gates i o f c.
void read_lstm(Reader& r) {
  Layer layer(r, 4, {"Sigmoid", "Tanh", "Tanh"});
  const bool coupled = r.integer("input_forget", 0) != 0;
  TensorId projected;
  TensorId recurrent;
  TensorId peepholes[3];
  layer.run(
      2,
      [&](int32_t d) {
        const TensorId bias = layer.sum(layer.vector(3, d, 0, 4), layer.vector(3, d, 4, 4));
        projected = linear(r, layer.x, layer.weights(1, d, 0, 4), bias);
        recurrent = layer.weights(2, d, 0, 4);
        for (int32_t i = 0; i < 3; ++i) peepholes[i] = layer.vector(7, d, i, 1);
      },
      [&](int32_t d, int32_t t, const std::vector<TensorId>& state) {
        const TensorId h = state[0];
        const TensorId c = state[1];
        const TensorId all = r.add(layer.step(projected, t), linear(r, h, recurrent, {}));
        const auto seen = [&](TensorId gate, int i, TensorId cell) {
          return peepholes[i].valid() ? r.add(gate, r.mul(cell, peepholes[i])) : gate;
        };
        const TensorId in = layer.activated(d, 0, seen(layer.gate(all, 0), 0, c));
        const TensorId forget =
            coupled ? r.sub(r.scalar(1), in) : layer.activated(d, 0, seen(layer.gate(all, 2), 2, c));
        const TensorId candidate = layer.activated(d, 1, layer.gate(all, 3));
        const TensorId cell = r.add(r.mul(forget, c), r.mul(in, candidate));
        const TensorId out = layer.activated(d, 0, seen(layer.gate(all, 1), 1, cell));
        return std::vector<TensorId>{r.mul(out, layer.activated(d, 2, cell, false)), cell};
      });
}

// Gates z r h.
void read_gru(Reader& r) {
  Layer layer(r, 3, {"Sigmoid", "Tanh"});
  const bool reset_after = r.integer("linear_before_reset", 0) != 0;
  TensorId projected;
  TensorId recurrent;       // of z and r, or of all
  TensorId recurrent_bias;  // of h, where it is reset
  TensorId candidate_weights;
  layer.run(
      1,
      [&](int32_t d) {
        const TensorId update_bias = layer.sum(layer.vector(3, d, 0, 2), layer.vector(3, d, 3, 2));
        TensorId own = layer.vector(3, d, 2, 1);
        recurrent_bias = layer.vector(3, d, 5, 1);
        if (!reset_after) own = layer.sum(own, recurrent_bias);
        TensorId bias = update_bias;
        if (bias.valid()) bias = r.concat({bias, own}, 0);
        projected = linear(r, layer.x, layer.weights(1, d, 0, 3), bias);
        recurrent = layer.weights(2, d, 0, 2);
        candidate_weights = layer.weights(2, d, 2, 1);
      },
      [&](int32_t d, int32_t t, const std::vector<TensorId>& state) {
        const TensorId h = state[0];
        const TensorId given = layer.step(projected, t);
        const TensorId gates =
            r.add(r.slice_axis(given, 1, 0, 2 * layer.hidden), linear(r, h, recurrent, {}));
        const TensorId z = layer.activated(d, 0, layer.gate(gates, 0));
        const TensorId reset = layer.activated(d, 0, layer.gate(gates, 1));
        const TensorId own = reset_after ? r.mul(reset, linear(r, h, candidate_weights, recurrent_bias))
                                         : linear(r, r.mul(reset, h), candidate_weights, {});
        const TensorId candidate = layer.activated(d, 1, r.add(layer.gate(given, 2), own));
        // (1 - z) candidate + z h
        return std::vector<TensorId>{r.add(candidate, r.mul(z, r.sub(h, candidate)))};
      });
}

void read_rnn(Reader& r) {
  Layer layer(r, 1, {"Tanh"});
  TensorId projected;
  TensorId recurrent;
  layer.run(
      1,
      [&](int32_t d) {
        const TensorId bias = layer.sum(layer.vector(3, d, 0, 1), layer.vector(3, d, 1, 1));
        projected = linear(r, layer.x, layer.weights(1, d, 0, 1), bias);
        recurrent = layer.weights(2, d, 0, 1);
      },
      [&](int32_t d, int32_t t, const std::vector<TensorId>& state) {
        const TensorId sum = r.add(layer.step(projected, t), linear(r, state[0], recurrent, {}));
        return std::vector<TensorId>{layer.activated(d, 0, sum)};
      });
}

constexpr OperatorEntry entries[] = {
    {"GRU", read_gru},
    {"LSTM", read_lstm},
    {"RNN", read_rnn},
};

}  // namespace

std::span<const OperatorEntry> recurrent_operators() {
  return entries;
}

}  // namespace burin::onnx
