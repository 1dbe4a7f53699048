#include "quantize/network_fit.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "quantize/batch_steps.hpp"
#include "quantize/layer_fit.hpp"
#include "quantize/operator_rules.hpp"
#include "quantize/range_choice.hpp"
#include "quantize/window_rows.hpp"

namespace burin {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

// A layer's weights as rows of a matrix, one for each output channel.
struct Rows {
  int64_t outputs = 0;
  int64_t length = 0;
  int64_t groups = 1;  // of output channels with inputs of their own
  bool last_axis = false;

  static Rows of(const NodeView& view) {
    const Shape& weights = view.input(1).type.shape;
    const int32_t axis = *weights_axis(view.node.op);
    Rows rows{.outputs = weights[axis], .length = weights.elements() / weights[axis], .last_axis = axis != 0};
    if (view.node.op == Op::depthwise_convolution_2d) rows.groups = view.input(0).type.shape[3];
    if (view.node.op == Op::convolution_2d) rows.groups = view.input(0).type.shape[3] / weights[3];
    return rows;
  }
  size_t element(int64_t output, int64_t i) const {
    return static_cast<size_t>(last_axis ? i * outputs + output : output * length + i);
  }
};

MatrixXd weights_of(const NodeView& view, const Rows& rows) {
  const auto values = view.input(1).constant->as<float>();
  MatrixXd matrix(rows.outputs, rows.length);
  for (int64_t o = 0; o < rows.outputs; ++o)
    for (int64_t i = 0; i < rows.length; ++i) matrix(o, i) = static_cast<double>(values[rows.element(o, i)]);
  return matrix;
}

VectorXd bias_of(const NodeView& view, const Rows& rows) {
  VectorXd bias = VectorXd::Zero(rows.outputs);
  if (!view.has_input(2)) return bias;
  const auto values = view.input(2).constant->as<float>();
  for (int64_t o = 0; o < rows.outputs; ++o) bias(o) = static_cast<double>(values[static_cast<size_t>(o)]);
  return bias;
}

// Scales below which the bias would leave its type, or the factor of requantization what its fixed point
// holds. Of a channel without weights, one at which the bias has 8 bits behind the output's step.
VectorXd least_scales(const NodeView& view, const Assignment& assignment, Precision precision,
                      const std::vector<Quantization>& classes, const MatrixXd& weights,
                      const VectorXd& bias) {
  VectorXd least(weights.rows());
  if (!is_integer(precision)) {
    // Nothing is requantized: a channel without weights has some scale.
    for (Eigen::Index o = 0; o < weights.rows(); ++o)
      least(o) = weights.row(o).cwiseAbs().maxCoeff() < 1e-30 ? 1 : 0x1p-120;
    return least;
  }
  const auto scale_of = [&](TensorId id) {
    return static_cast<double>(classes[assignment.class_of[id.index]].scale());
  };
  const double input_scale = scale_of(view.node.inputs[0]);
  const double output_scale = scale_of(view.node.outputs[0]);
  const double largest_bias = precision == Precision::s16 ? 0x1p44 : 0x1p28;
  for (Eigen::Index o = 0; o < weights.rows(); ++o) {
    const bool dead = weights.row(o).cwiseAbs().maxCoeff() <= 0;
    least(o) = std::max(std::abs(bias(o)) / (input_scale * largest_bias),
                        output_scale / input_scale * (dead ? 0x1p-8 : 0x1p-24));
  }
  return least;
}

// Where the rows of a layer's inputs come from.
class RowSource {
 public:
  explicit RowSource(const NodeView& view) : fully_connected_(view.node.op == Op::fully_connected) {
    if (fully_connected_) {
      length_ = view.input(1).type.shape[1];
      pixels_ = view.input(0).type.shape.elements() / length_;
    } else {
      windows_ = WindowRows::of(view);
      length_ = windows_.length();
      pixels_ = windows_.pixels() * view.input(0).type.shape[0];
    }
  }
  int64_t length() const { return length_; }
  int64_t pixels() const { return pixels_; }  // rows a sample
  void gather(const float* input, int64_t row, int32_t group, float* to) const {
    if (fully_connected_)
      std::copy_n(input + row * length_, length_, to);
    else
      windows_.gather_row(input, row, group, to);
  }

