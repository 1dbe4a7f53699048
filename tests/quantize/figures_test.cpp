// The table of what quantization costs trained models, measured with integers in the reference evaluator on
// inputs that quantization never saw: burin_tests '[.figures]'. BURIN_TASK names one task,
// BURIN_FIGURE_SAMPLES how many test inputs are taken (default 200), BURIN_CALIBRATION_SAMPLES how many of
// the calibration samples (default all), BURIN_SCHEME int16 or hybrid for another scheme. "plain" and
// "chosen" are what the report says, of samples that decided nothing; "test dB" is of the test inputs.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "eval/evaluator.hpp"
#include "ir/edit.hpp"
#include "quantize/preparation.hpp"
#include "quantize/quantization.hpp"
#include "quantize/tasks.hpp"

namespace burin::test {
namespace {

// The test inputs as the float model takes them.
SampleValues test_inputs(const Task& task, const Graph& graph, size_t most) {
  std::ifstream stream(task.folder / "meta.json");
  const nlohmann::json to_float = nlohmann::json::parse(stream).at("test_inputs").at("to_float");
  const auto scale = to_float.at("scale").get<double>();
  const auto offset = to_float.at("offset").get<double>();
  Array array = read_npy_array(task.folder / "test_inputs.npy");
  for (float& x : array.values) x = static_cast<float>((static_cast<double>(x) - offset) * scale);
  SampleValues samples;
  samples.types = {graph.at(graph.inputs[0]).type};
  const auto elements = static_cast<size_t>(samples.types[0].shape.elements());
  array.values.resize(std::min(array.values.size(), most * elements));
  const auto bytes = std::as_bytes(std::span(array.values));
  samples.values.emplace_back(bytes.begin(), bytes.end());
  return samples;
}

// The graph with its judged tensor for the only output.
Graph judged_graph(Graph graph, const std::string& name) {
  for (size_t i = 0; i < graph.tensors.size(); ++i)
    if (graph.tensors[i].name == name || graph.tensors[i].name == name + "_int8" ||
        graph.tensors[i].name == name + "_int16") {
      graph.outputs = {TensorId(i)};
      break;
    }
  return graph;
}

Value as_input(const Value& real, const Tensor& tensor) {
  if (tensor.type.dtype == DType::f32) return real;
  Value input = Value::zeros(tensor.type);
  const IntegerRange range = integer_range(tensor.type.dtype);
  for (size_t k = 0; k < real.as<float>().size(); ++k)
    input.set_integer(k, std::clamp<int64_t>(std::lround(real.as<float>()[k] / tensor.quantization.scale()) +
                                                 tensor.quantization.zero_point(),
                                             range.lowest, range.highest));
  return input;
}

size_t number_from(const char* variable, size_t otherwise) {
  const char* text = std::getenv(variable);
  return text ? std::strtoul(text, nullptr, 10) : otherwise;
}

size_t place_of_largest(std::span<const float> values) {
  return static_cast<size_t>(std::ranges::max_element(values) - values.begin());
}

}  // namespace

TEST_CASE("figures of quantization on trained models", "[.figures]") {
  const char* wanted = std::getenv("BURIN_TASK");
  const size_t most = number_from("BURIN_FIGURE_SAMPLES", 200);
  const size_t calibrated_with = number_from("BURIN_CALIBRATION_SAMPLES", SIZE_MAX);
  fmt::print("{:<18} {:>7} {:>7} {:>8} {:>8} {:>8} {:>7} {:>6}\n", "task", "plain", "chosen", "test dB",
             "float", "int8", "agree", "s");
  QuantizationOptions options;
  const std::string scheme = std::getenv("BURIN_SCHEME") ? std::getenv("BURIN_SCHEME") : "int8";
  options.scheme = scheme == "int16"    ? Precision::s16
                   : scheme == "hybrid" ? Precision::hybrid
                                        : Precision::s8;
  for (const Task& task : all_tasks()) {
    if (wanted && task.name != wanted) continue;
    const Graph graph = task.model();
    const auto start = std::chrono::steady_clock::now();
    const Result<QuantizedModel> model =
        quantize_model(graph, some_of(task.calibration(graph), calibrated_with), options);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    REQUIRE(model);
    const TensorId judged = judged_tensors(graph).at(0);
    const SampleValues inputs = test_inputs(task, graph, most);
    const FloatExecutor executor(graph);
    std::vector<std::vector<float>> parts(number_of_batches(executor, inputs));
    run_batches(executor, inputs, [&](Batch& batch, size_t number, size_t) {
      const auto values = batch.real(judged);
      parts[number].assign(values.begin(), values.end());
    });
    std::vector<float> expected;
    for (const auto& part : parts) expected.insert(expected.end(), part.begin(), part.end());
    const size_t length = expected.size() / inputs.count();
    std::vector<float> labels;
    if (std::filesystem::exists(task.folder / "test_labels.npy"))
      labels = read_npy_array(task.folder / "test_labels.npy").values;

    const Graph quantized = judged_graph(model->graph, graph.at(judged).name);
    const Tensor& from = quantized.at(quantized.inputs[0]);
    const Tensor& to = quantized.at(quantized.outputs[0]);
    struct Sums {
      double square = 0, energy = 0;
      size_t agreeing = 0, right = 0, right_float = 0;
    };
    constexpr size_t chunk = 16;
    std::vector<Sums> sums((inputs.count() + chunk - 1) / chunk);
    for_each_in_parallel(sums.size(), [&](size_t number) {
      Evaluator evaluator(quantized);
      auto& [square, energy, agreeing, right, right_float] = sums[number];
      for (size_t i = number * chunk; i < std::min(inputs.count(), (number + 1) * chunk); ++i) {
        const Value real = Value::of(inputs.types[0], inputs.value(0, i));
        const Value input = as_input(real, from);
        const std::vector<Value> outputs = evaluator.run(std::vector<Value>{input});
        std::vector<float> actual;
        for (size_t k = 0; k < length; ++k)
          actual.push_back(to.type.dtype == DType::f32
                               ? outputs[0].as<float>()[k]
                               : to.quantization.scale() * static_cast<float>(outputs[0].integer(k) -
                                                                              to.quantization.zero_point()));
        const std::span<const float> one = std::span<const float>(expected).subspan(i * length, length);
        for (size_t k = 0; k < length; ++k) {
          square += std::pow(static_cast<double>(one[k]) - static_cast<double>(actual[k]), 2);
          energy += std::pow(static_cast<double>(one[k]), 2);
        }
        agreeing += place_of_largest(one) == place_of_largest(actual) ? 1 : 0;
        if (labels.empty()) continue;
        right += place_of_largest(actual) == static_cast<size_t>(labels[i]) ? 1 : 0;
        right_float += place_of_largest(one) == static_cast<size_t>(labels[i]) ? 1 : 0;
      }
    });
    Sums all;
    for (const Sums& part : sums) {
      all.square += part.square;
      all.energy += part.energy;
      all.agreeing += part.agreeing;
      all.right += part.right;
      all.right_float += part.right_float;
    }
    const auto percent = [&](size_t count) {
      return 100.0 * static_cast<double>(count) / static_cast<double>(inputs.count());
    };
    fmt::print("{:<18} {:>7.2f} {:>7.2f} {:>8.2f} {:>8.2f} {:>8.2f} {:>7.2f} {:>6.1f}\n", task.name,
               model->sqnr_plain_db, model->sqnr_db, decibels(all.square / all.energy),
               percent(all.right_float), percent(all.right), percent(all.agreeing), seconds);
    CHECK(model->sqnr_db >= model->sqnr_plain_db - 0.2);
  }
}

}  // namespace burin::test
