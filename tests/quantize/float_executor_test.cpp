#include "quantize/float_executor.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>

#include "eval/evaluator.hpp"
#include "ops/operator.hpp"
#include "quantize/tasks.hpp"
#include "random/generator.hpp"
#include "samplers/samplers.hpp"
#include "support/random.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

SampleValues random_samples(const Graph& graph, Random& random, size_t count) {
  SampleValues samples;
  for (const TensorId id : graph.inputs) {
    const TensorType& type = graph.at(id).type;
    samples.types.push_back(type);
    Value values = Value::zeros(
        {type.dtype, Shape{static_cast<int32_t>(count), static_cast<int32_t>(type.shape.elements())}});
    if (type.dtype == DType::f32)
      for (float& x : values.as<float>()) x = static_cast<float>(random.real(-1, 1));
    else
      for (std::byte& byte : values.bytes)
        byte = static_cast<std::byte>(random.next() & (type.dtype == DType::boolean ? 1 : 0xFF));
    samples.values.push_back(std::move(values.bytes));
  }
  return samples;
}

// Integers are equal, reals within what the order of a sum changes.
void require_near(const TensorType& type, std::span<const std::byte> expected,
                  std::span<const std::byte> actual) {
  REQUIRE(expected.size() == actual.size());
  if (type.dtype != DType::f32) {
    REQUIRE(std::ranges::equal(expected, actual));
    return;
  }
  const std::span a(reinterpret_cast<const float*>(expected.data()), expected.size() / sizeof(float));
  const std::span b(reinterpret_cast<const float*>(actual.data()), actual.size() / sizeof(float));
  float magnitude = 0.1f;
  for (const float x : a)
    if (std::isfinite(x)) magnitude = std::max(magnitude, std::abs(x));
  for (size_t i = 0; i < a.size(); ++i) {
    CAPTURE(i, a[i], b[i]);
    if (std::isfinite(a[i]))
      REQUIRE(std::abs(a[i] - b[i]) <= 2e-5f * magnitude);
    else
      REQUIRE((a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))));
  }
}

// Every tensor of every sample; the evaluator goes through the samples in order, as state wants it.
void require_equal_to_evaluator(const Graph& graph, const SampleValues& samples) {
  const FloatExecutor executor(graph);
  std::vector<Batch> batches(number_of_batches(executor, samples), Batch(graph, 0));
  run_batches(executor, samples, [&](Batch& batch, size_t number, size_t) { batches[number] = batch; });
  Evaluator evaluator(graph);
  for (size_t sample = 0; sample < samples.count(); ++sample) {
    evaluator.observe = [&](TensorId id, const Value& value) {
      CAPTURE(sample, id.index, graph.at(id).name);
      const std::span<const std::byte> all = std::as_const(batches[sample / executor.batch_size()]).bytes(id);
      require_near(graph.at(id).type, value.bytes,
                   all.subspan(sample % executor.batch_size() * value.bytes.size(), value.bytes.size()));
    };
    std::vector<Value> inputs;
    for (size_t i = 0; i < samples.types.size(); ++i)
      inputs.push_back(Value::of(samples.types[i], samples.value(i, sample)));
    evaluator.run(inputs);
  }
}

bool is_float(const Graph& graph) {
  return std::ranges::any_of(graph.tensors, [](const Tensor& t) { return t.type.dtype == DType::f32; });
}

}  // namespace

TEST_CASE("the float executor computes what every operator's definition says", "[float_executor]") {
  for (const Operator* definition : all_operators()) {
    size_t seen = 0;
    for (uint64_t seed = 0; seed < 60 && seen < 8; ++seed) {
      Random random(seed * 1000003 + static_cast<uint64_t>(definition->facts().op));
      const Graph graph = sample_graph(definition->facts().op, random);
      if (!is_float(graph) && seen > 0) continue;
      ++seen;
      CAPTURE(name_of(definition->facts().op), seed);
      require_equal_to_evaluator(graph, random_samples(graph, random, 3));
    }
    CHECK(seen > 0);
  }
}

TEST_CASE("the float executor computes random graphs as the evaluator does", "[float_executor]") {
  size_t float_graphs = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const Graph graph = random_graph(seed);
    if (!is_float(graph)) continue;
    ++float_graphs;
    CAPTURE(seed);
    Random random(seed);
    require_equal_to_evaluator(graph, random_samples(graph, random, 3));
  }
  CHECK(float_graphs > 20);
}

TEST_CASE("all samples are visited once, in batches that do not change a result", "[float_executor]") {
  // Without state, so that all samples can be one batch as well.
  Graph graph = random_graph(1);
  for (uint64_t seed = 1; graph.inputs.empty() || graph.at(graph.inputs[0]).type.bytes() == 0 ||
                          FloatExecutor(graph).has_state();
       ++seed)
    graph = random_graph(seed);
  Random random(7);
  const SampleValues samples = random_samples(graph, random, 101);
  const FloatExecutor executor(graph);
  std::vector<std::vector<std::byte>> outputs(number_of_batches(executor, samples));
  run_batches(executor, samples, [&](Batch& batch, size_t number, size_t first) {
    CHECK(first == number * executor.batch_size());
    const auto bytes = batch.bytes(graph.outputs[0]);
    outputs[number] = {bytes.begin(), bytes.end()};
  });
  std::vector<std::byte> joined;
  for (const auto& part : outputs) joined.insert(joined.end(), part.begin(), part.end());
  Batch whole(graph, samples.count());
  executor.load(whole, samples, 0);
  executor.run(whole);
  CHECK(std::ranges::equal(joined, whole.bytes(graph.outputs[0])));
}

TEST_CASE("the float executor computes trained float models as the evaluator does", "[float_executor]") {
  const std::vector<Task> tasks = all_tasks();
  if (tasks.empty()) test::skip("the folder of float models with data is not there");
  for (const Task& task : tasks) {
    CAPTURE(task.name);
    const Graph graph = task.model();
    SampleValues samples = task.calibration(graph);
    samples.values[0].resize(3 * static_cast<size_t>(samples.types[0].bytes()));
    require_equal_to_evaluator(graph, samples);
  }
}

TEST_CASE("the float executor is far faster than the evaluator", "[float_executor][.speed]") {
  for (const Task& task : all_tasks()) {
    const Graph graph = task.model();
    const SampleValues samples = task.calibration(graph);
    const FloatExecutor executor(graph);
    const auto seconds = [](const auto& work) {
      const auto start = std::chrono::steady_clock::now();
      work();
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    };
    const double batched = seconds([&] { run_batches(executor, samples, [](Batch&, size_t, size_t) {}); });
    Evaluator evaluator(graph);
    const std::vector<Value> input = {Value::of(samples.types[0], samples.value(0, 0))};
    const double alone = seconds([&] {
      for (int i = 0; i < 10; ++i) evaluator.run(input);
    });
    const double faster = (alone / 10) / (batched / static_cast<double>(samples.count()));
    WARN(task.name << ": " << static_cast<double>(samples.count()) / batched << " samples a second, "
                   << faster << " times the evaluator's");
    if (task.name == "resnet8") CHECK(faster >= 25);
  }
}

}  // namespace burin::test