 private:
  bool fully_connected_;
  WindowRows windows_;
  int64_t length_ = 0;
  int64_t pixels_ = 0;
};

constexpr int64_t longest_row = 1300;  // whose moments are worth their memory and time

bool has_moments(const NodeView& view) {
  return (view.node.op == Op::convolution_2d || view.node.op == Op::depthwise_convolution_2d ||
          view.node.op == Op::fully_connected) &&
         view.input(1).is_constant() && Rows::of(view).length <= longest_row;
}

// A set of samples on its way through both networks.
struct Flow {
  std::vector<Batch> real;
  std::vector<Batch> quantized;
  size_t samples = 0;
  std::vector<double> square, energy;  // by judged tensor

  Flow(const FloatExecutor& executor, const SampleValues& values) : samples(values.count()) {
    const size_t size = executor.batch_size();
    for (size_t first = 0; first < samples; first += size) {
      real.emplace_back(executor.graph(), std::min(size, samples - first));
      executor.load(real.back(), values, first);
    }
    quantized = real;
  }
};

double snr_part(std::span<const float> expected, std::span<const float> actual, double& energy) {
  double square = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    const auto x = static_cast<double>(expected[i]);
    const double difference = x - static_cast<double>(actual[i]);
    square += difference * difference;
    energy += x * x;
  }
  return square;
}

// Samples whose largest element is at the same place.
size_t agreeing(std::span<const float> expected, std::span<const float> actual, size_t samples) {
  const size_t length = expected.size() / samples;
  size_t count = 0;
  for (size_t first = 0; first < expected.size(); first += length) {
    const auto place = [&](std::span<const float> values) {
      const auto one = values.subspan(first, length);
      return std::ranges::max_element(one) - one.begin();
    };
    if (place(expected) == place(actual)) ++count;
  }
  return count;
}

class Fitter {
 public:
  Fitter(const FitInput& input, const FitPasses& passes, bool report)
      : in_(input),
        passes_(passes),
        report_(report),
        executor_(input.graph),
        simulated_(input.graph),
        fit_(executor_, input.fit),
        held_out_(executor_, input.held_out),
        flows_({&fit_, &held_out_}),
        last_use_(input.graph.tensors.size(), 0) {
    if (in_.unseen != nullptr) flows_.push_back(&unseen_.emplace(executor_, *in_.unseen));
    for (size_t i = 0; i < in_.graph.nodes.size(); ++i)
      for (const TensorId id : in_.graph.nodes[i].inputs)
        if (id.valid()) last_use_[id.index] = i;
  }

  NetworkFit run() {
    for (Flow* flow : flows_) {
      flow->square.assign(in_.judged.size(), 0);
      flow->energy.assign(in_.judged.size(), 0);
      for_each_batch(*flow, [&](size_t b) {
        for (const TensorId id : in_.graph.inputs) quantize(flow->quantized[b], id);
      });
    }
    for (size_t i = 0; i < in_.graph.nodes.size(); ++i) step(i);
    result_.error_fit = error_of(fit_);
    result_.error_held_out = held_out_.samples > 0 ? error_of(held_out_) : result_.error_fit;
    result_.error_unseen = error_of(judge());
    return std::move(result_);
  }

 private:
  template <class Body>
  void for_each_batch(Flow& flow, const Body& body) {
    for_each_in_parallel(flow.real.size(), body);
  }

  // Returns the number of saturated elements.
  size_t quantize(Batch& batch, TensorId id, std::optional<Quantization> first = {}) const {
    const size_t one = in_.assignment.class_of[id.index];
    if (one == Assignment::no_class || !batch.holds(id)) return 0;
    const Precision precision = in_.assignment.classes[one].precision;
    if (first) fake_quantize(batch.real(id), *first, precision);
    return fake_quantize(batch.real(id), in_.classes[one], precision);
  }

