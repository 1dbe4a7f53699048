#include "quantize/range_choice.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "quantize/operator_rules.hpp"

namespace burin {
namespace {

constexpr size_t histogram_parts = 4096;

bool is_real_value(const Graph& graph, size_t tensor) {
  return graph.tensors[tensor].type.dtype == DType::f32 && !graph.tensors[tensor].is_constant() &&
         !graph.tensors[tensor].variable && graph.tensors[tensor].type.shape.elements() > 0;
}

// Sums over the parts of a histogram up to each of them.
struct Sums {
  std::vector<double> count{0}, first{0}, second{0};
  explicit Sums(const Statistics::Values& values) {
    const double width = part_width(values);
    for (size_t i = 0; i < values.histogram.size(); ++i) {
      const double x = static_cast<double>(values.lowest) + (static_cast<double>(i) + 0.5) * width;
      const auto n = static_cast<double>(values.histogram[i]);
      count.push_back(count.back() + n);
      first.push_back(first.back() + n * x);
      second.push_back(second.back() + n * x * x);
    }
  }
  static double part_width(const Statistics::Values& values) {
    return (static_cast<double>(values.highest) - static_cast<double>(values.lowest)) /
           static_cast<double>(histogram_parts);
  }
  // Sum of (x - edge)² over the parts [from, to).
  double around(double edge, size_t from, size_t to) const {
    return second[to] - second[from] - 2 * edge * (first[to] - first[from]) +
           edge * edge * (count[to] - count[from]);
  }
};

Quantization least_squares(const Statistics::Values& values) {
  const Sums sums(values);
  const double width = Sums::part_width(values);
  const auto part_of = [&](double x) {
    return static_cast<size_t>(std::clamp((x - static_cast<double>(values.lowest)) / width, 0.0,
                                          static_cast<double>(histogram_parts)));
  };
  const double low = std::min(0.0, static_cast<double>(values.lowest));
  const double high = std::max(0.0, static_cast<double>(values.highest));
  double least = INFINITY;
  double best_low = low;
  double best_high = high;
  for (int a = 50; a >= (low < 0 ? 10 : 50); --a)
    for (int b = 50; b >= (high > 0 ? 10 : 50); --b) {
      const double from = low * a / 50;
      const double to = high * b / 50;
      const double step = (to - from) / 255;
      const size_t first = part_of(from);
      const size_t last = std::max(first, part_of(to));
      const double error = sums.around(from, 0, first) + sums.around(to, last, histogram_parts) +
                           (sums.count[last] - sums.count[first]) * step * step / 12;
      if (error < least) {
        least = error;
        best_low = from;
        best_high = to;
      }
    }
  return int8_quantization(static_cast<float>(best_low), static_cast<float>(best_high));
}

Quantization percentile(const Statistics::Values& values) {
  const Sums sums(values);
  const double outside = sums.count.back() * 1e-4 / 2;
  size_t first = 0;
  size_t last = histogram_parts;
  while (first + 1 < last && sums.count[first + 1] <= outside) ++first;
  while (last > first + 1 && sums.count.back() - sums.count[last - 1] <= outside) --last;
  const double width = Sums::part_width(values);
  const auto edge = [&](size_t part) {
    return static_cast<float>(static_cast<double>(values.lowest) + static_cast<double>(part) * width);
  };
  return int8_quantization(edge(first), edge(last));
}

Quantization shrunk(const Quantization& quantization, float factor) {
  const float step = quantization.scale();
  const auto zero_point = static_cast<float>(quantization.zero_point());
  return int8_quantization((-128 - zero_point) * step * factor, (127 - zero_point) * step * factor);
}

}  // namespace

std::vector<std::vector<float>> channel_magnitudes(const FloatExecutor& executor,
                                                   const SampleValues& samples) {
  const Graph& graph = executor.graph();
  std::vector<std::vector<std::vector<float>>> parts(number_of_batches(executor, samples));
  run_batches(executor, samples, [&](Batch& batch, size_t number, size_t) {
    std::vector<std::vector<float>>& found = parts[number];
    found.resize(graph.tensors.size());
    for (size_t i = 0; i < graph.tensors.size(); ++i) {
      if (!is_real_value(graph, i) || !batch.holds(TensorId(i))) continue;
      const std::span<const float> values = batch.real(TensorId(i));
      const Shape& shape = graph.tensors[i].type.shape;
      const size_t period = shape.rank() == 0 ? 1 : static_cast<size_t>(shape[-1]);
      found[i].resize(period, 0);
      for (size_t row = 0; row < values.size(); row += period)
        for (size_t c = 0; c < period; ++c) found[i][c] = std::max(found[i][c], std::abs(values[row + c]));
    }
  });
  std::vector<std::vector<float>> result(graph.tensors.size());
  for (auto& part : parts)
    for (size_t i = 0; i < part.size(); ++i) {
      result[i].resize(std::max(result[i].size(), part[i].size()), 0);
      for (size_t c = 0; c < part[i].size(); ++c) result[i][c] = std::max(result[i][c], part[i][c]);
    }
  return result;
}

Statistics collect_statistics(const FloatExecutor& executor, const Assignment& assignment,
                              const SampleValues& samples) {
  Statistics result;
  result.classes.resize(assignment.classes.size());
  using Found = std::vector<Statistics::Values>;
  std::vector<Found> parts(number_of_batches(executor, samples));
  const auto for_each_class = [&](Batch& batch, const auto& visit) {
    for (size_t k = 0; k < assignment.classes.size(); ++k)
      for (const TensorId id : assignment.classes[k].tensors)
        if (batch.holds(id)) visit(k, std::span<const float>(batch.real(id)));
  };
  run_batches(executor, samples, [&](Batch& batch, size_t number, size_t) {
    parts[number].resize(assignment.classes.size());
    for_each_class(batch, [&](size_t k, std::span<const float> values) {
      Statistics::Values& found = parts[number][k];
      for (const float x : values) {
        found.lowest = std::min(found.lowest, x);
        found.highest = std::max(found.highest, x);
      }
    });
  });
  for (const Found& part : parts)
    for (size_t k = 0; k < part.size(); ++k) {
      result.classes[k].lowest = std::min(result.classes[k].lowest, part[k].lowest);
      result.classes[k].highest = std::max(result.classes[k].highest, part[k].highest);
    }
  run_batches(executor, samples, [&](Batch& batch, size_t number, size_t) {
    for (Statistics::Values& values : parts[number]) values.histogram.assign(histogram_parts, 0);
    for_each_class(batch, [&](size_t k, std::span<const float> values) {
      const float lowest = result.classes[k].lowest;
      const float span = result.classes[k].highest - lowest;
      if (!(span > 0)) return;
      const float to_part = static_cast<float>(histogram_parts) / span;
      std::vector<int64_t>& histogram = parts[number][k].histogram;
      for (const float x : values)
        ++histogram[std::min(histogram_parts - 1,
                             static_cast<size_t>(std::max(0.0f, (x - lowest) * to_part)))];
    });
  });
  for (size_t k = 0; k < result.classes.size(); ++k) {
    std::vector<int64_t>& histogram = result.classes[k].histogram;
    histogram.assign(histogram_parts, 0);
    for (const Found& part : parts)
      for (size_t i = 0; i < histogram_parts; ++i) histogram[i] += part[k].histogram[i];
  }
  return result;
}

Quantization quantization_by(const RangeChoice& choice, const Statistics::Values& values,
                             Precision precision) {
  if (precision == Precision::s16)
    return quantization_of_range(values.lowest * choice.factor, values.highest * choice.factor, precision);
  const bool extremes = !(values.highest > values.lowest) || choice.rule == RangeRule::extremes;
  const Quantization found = extremes ? int8_quantization(values.lowest, values.highest)
                             : choice.rule == RangeRule::percentile ? percentile(values)
                                                                    : least_squares(values);
  return choice.factor == 1 ? found : shrunk(found, choice.factor);
}

std::vector<RangeChoice> range_candidates(Precision precision) {
  // A step of int16 costs next to nothing, a value beyond the range much.
  if (precision == Precision::s16)
    return {{RangeRule::extremes, 1}, {RangeRule::extremes, 1.25f}, {RangeRule::extremes, 1.6f}};
  return {{RangeRule::extremes, 1},         {RangeRule::extremes, 1.1f}, {RangeRule::percentile, 1},
          {RangeRule::least_squares, 1},    {RangeRule::extremes, 0.9f}, {RangeRule::least_squares, 1.12f},
          {RangeRule::least_squares, 0.88f}};
}

size_t fake_quantize(std::span<float> values, const Quantization& quantization, Precision precision) {
  const IntegerRange range = integer_range(activation_type(precision));
  const auto lowest = static_cast<int32_t>(range.lowest);
  const auto highest = static_cast<int32_t>(range.highest);
  const float scale = quantization.scale();
  const float inverse = 1 / scale;
  const auto low = static_cast<float>(lowest - quantization.zero_point());
  const auto high = static_cast<float>(highest - quantization.zero_point());
  // Added and taken away again it leaves no room for a fraction: the nearest integer, for magnitudes below
  // 2^22.
  constexpr float rounder = 12582912.0f;
  int32_t outside = 0;
  for (float& value : values) {
    const float x = value * inverse;
    outside += static_cast<int32_t>(x < low - 0.5f) + static_cast<int32_t>(x > high + 0.5f);
    const float clamped = std::clamp(x, low, high);
    value = ((clamped + rounder) - rounder) * scale;
  }
  return static_cast<size_t>(outside);
}

std::vector<std::vector<double>> errors_of_quantizations(
    const FloatExecutor& executor, const Assignment& assignment,
    const std::vector<std::vector<Quantization>>& candidates, const std::vector<TensorId>& judged,
    const SampleValues& samples) {
  const Graph& graph = executor.graph();
  const size_t classes = assignment.classes.size();
  // The nodes that see a change of a class, in order.
  std::vector<std::vector<size_t>> behind(classes);
  for (size_t k = 0; k < classes; ++k) {
    std::set<TensorId> changed(assignment.classes[k].tensors.begin(), assignment.classes[k].tensors.end());
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      const Node& node = graph.nodes[i];
      if (std::ranges::none_of(node.inputs, [&](TensorId id) { return changed.contains(id); })) continue;
      behind[k].push_back(i);
      changed.insert(node.outputs.begin(), node.outputs.end());
    }
  }
  std::vector<std::vector<std::vector<double>>> parts(number_of_batches(executor, samples));
  run_batches(executor, samples, [&](Batch& batch, size_t number, size_t) {
    std::vector<std::vector<float>> expected;
    for (const TensorId id : judged) {
      const auto values = batch.real(id);
      expected.emplace_back(values.begin(), values.end());
    }
    std::vector<std::vector<double>>& errors = parts[number];
    errors.resize(classes);
    for (size_t k = 0; k < classes; ++k) {
      if (candidates[k].empty()) continue;
      // Sources are restored for every candidate; what lies behind them is computed again.
      std::vector<std::pair<TensorId, std::vector<float>>> kept;
      const auto keep = [&](TensorId id) {
        if (graph.at(id).type.dtype != DType::f32 || !batch.holds(id)) return;
        const auto values = batch.real(id);
        kept.emplace_back(id, std::vector<float>(values.begin(), values.end()));
      };
      for (const TensorId id : assignment.classes[k].tensors) keep(id);
      const size_t sources = kept.size();
      for (const size_t node : behind[k])
        for (const TensorId id : graph.nodes[node].outputs)
          if (assignment.class_of[id.index] != k) keep(id);
      const auto restore = [&](size_t count) {
        for (size_t i = 0; i < count; ++i)
          std::ranges::copy(kept[i].second, batch.real(kept[i].first).begin());
      };
      for (size_t c = 0; c < candidates[k].size(); ++c) {
        const Quantization& candidate = candidates[k][c];
        const auto same = std::ranges::find(candidates[k], candidate) - candidates[k].begin();
        if (static_cast<size_t>(same) < c) {
          errors[k].push_back(errors[k][static_cast<size_t>(same)]);
          continue;
        }
        restore(sources);
        for (size_t i = 0; i < sources; ++i)
          fake_quantize(batch.real(kept[i].first), candidate, assignment.classes[k].precision);
        for (const size_t node : behind[k]) {
          executor.run_node(node, batch);
          for (const TensorId id : graph.nodes[node].outputs)
            if (assignment.class_of[id.index] == k)
              fake_quantize(batch.real(id), candidate, assignment.classes[k].precision);
        }
        double error = 0;
        for (size_t j = 0; j < judged.size(); ++j) {
          const auto values = batch.real(judged[j]);
          double square = 0;
          double energy = 1e-30;
          for (size_t i = 0; i < values.size(); ++i) {
            const auto difference = static_cast<double>(values[i] - expected[j][i]);
            square += difference * difference;
            energy += static_cast<double>(expected[j][i]) * static_cast<double>(expected[j][i]);
          }
          error += square / energy;
        }
        errors[k].push_back(error);
      }
      restore(kept.size());
    }
  });
  std::vector<std::vector<double>> sums(classes);
  for (size_t k = 0; k < classes; ++k) {
    sums[k].resize(candidates[k].size(), 0);
    for (const auto& part : parts)
      for (size_t c = 0; c < sums[k].size(); ++c) sums[k][c] += part[k][c];
  }
  return sums;
}

std::vector<size_t> choose_quantizations(const FloatExecutor& executor, const Assignment& assignment,
                                         const std::vector<std::vector<Quantization>>& offered,
                                         const std::vector<TensorId>& judged, const SampleValues& samples) {
  std::vector<std::vector<Quantization>> candidates = offered;
  for (std::vector<Quantization>& of_class : candidates)
    if (of_class.size() < 2) of_class.clear();
  std::vector<size_t> chosen;
  for (const std::vector<double>& errors :
       errors_of_quantizations(executor, assignment, candidates, judged, samples))
    chosen.push_back(errors.empty() ? 0
                                    : static_cast<size_t>(std::ranges::min_element(errors) - errors.begin()));
  return chosen;
}

}  // namespace burin
