#include "quantize/quantization.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "eval/evaluator.hpp"
#include "ir/edit.hpp"
#include "ir/verify.hpp"
#include "ops/operator.hpp"
#include "ops/pooling/attributes.hpp"
#include "ops/reduction/attributes.hpp"
#include "ops/window.hpp"
#include "quantize/operator_rules.hpp"
#include "quantize/preparation.hpp"
#include "quantize/tasks.hpp"
#include "random/generator.hpp"
#include "support/random.hpp"
#include "support/skip.hpp"

namespace burin::test {
namespace {

TensorId real_tensor(Graph& graph, const char* name, Shape shape) {
  Tensor tensor;
  tensor.name = name;
  tensor.type = {DType::f32, std::move(shape)};
  return add_tensor(graph, std::move(tensor));
}

TensorId real_constant(Graph& graph, const char* name, Shape shape, std::vector<float> values) {
  const TensorId id = real_tensor(graph, name, std::move(shape));
  graph.at(id).constant = Constant::of(values);
  return id;
}

std::vector<float> random_values(Random& random, size_t count, double magnitude) {
  std::vector<float> values(count);
  for (float& x : values) x = static_cast<float>(random.real(-magnitude, magnitude));
  return values;
}

void add_node(Graph& graph, Op op, std::vector<TensorId> inputs, TensorId output, Attributes attributes,
              Activation activation = Activation::none) {
  Node node;
  node.op = op;
  node.inputs = std::move(inputs);
  node.outputs = {output};
  node.attributes = std::move(attributes);
  node.activation = activation;
  node.name = graph.at(output).name;
  node.source_index = static_cast<int32_t>(graph.nodes.size());
  graph.nodes.push_back(std::move(node));
}

// Image, convolution, multiplication and addition as batch normalization is, depthwise convolution, residual
// addition, average, fully connected, softmax. Channels differ in range by `spread`.
Graph small_network(Random& random, double spread) {
  Graph graph;
  const TensorId image = real_tensor(graph, "image", {1, 8, 8, 2});
  WindowAttributes same;
  same.pad_top = same.pad_bottom = same.pad_left = same.pad_right = 1;
  std::vector<float> factors(8);
  for (size_t c = 0; c < 8; ++c)
    factors[c] = static_cast<float>(std::pow(spread, static_cast<double>(c) / 7.0 - 0.5));
  const TensorId first = real_tensor(graph, "first", {1, 8, 8, 8});
  add_node(graph, Op::convolution_2d,
           {image, real_constant(graph, "first/weights", {8, 3, 3, 2}, random_values(random, 144, 0.5)),
            TensorId()},
           first, Attributes::of(same));
  const TensorId scaled = real_tensor(graph, "scaled", {1, 8, 8, 8});
  add_node(graph, Op::mul, {first, real_constant(graph, "gamma", {8}, factors)}, scaled,
           Attributes::of(NoAttributes{}));
  const TensorId shifted = real_tensor(graph, "shifted", {1, 8, 8, 8});
  add_node(graph, Op::add, {scaled, real_constant(graph, "beta", {8}, random_values(random, 8, 0.05))},
           shifted, Attributes::of(NoAttributes{}), Activation::relu);
  const TensorId depthwise = real_tensor(graph, "depthwise", {1, 8, 8, 8});
  std::vector<float> taps = random_values(random, 72, 0.6);
  for (size_t i = 0; i < taps.size(); ++i) taps[i] /= factors[i % 8];
  add_node(graph, Op::depthwise_convolution_2d,
           {shifted, real_constant(graph, "depthwise/weights", {1, 3, 3, 8}, taps),
            real_constant(graph, "depthwise/bias", {8}, random_values(random, 8, 0.1))},
           depthwise, Attributes::of(same), Activation::relu);
  const TensorId second = real_tensor(graph, "second", {1, 8, 8, 8});
  add_node(graph, Op::convolution_2d,
           {depthwise, real_constant(graph, "second/weights", {8, 1, 1, 8}, random_values(random, 64, 0.4)),
            real_constant(graph, "second/bias", {8}, random_values(random, 8, 0.1))},
           second, Attributes::of(WindowAttributes{}));
  const TensorId sum = real_tensor(graph, "sum", {1, 8, 8, 8});
  add_node(graph, Op::add, {depthwise, second}, sum, Attributes::of(NoAttributes{}), Activation::relu);
  const TensorId mean = real_tensor(graph, "mean", {1, 1, 1, 8});
  PoolAttributes pool;
  pool.window_height = pool.window_width = 8;
  add_node(graph, Op::average_pool_2d, {sum}, mean, Attributes::of(pool));
  const TensorId logits = real_tensor(graph, "logits", {1, 5});
  std::string error;
  add_node(graph, Op::fully_connected,
           {mean, real_constant(graph, "dense/weights", {5, 8}, random_values(random, 40, 1)),
            real_constant(graph, "dense/bias", {5}, random_values(random, 5, 0.5))},
           logits, operator_of(Op::fully_connected).parse_attributes({}, error));
  const TensorId scores = real_tensor(graph, "scores", {1, 5});
  add_node(graph, Op::softmax, {logits}, scores, Attributes::of(SoftmaxAttributes{}));
  graph.inputs = {image};
  graph.outputs = {scores};
  REQUIRE(broken_rules(graph).empty());
  REQUIRE(check_operators(graph).empty());
  return graph;
}

SampleValues samples_for(const Graph& graph, Random& random, size_t count) {
  SampleValues samples;
  for (const TensorId id : graph.inputs) {
    const TensorType& type = graph.at(id).type;
    samples.types.push_back(type);
    samples.values.emplace_back(count * static_cast<size_t>(type.bytes()));
    if (type.dtype != DType::f32) continue;  // zeros
    const std::span values(reinterpret_cast<float*>(samples.values.back().data()),
                           samples.values.back().size() / sizeof(float));
    for (float& x : values) x = static_cast<float>(random.real(-1, 1));
  }
  return samples;
}

std::vector<float> evaluated(const Graph& graph, const SampleValues& samples, size_t sample) {
  Evaluator evaluator(graph);
  std::vector<Value> inputs;
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const Tensor& tensor = graph.at(graph.inputs[i]);
    const Value given = Value::of(samples.types[i], samples.value(i, sample));
    if (tensor.type == samples.types[i]) {
      inputs.push_back(given);
      continue;
    }
    Value value = Value::zeros(tensor.type);
    const IntegerRange range = integer_range(tensor.type.dtype);
    for (size_t k = 0; k < given.as<float>().size(); ++k)
      value.set_integer(k,
                        std::clamp<int64_t>(std::lround(given.as<float>()[k] / tensor.quantization.scale()) +
                                                tensor.quantization.zero_point(),
                                            range.lowest, range.highest));
    inputs.push_back(std::move(value));
  }
  const std::vector<Value> outputs = evaluator.run(inputs);
  const Tensor& tensor = graph.at(graph.outputs[0]);
  std::vector<float> reals;
  for (int64_t i = 0; i < tensor.type.shape.elements(); ++i)
    reals.push_back(tensor.type.dtype == DType::f32
                        ? outputs[0].as<float>()[static_cast<size_t>(i)]
                        : tensor.quantization.scale() *
                              static_cast<float>(outputs[0].integer(static_cast<size_t>(i)) -
                                                 tensor.quantization.zero_point()));
  return reals;
}

// Signal to noise of the first output over all samples.
double measured_db(const Graph& real, const Graph& quantized, const SampleValues& samples) {
  double square = 0;
  double energy = 0;
  for (size_t i = 0; i < samples.count(); ++i) {
    const std::vector<float> a = evaluated(real, samples, i);
    const std::vector<float> b = evaluated(quantized, samples, i);
    for (size_t k = 0; k < a.size(); ++k) {
      square += static_cast<double>((a[k] - b[k]) * (a[k] - b[k]));
      energy += static_cast<double>(a[k] * a[k]);
    }
  }
  return decibels(square / energy);
}

Graph up_to_logits(Graph graph) {
  graph.outputs = judged_tensors(graph);
  graph.nodes.pop_back();
  drop_unused_tensors(graph);
  return graph;
}

}  // namespace