  void step(size_t i) {
    const Node& node = in_.graph.nodes[i];
    for (Flow* flow : flows_) for_each_batch(*flow, [&](size_t b) { executor_.run_node(i, flow->real[b]); });
    const bool reported = report_ && in_.assignment.quantized(i);
    if (in_.assignment.quantized(i) && weights_axis(node.op)) fit_layer(i);
    const auto quantized_step = batch_step(simulated_, simulated_.nodes[i]);
    const auto fixed = in_.assignment.integer(i)
                           ? fixed_output_quantization(node.op, in_.assignment.precision[i])
                           : std::nullopt;
    const auto run = [&](Batch& batch) {
      quantized_step->run(batch);
      size_t outside = 0;
      for (const TensorId id : node.outputs) outside += quantize(batch, id, fixed);
      return outside;
    };
    for (Flow* flow : flows_) {
      std::vector<Shares> shares(flow->real.size());
      for_each_batch(*flow, [&](size_t b) {
        Batch& real = flow->real[b];
        Shares& part = shares[b];
        const bool wanted = reported && flow == &judge() && is_real(node.outputs[0]);
        if (wanted) {
          Batch alone(simulated_, real.samples());
          for (const TensorId id : node.inputs)
            if (id.valid() && real.holds(id)) std::ranges::copy(real.bytes(id), alone.bytes(id).begin());
          run(alone);
          part.own = snr_part(real.real(node.outputs[0]), alone.real(node.outputs[0]), part.unused);
        }
        part.outside = run(flow->quantized[b]);
        if (wanted)
          part.accumulated =
              snr_part(real.real(node.outputs[0]), flow->quantized[b].real(node.outputs[0]), part.energy);
        part.judged.resize(in_.judged.size());
        for (size_t j = 0; j < in_.judged.size(); ++j) {
          if (std::ranges::find(node.outputs, in_.judged[j]) == node.outputs.end()) continue;
          if (j == 0)
            part.agreeing =
                agreeing(real.real(in_.judged[0]), flow->quantized[b].real(in_.judged[0]), real.samples());
          part.judged[j].first = snr_part(real.real(in_.judged[j]), flow->quantized[b].real(in_.judged[j]),
                                          part.judged[j].second);
        }
        for (const auto* list : {&node.inputs, &node.outputs})
          for (const TensorId id : *list)
            if (id.valid() && last_use_[id.index] <= i) {
              real.drop(id);
              flow->quantized[b].drop(id);
            }
      });
      for (const Shares& part : shares)
        for (size_t j = 0; j < in_.judged.size(); ++j) {
          flow->square[j] += part.judged[j].first;
          flow->energy[j] += part.judged[j].second;
        }
      if (flow == &judge())
        for (const Shares& part : shares)
          result_.agreement += static_cast<double>(part.agreeing) / static_cast<double>(flow->samples);
      if (!reported || flow != &judge() || !is_real(node.outputs[0])) continue;
      Shares sum;
      for (const Shares& part : shares) {
        sum.own += part.own;
        sum.accumulated += part.accumulated;
        sum.energy += part.energy;
        sum.outside += part.outside;
      }
      const double energy = std::max(sum.energy, 1e-30);
      result_.report.push_back(
          {.node = i,
           .own = sum.own / energy,
           .accumulated = sum.accumulated / energy,
           .saturated = static_cast<double>(sum.outside) /
                        static_cast<double>(in_.graph.at(node.outputs[0]).type.shape.elements()) /
                        static_cast<double>(flow->samples)});
    }
  }

  struct Shares {
    double own = 0, accumulated = 0, energy = 0, unused = 0;
    size_t outside = 0;
    size_t agreeing = 0;
    std::vector<std::pair<double, double>> judged;
  };

  // What the result is measured on.
  Flow& judge() { return unseen_ ? *unseen_ : held_out_.samples > 0 ? held_out_ : fit_; }

  bool is_real(TensorId id) const { return in_.graph.at(id).type.dtype == DType::f32; }