TEST_CASE("preparation folds batch normalization and changes nothing else", "[quantize]") {
  Random random(3);
  const Graph graph = small_network(random, 10);
  const Graph prepared = prepare_for_quantization(graph);
  CHECK(prepared.nodes.size() == graph.nodes.size() - 2);
  const SampleValues samples = samples_for(graph, random, 4);
  CHECK(measured_db(graph, prepared, samples) > 100);
}

TEST_CASE("equalization leaves the float function as it is", "[quantize]") {
  Random random(4);
  const Graph graph = prepare_for_quantization(small_network(random, 100));
  const std::vector<ChannelGroup> groups = channel_groups(graph);
  // Behind the first convolution; behind the depthwise one, through the addition and the pool.
  CHECK(groups.size() == 2);
  const SampleValues samples = samples_for(graph, random, 16);
  const FloatExecutor executor(graph);
  const auto magnitudes = channel_magnitudes(executor, samples);
  for (const Equalization how : {Equalization::square_root, Equalization::full, Equalization::smooth_half}) {
    Graph scaled = graph;
    for (const ChannelGroup& group : groups)
      scale_channels(scaled, group, equalizing_factors(graph, group, how, magnitudes));
    CHECK(scaled != graph);
    CHECK(measured_db(graph, scaled, samples) > 90);
  }
}

TEST_CASE("a quantized network computes in integers what the float network does", "[quantize]") {
  Random random(5);
  const double spread = GENERATE(1.0, 300.0);
  const Graph graph = up_to_logits(small_network(random, spread));
  const SampleValues samples = samples_for(graph, random, 64);
  const InterfaceType interface = GENERATE(InterfaceType::s8, InterfaceType::u8, InterfaceType::f32);
  QuantizationOptions options;
  options.interface = interface;
  const Result<QuantizedModel> model = quantize_model(graph, samples, options);
  REQUIRE(model);
  CAPTURE(spread, static_cast<int>(interface), model->sqnr_db, model->sqnr_plain_db);
  CHECK(model->float_layers.empty());
  CHECK(model->sqnr_db >= model->sqnr_plain_db - 0.2);
  if (spread > 1) CHECK(model->sqnr_db > model->sqnr_plain_db + 5);
  const DType wanted = interface == InterfaceType::f32  ? DType::f32
                       : interface == InterfaceType::s8 ? DType::s8
                                                        : DType::u8;
  CHECK(model->graph.at(model->graph.inputs[0]).type.dtype == wanted);
  CHECK(model->graph.at(model->graph.outputs[0]).type.dtype == wanted);
  CHECK(model->graph.at(model->graph.inputs[0]).name == "image");
  CHECK(model->graph.at(model->graph.outputs[0]).name == "logits");
  CHECK(model->measured_on == 16);
  // What was simulated in float32, of samples that decided nothing, is what integers give of others.
  const SampleValues others = samples_for(graph, random, 64);
  CHECK(std::abs(measured_db(graph, model->graph, others) - model->sqnr_db) < 2);
  CHECK(measured_db(graph, model->graph, samples) > 28);
}

TEST_CASE("int16 between layers, or float32, loses far less than int8", "[quantize]") {
  Random random(5);
  const Graph graph = up_to_logits(small_network(random, 30));
  const SampleValues samples = samples_for(graph, random, 64);
  const SampleValues others = samples_for(graph, random, 32);
  QuantizationOptions options;
  options.scheme = GENERATE(Precision::s16, Precision::hybrid);
  options.gains = false;
  const Result<QuantizedModel> model = quantize_model(graph, samples, options);
  REQUIRE(model);
  CHECK(model->float_layers.empty());
  const double decibels = measured_db(graph, model->graph, others);
  CAPTURE(name_of(options.scheme), model->sqnr_db, model->sqnr_plain_db);
  CHECK(decibels > 42);
  CHECK(std::abs(decibels - model->sqnr_db) < 4);
  const bool wide = options.scheme == Precision::s16;
  const DType dtype = wide ? DType::s16 : DType::f32;
  CHECK(model->graph.at(model->graph.inputs[0]).type.dtype == dtype);
  CHECK(model->graph.at(model->graph.outputs[0]).type.dtype == dtype);
  for (const Node& node : model->graph.nodes) {
    CHECK(node.op != Op::quantize);
    for (const TensorId id : node.outputs) CHECK(model->graph.at(id).type.dtype == dtype);
    if (!weights_axis(node.op)) continue;
    CHECK(model->graph.at(node.inputs[1]).type.dtype == DType::s8);
    CHECK(model->graph.at(node.inputs[2]).type.dtype == (wide ? DType::s64 : DType::f32));
  }
}