  static double error_of(const Flow& flow) {
    double sum = 0;
    for (size_t j = 0; j < flow.square.size(); ++j) sum += flow.square[j] / std::max(flow.energy[j], 1e-30);
    return flow.square.empty() ? 0 : sum / static_cast<double>(flow.square.size());
  }

  // By group of output channels.
  std::vector<Moments> moments(Flow& flow, const NodeView& view, const Rows& rows) {
    const RowSource source(view);
    std::vector<Moments> sum(static_cast<size_t>(rows.groups), Moments(rows.length));
    if (flow.samples == 0) return sum;
    const int64_t wanted = std::clamp<int64_t>(16 * rows.length, 3000, 10000);
    const int64_t a_sample =
        std::clamp<int64_t>(wanted / static_cast<int64_t>(flow.samples), 1, source.pixels());
    // As many parts on every machine, so that sums come out alike.
    const size_t parts = std::min<size_t>(4, flow.real.size());
    std::vector<std::vector<Moments>> of_part(parts, sum);
    for_each_in_parallel(parts, [&](size_t part) {
      MatrixF quantized, real;
      for (size_t b = part; b < flow.real.size(); b += parts) {
        const float* from_quantized = flow.quantized[b].real(view.node.inputs[0]).data();
        const float* from_real = flow.real[b].real(view.node.inputs[0]).data();
        const auto samples = static_cast<int64_t>(flow.real[b].samples());
        quantized.resize(samples * a_sample, rows.length);
        real.resize(samples * a_sample, rows.length);
        for (int64_t group = 0; group < rows.groups; ++group) {
          for (int64_t sample = 0; sample < samples; ++sample)
            for (int64_t k = 0; k < a_sample; ++k) {
              // Spread over the image, and in each sample at other places.
              const int64_t start = (sample + static_cast<int64_t>(b) * 31) * 7919;
              const int64_t pixel = (start + k * source.pixels() / a_sample) % source.pixels();
              const int64_t row = sample * source.pixels() + pixel;
              const int64_t to = sample * a_sample + k;
              source.gather(from_quantized, row, static_cast<int32_t>(group), quantized.row(to).data());
              source.gather(from_real, row, static_cast<int32_t>(group), real.row(to).data());
            }
          of_part[part][static_cast<size_t>(group)].add(quantized, real);
        }
      }
    });
    for (const auto& part : of_part)
      for (size_t group = 0; group < sum.size(); ++group) sum[group].add(part[group]);
    return sum;
  }

  void fit_layer(size_t i) {
    const NodeView view{in_.graph, in_.graph.nodes[i]};
    const Rows rows = Rows::of(view);
    const MatrixXd weights = weights_of(view, rows);
    const VectorXd bias = bias_of(view, rows);
    const VectorXd least =
        least_scales(view, in_.assignment, in_.assignment.precision[i], in_.classes, weights, bias);
    const bool per_tensor = passes_.per_tensor_fully_connected && view.node.op == Op::fully_connected;
    const bool uses_data = passes_.bias_correction || passes_.error_feedback || passes_.refit;
    LayerWeights layer{.integers = std::vector<int8_t>(static_cast<size_t>(weights.size())),
                       .scales = std::vector<float>(static_cast<size_t>(rows.outputs)),
                       .bias = std::vector<float>(static_cast<size_t>(rows.outputs))};
    std::vector<Moments> fit;
    std::vector<Moments> held_out;
    if (uses_data && has_moments(view)) {
      fit = moments(fit_, view, rows);
      held_out = moments(held_out_, view, rows);
    }
    const int64_t in_group = rows.outputs / rows.groups;
    const auto fit_group = [&](size_t group) {
      const int64_t first = static_cast<int64_t>(group) * in_group;
      const MatrixXd part = weights.middleRows(first, in_group);
      const VectorXd part_bias = bias.segment(first, in_group);
      const VectorXd part_least = least.segment(first, in_group);
      const FittedRows fitted = fit.empty()
                                    ? nearest_rows(part, part_bias, part_least, per_tensor)
                                    : fit_rows(part, part_bias, fit[group], held_out[group], part_least,
                                               {.bias_correction = passes_.bias_correction,
                                                .error_feedback = passes_.error_feedback,
                                                .refit = passes_.refit,
                                                .per_tensor = per_tensor});
      for (int64_t o = 0; o < in_group; ++o) {
        for (int64_t k = 0; k < rows.length; ++k)
          layer.integers[rows.element(first + o, k)] = static_cast<int8_t>(fitted.integers(o, k));
        layer.scales[static_cast<size_t>(first + o)] = static_cast<float>(fitted.scales(o));
        layer.bias[static_cast<size_t>(first + o)] = static_cast<float>(fitted.bias(o));
      }
    };
    for_each_in_parallel(static_cast<size_t>(rows.groups), fit_group);
    std::vector<float> real(layer.integers.size());
    for (int64_t o = 0; o < rows.outputs; ++o)
      for (int64_t k = 0; k < rows.length; ++k) {
        const size_t at = rows.element(o, k);
        real[at] = static_cast<float>(layer.integers[at]) * layer.scales[static_cast<size_t>(o)];
      }
    simulated_.at(view.node.inputs[1]).constant = Constant::of(real);
    simulated_.at(view.node.inputs[2]).constant = Constant::of(layer.bias);
    result_.layers[i] = std::move(layer);
  }