TEST_CASE("int8 inputs and outputs of an int16 network cost what int8 costs there", "[quantize]") {
  Random random(5);
  const Graph graph = up_to_logits(small_network(random, 30));
  const SampleValues samples = samples_for(graph, random, 32);
  QuantizationOptions options;
  options.scheme = Precision::s16;
  options.interface = GENERATE(InterfaceType::s8, InterfaceType::f32);
  options.gains = false;
  const Result<QuantizedModel> model = quantize_model(graph, samples, options);
  REQUIRE(model);
  CHECK(model->graph.at(model->graph.inputs[0]).name == "image");
  CHECK(model->graph.at(model->graph.outputs[0]).name == "logits");
  CHECK(model->graph.nodes.front().op == Op::quantize);
  const bool narrow = options.interface == InterfaceType::s8;
  CHECK(model->graph.nodes.back().op == (narrow ? Op::quantize : Op::dequantize));
  CHECK(model->graph.at(model->graph.inputs[0]).type.dtype == (narrow ? DType::s8 : DType::f32));
  CHECK(std::abs(measured_db(graph, model->graph, samples) - model->sqnr_db) < 4);
  const Result<QuantizedModel> again = quantize_again(graph, model->record, options.interface);
  REQUIRE(again);
  CHECK(again->graph == model->graph);
}

TEST_CASE("few samples do not make it worse than plain rounding does", "[quantize]") {
  const size_t count = GENERATE(4u, 16u, 32u);
  for (uint64_t seed = 20; seed < 23; ++seed) {
    Random random(seed);
    const Graph graph = up_to_logits(small_network(random, 4));
    const SampleValues samples = samples_for(graph, random, count);
    const SampleValues others = samples_for(graph, random, 64);
    QuantizationOptions plain;
    plain.ranges = plain.equalization = plain.gains = false;
    plain.fit = {.bias_correction = false, .error_feedback = false, .refit = false};
    const Result<QuantizedModel> chosen = quantize_model(graph, samples, {});
    const Result<QuantizedModel> simplest = quantize_model(graph, samples, plain);
    REQUIRE(chosen);
    REQUIRE(simplest);
    CAPTURE(count, seed);
    CHECK(measured_db(graph, chosen->graph, others) > measured_db(graph, simplest->graph, others) - 0.2);
  }
}

// What an operator refuses depends on the scales: here the scale of a hard_swish's output, which comes from
// large negative values, is far below its input's.
TEST_CASE("an operator that refuses the scales that were found stays float, with the reason", "[quantize]") {
  Graph graph;
  const TensorId input = real_tensor(graph, "input", {1, 4});
  const TensorId activated = real_tensor(graph, "activated", {1, 4});
  add_node(graph, Op::hard_swish, {input}, activated, Attributes::of(NoAttributes{}));
  const TensorId doubled = real_tensor(graph, "doubled", {1, 4});
  add_node(graph, Op::add, {activated, activated}, doubled, Attributes::of(NoAttributes{}));
  graph.inputs = {input};
  graph.outputs = {doubled};
  REQUIRE(check_operators(graph).empty());
  std::vector<float> values;
  for (size_t i = 0; i < 64; ++i) values.push_back(i % 2 == 0 ? 2.0f : -10.0f * static_cast<float>(i));
  const auto bytes = std::as_bytes(std::span(values));
  const SampleValues samples{.types = {graph.at(input).type}, .values = {{bytes.begin(), bytes.end()}}};
  const Result<QuantizedModel> model = quantize_model(graph, samples, {});
  REQUIRE(model);
  REQUIRE(model->float_layers.size() == 1);
  CHECK(model->float_layers[0].op == Op::hard_swish);
  CHECK(model->float_layers[0].reason.find("1/128") != std::string::npos);
  CHECK(check_operators(model->graph).empty());
}

TEST_CASE("equal input gives an equal quantized model", "[quantize]") {
  Random random(6);
  const Graph graph = small_network(random, 20);
  const SampleValues samples = samples_for(graph, random, 24);
  const Result<QuantizedModel> first = quantize_model(graph, samples, {});
  const Result<QuantizedModel> second = quantize_model(graph, samples, {});
  REQUIRE(first);
  REQUIRE(second);
  CHECK(first->graph == second->graph);
}

TEST_CASE("a layer that is to stay float does, and another name is refused", "[quantize]") {
  Random random(7);
  const Graph graph = small_network(random, 20);
  const SampleValues samples = samples_for(graph, random, 16);
  QuantizationOptions options;
  options.keep_float = {"second"};
  const Result<QuantizedModel> model = quantize_model(graph, samples, options);
  REQUIRE(model);
  REQUIRE(model->float_layers.size() == 1);
  CHECK(model->float_layers[0].name == "second");
  CHECK(std::ranges::any_of(model->graph.nodes, [](const Node& node) { return node.op == Op::dequantize; }));
  options.keep_float = {"thrid"};
  CHECK(!quantize_model(graph, samples, options));
}

TEST_CASE("channels that are dead or nearly so neither overflow a bias nor lose it", "[quantize]") {
  Random random(8);
  Graph graph = up_to_logits(small_network(random, 1));
  for (Node& node : graph.nodes) {
    if (node.op != Op::fully_connected) continue;
    const auto old = graph.at(node.inputs[1]).constant->as<float>();
    std::vector<float> weights(old.begin(), old.end());
    std::fill_n(weights.begin(), 8, 0.0f);        // a dead output
    std::fill_n(weights.begin() + 8, 8, 1e-12f);  // and one that is as good as dead
    graph.at(node.inputs[1]).constant = Constant::of(weights);
    graph.at(node.inputs[2]).constant = Constant::of(std::vector<float>{0.75f, -0.5f, 0.1f, 0.2f, 0.3f});
  }
  const SampleValues samples = samples_for(graph, random, 32);
  const Result<QuantizedModel> model = quantize_model(graph, samples, {});
  REQUIRE(model);
  const float step = model->graph.at(model->graph.outputs[0]).quantization.scale();
  for (size_t i = 0; i < samples.count(); ++i) {
    const std::vector<float> logits = evaluated(model->graph, samples, i);
    CHECK(std::abs(logits[0] - 0.75f) <= 0.51f * step);
    CHECK(std::abs(logits[1] + 0.5f) <= 0.51f * step);
  }
}

TEST_CASE("one scale for the weights of a fully connected layer, where that is asked for", "[quantize]") {
  Random random(9);
  const Graph graph = small_network(random, 5);
  const SampleValues samples = samples_for(graph, random, 16);
  QuantizationOptions options;
  options.fit.per_tensor_fully_connected = true;
  const Result<QuantizedModel> model = quantize_model(graph, samples, options);
  REQUIRE(model);
  for (const Node& node : model->graph.nodes) {
    if (node.op == Op::fully_connected)
      CHECK(NodeView{model->graph, node}.input(1).quantization.per_tensor());
    if (node.op == Op::convolution_2d)
      CHECK(NodeView{model->graph, node}.input(1).quantization.scales.size() == 8);
  }
}

TEST_CASE("random float graphs become valid quantized graphs", "[quantize]") {
  size_t quantized = 0;
  for (uint64_t seed = 0; seed < 160; ++seed) {
    const Graph graph = random_graph(seed);
    const bool real =
        std::ranges::any_of(graph.inputs, [&](TensorId id) { return graph.at(id).type.dtype == DType::f32; });
    if (!real) continue;
    CAPTURE(seed);
    Random random(seed);
    QuantizationOptions options;
    options.interface = seed % 3 == 0   ? InterfaceType::f32
                        : seed % 3 == 1 ? InterfaceType::s8
                                        : InterfaceType::u8;
    if (seed % 4 == 1) options.scheme = Precision::s16;
    if (seed % 4 == 3) {
      options.scheme = Precision::hybrid;
      options.interface = {};
    }
    const Result<QuantizedModel> model = quantize_model(graph, samples_for(graph, random, 9), options);
    if (!model) continue;
    ++quantized;
    const Result<QuantizedModel> again = quantize_again(graph, model->record, options.interface);
    REQUIRE(again);
    CHECK(again->graph == model->graph);
    CHECK(broken_rules(model->graph).empty());
    CHECK(check_operators(model->graph).empty());
    CHECK(model->graph.outputs.size() == graph.outputs.size());
  }
  CHECK(quantized > 4);
}

TEST_CASE("trained models lose less than plain rounding makes them lose", "[quantize][tasks]") {
  const std::vector<Task> tasks = all_tasks();
  if (tasks.empty()) skip("the folder of float models with data is not there");
  for (const Task& task : tasks) {
    if (task.name != "mnist_valid" && task.name != "ad01") continue;  // the others take minutes
    const Graph graph = task.model();
    const Result<QuantizedModel> model = quantize_model(graph, task.calibration(graph), {});
    REQUIRE(model);
    CAPTURE(task.name, model->sqnr_db, model->sqnr_plain_db);
    CHECK(model->sqnr_db > model->sqnr_plain_db + 1);
    CHECK(model->sqnr_db > 32);
  }
}

}  // namespace burin::test