  const FitInput& in_;
  FitPasses passes_;
  bool report_;
  FloatExecutor executor_;
  Graph simulated_;  // float, with weights that are multiples of their scales
  Flow fit_;
  Flow held_out_;
  std::optional<Flow> unseen_;
  std::vector<Flow*> flows_;
  std::vector<size_t> last_use_;  // by tensor: the last node that reads it
  NetworkFit result_;
};

}  // namespace

LayerSizes layer_sizes(const NodeView& view) {
  const Rows rows = Rows::of(view);
  return {.weights = static_cast<size_t>(rows.outputs * rows.length),
          .outputs = static_cast<size_t>(rows.outputs)};
}

NetworkFit fit_network(const FitInput& input, const FitPasses& passes, bool report) {
  return Fitter(input, passes, report).run();
}

std::map<size_t, LayerWeights> round_network(const Graph& graph, const Assignment& assignment,
                                             const std::vector<Quantization>& classes,
                                             const FitPasses& passes) {
  std::map<size_t, LayerWeights> layers;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!assignment.quantized(i) || !weights_axis(graph.nodes[i].op)) continue;
    const NodeView view{graph, graph.nodes[i]};
    const Rows rows = Rows::of(view);
    const MatrixXd weights = weights_of(view, rows);
    const VectorXd bias = bias_of(view, rows);
    const FittedRows fitted = nearest_rows(
        weights, bias, least_scales(view, assignment, assignment.precision[i], classes, weights, bias),
        passes.per_tensor_fully_connected && view.node.op == Op::fully_connected);
    LayerWeights& layer = layers[i];
    layer.integers.resize(static_cast<size_t>(weights.size()));
    for (int64_t o = 0; o < rows.outputs; ++o) {
      for (int64_t k = 0; k < rows.length; ++k)
        layer.integers[rows.element(o, k)] = static_cast<int8_t>(fitted.integers(o, k));
      layer.scales.push_back(static_cast<float>(fitted.scales(o)));
      layer.bias.push_back(static_cast<float>(fitted.bias(o)));
    }
  }
  return layers;
}

SampleValues some_of(const SampleValues& samples, size_t most) {
  const size_t count = samples.count();
  if (count <= most) return samples;
  SampleValues result{.types = samples.types,
                      .values = std::vector<std::vector<std::byte>>(samples.types.size())};
  for (size_t i = 0; i < most; ++i)
    for (size_t input = 0; input < samples.types.size(); ++input) {
      const auto value = samples.value(input, i * count / most);
      result.values[input].insert(result.values[input].end(), value.begin(), value.end());
    }
  return result;
}

}  // namespace burin
