// The whole pipeline: equal outputs for random graphs, for every operator's samples, and for real models.
#include <fstream>

#include "corpus.hpp"
#include "formats/import.hpp"
#include "passes/channel_ranges.hpp"
#include "passes/graph_builder.hpp"
#include "samplers/samplers.hpp"
#include "support/skip.hpp"

using namespace burin;
using namespace burin::test;

namespace {

// Random layers, one after the other and sometimes back to an earlier result. Many channels get weights of
// zero or a bias that saturates them.
class RandomChain {
 public:
  explicit RandomChain(uint64_t seed) : random_(seed) {}

  Graph make() {
    const int32_t channels = random_.integer(1, 6);
    current_ = sample_tensor(b_.graph, random_, "input", DType::s8,
                             {1, random_.integer(2, 7), random_.integer(2, 7), channels});
    b_.graph.inputs = {current_};
    for (int32_t i = random_.integer(1, 7); i > 0; --i) step();
    if (random_.chance(0.5)) dense();
    return b_.finish({current_});
  }

 private:
  Shape shape() const { return b_.graph.at(current_).type.shape; }
  TensorId like(TensorId other) {
    const Shape same = b_.graph.at(other).type.shape;
    return sample_tensor(b_.graph, random_, "t", DType::s8, same);
  }

  void step() {
    switch (random_.integer(0, 7)) {
      case 0:
      case 1:
        return convolve(false);
      case 2:
      case 3:
        return convolve(true);
      case 4:
        return pool();
      case 5:
        return sum();
      case 6:
        return clamp();
      default:
        return pad();
    }
  }

  // Zeroes whole output channels and whole input channels.
  void thin_out(TensorId weights, int64_t outputs, int64_t inner, bool outputs_last) {
    const auto old = b_.graph.at(weights).constant->as<int8_t>();
    std::vector<int8_t> values(old.begin(), old.end());
    std::vector<bool> dead_output(static_cast<size_t>(outputs));
    for (size_t o = 0; o < dead_output.size(); ++o) dead_output[o] = random_.chance(0.3);
    std::vector<bool> dead_input(static_cast<size_t>(inner));
    for (size_t i = 0; i < dead_input.size(); ++i) dead_input[i] = random_.chance(0.2);
    const size_t row = values.size() / dead_output.size();
    for (size_t k = 0; k < values.size(); ++k) {
      const size_t o = outputs_last ? k % dead_output.size() : k / row;
      const bool input = !outputs_last && dead_input[k % dead_input.size()];
      if (dead_output[o] || input) values[k] = 0;
    }
    b_.graph.at(weights).constant = Constant::of(values);
  }
  TensorId bias(TensorId weights, int32_t outputs) {
    if (random_.chance(0.2)) return {};
    const TensorId id = sample_bias(b_.graph, random_, current_, weights, outputs);
    std::vector<int32_t> values;
    for (const int32_t value : b_.graph.at(id).constant->as<int32_t>())
      values.push_back(random_.chance(0.2) ? 200 * value : random_.chance(0.2) ? 0 : value);
    b_.graph.at(id).constant = Constant::of(values);
    return id;
  }

  void convolve(bool depthwise) {
    const Shape from = shape();
    const int32_t multiplicity = random_.chance(0.8) ? 1 : 2;
    const int32_t outputs = depthwise ? from[3] * multiplicity : random_.integer(1, 6);
    WindowAxis height{.input = from[1], .window = random_.integer(1, 3), .stride = random_.integer(1, 2)};
    WindowAxis width{.input = from[2], .window = random_.integer(1, 3), .stride = random_.integer(1, 2)};
    if (random_.chance(0.6)) {
      height.pad_same();
      width.pad_same();
    }
    if (height.output() < 1 || width.output() < 1) return;
    const TensorId weights = sample_weights(b_.graph, random_,
                                            depthwise ? Shape{1, height.window, width.window, outputs}
                                                      : Shape{outputs, height.window, width.window, from[3]},
                                            random_.chance(0.3) ? -1
                                            : depthwise         ? 3
                                                                : 0);
    thin_out(weights, outputs, from[3], depthwise);
    const TensorId biases = bias(weights, outputs);
    const TensorId output =
        sample_tensor(b_.graph, random_, "t", DType::s8, {from[0], height.output(), width.output(), outputs});
    fit_output_scale(b_.graph, random_, current_, weights, output,
                     height.window * width.window * (depthwise ? 1 : from[3]));
    b_.graph.nodes.push_back(
        {.op = op_named(depthwise ? "depthwise_convolution_2d" : "convolution_2d").value(),
         .inputs = {current_, weights, biases},
         .outputs = {output},
         .attributes = Attributes::of(WindowAttributes::of({height, width})),
         .activation = sample_activation(random_),
         .name = "layer",
         .source_index = 0});
    current_ = output;
  }

  void pool() {
    const Shape from = shape();
    if (from[1] < 2 || from[2] < 2) return;
    const TensorId output =
        b_.tensor({1, from[1] / 2, from[2] / 2, from[3]}, b_.graph.at(current_).quantization);
    current_ = b_.node(random_.chance(0.5) ? "average_pool_2d" : "max_pool_2d", {current_}, output,
                       {{"window_height", 2}, {"window_width", 2}, {"stride_height", 2}, {"stride_width", 2}},
                       sample_activation(random_));
  }

  // With itself, a constant, or another layer of the same shape.
  void sum() {
    const TensorId before = current_;
    TensorId other = current_;
    if (random_.chance(0.4)) {
      other = sample_tensor(b_.graph, random_, "offsets", DType::s8, {shape()[3]});
      b_.graph.at(other).constant = sample_constant(random_, b_.graph.at(other).type);
    } else if (random_.chance(0.7)) {
      convolve(true);
      if (shape() == b_.graph.at(before).type.shape)
        other = before;
      else
        other = current_;
    }
    const char* names[] = {"add", "add", "sub", "mul", "maximum", "minimum"};
    const char* name = names[random_.integer(0, 5)];
    if (!op_named(name)) return;
    const bool same = name == names[4] || name == names[5];  // no scales of their own
    if (same && other != current_ && !b_.graph.at(other).is_constant()) return;
    const TensorId output = like(current_);
    if (same) b_.graph.at(output).quantization = b_.graph.at(current_).quantization;
    if (same) b_.graph.at(other).quantization = b_.graph.at(current_).quantization;
    current_ =
        b_.node(name, {current_, other}, output, {}, same ? Activation::none : sample_activation(random_));
  }

  void clamp() {
    const char* names[] = {"relu", "relu6", "relu_n1_to_1", "quantize"};
    const char* name = names[random_.integer(0, 3)];
    if (!op_named(name)) return;
    const TensorId output = like(current_);
    if (random_.chance(0.7)) b_.graph.at(output).quantization = b_.graph.at(current_).quantization;
    current_ = b_.node(name, {current_}, output);
  }

  void pad() {
    Shape to = shape();
    if (to[1] > 7 || to[2] > 7) return;
    const std::vector<int32_t> paddings = {
        0, 0, random_.integer(0, 2), random_.integer(0, 2), 0, random_.integer(0, 1), 0, 0};
    to = {to[0], to[1] + paddings[2] + paddings[3], to[2] + paddings[5], to[3]};
    current_ = b_.node("pad", {current_}, b_.tensor(to, b_.graph.at(current_).quantization),
                       {{"paddings", paddings}});
    if (random_.chance(0.8)) convolve(random_.chance(0.5));
  }

  void dense() {
    const auto inputs = static_cast<int32_t>(shape().elements());
    const int32_t outputs = random_.integer(1, 5);
    if (random_.chance(0.6))
      current_ = b_.node("reshape", {current_}, b_.tensor({1, inputs}, b_.graph.at(current_).quantization));
    const TensorId weights =
        sample_weights(b_.graph, random_, {outputs, inputs}, random_.chance(0.5) ? 0 : -1);
    const TensorId biases = bias(weights, outputs);
    const TensorId output = sample_tensor(b_.graph, random_, "t", DType::s8, {1, outputs});
    fit_output_scale(b_.graph, random_, current_, weights, output, inputs);
    current_ = b_.node("fully_connected", {current_, weights, biases}, output);
  }

  Random random_;
  GraphBuilder b_;
  TensorId current_;
};

Value nth_sample(const std::filesystem::path& file, const TensorType& type, int64_t n) {
  std::ifstream stream(file, std::ios::binary);
  Value value = Value::zeros(type);
  stream.seekg(n * type.bytes());
  stream.read(reinterpret_cast<char*>(value.bytes.data()), type.bytes());
  REQUIRE(stream.good());
  return value;
}

}  // namespace

TEST_CASE("random graphs compute the same after the pipeline", "[passes]") {
  int64_t before_macs = 0;
  int64_t after_macs = 0;
  for (uint64_t seed = 0; seed < 1500; ++seed) {
    CAPTURE(seed);
    const Graph before = RandomChain(seed).make();
    require_valid(before);
    const Rounding rounding = seed % 4 == 3 ? Rounding::litert : Rounding::tflm;
    const Graph after = run_pipeline(before, {.pass = {rounding}, .stop_after = {}, .observe = {}});
    require_equal(before, after, rounding, 4);
    before_macs += macs(before);
    after_macs += macs(after);
  }
  // The graphs are such that the passes find something.
  CHECK(after_macs * 10 < before_macs * 9);
}

TEST_CASE("no value of a random graph leaves its channel's range", "[passes]") {
  for (uint64_t seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    const Graph graph = RandomChain(seed).make();
    const auto ranges = channel_ranges(graph, Rounding::tflm);
    Evaluator evaluator(graph);
    int64_t outside = 0;
    evaluator.observe = [&](TensorId id, const Value& value) {
      const std::vector<ValueRange>& channels = ranges[id.index];
      for (size_t i = 0; i < static_cast<size_t>(value.type.shape.elements()) && !channels.empty(); ++i) {
        const ValueRange& range = channels[i % channels.size()];
        outside += value.integer(i) < range.lowest || value.integer(i) > range.highest ? 1 : 0;
      }
    };
    Random random(seed);
    for (int run = 0; run < 5; ++run) evaluator.run(random_inputs(graph, random));
    REQUIRE(outside == 0);
  }
}

TEST_CASE("every operator's samples compute the same after the pipeline", "[passes]") {
  for (const Operator* definition : all_operators()) {
    for (uint64_t seed = 0; seed < 30; ++seed) {
      CAPTURE(name_of(definition->facts().op), seed);
      Random random(seed);
      const Graph before = sample_graph(definition->facts().op, random);
      require_equal(before, run_pipeline(before, {}), Rounding::tflm, 2);
    }
  }
}

TEST_CASE("the pipeline stops where it is told to", "[passes]") {
  Random random(1);
  const Graph graph = sample_graph(Op::fully_connected, random);
  for (const Pass& pass : pipeline()) {
    std::string last;
    run_pipeline(graph, {.pass = {},
                         .stop_after = std::string(pass.name),
                         .observe = [&](std::string_view name, const Graph&) { last = name; }});
    CHECK(last == pass.name);
    CHECK_FALSE(pass.summary.empty());
  }
}

TEST_CASE("models compute the same after the pipeline", "[passes]") {
  size_t models = 0;  // that are imported: tests/models holds refused ones too
  for (const std::filesystem::path& path : all_models()) {
    const Result<Graph> model = import_model(path);
    if (!model.ok()) continue;
    CAPTURE(path);
    ++models;
    const Graph after = run_pipeline(*model, {});
    require_equal(*model, after, Rounding::tflm, macs(*model) > 100000 ? 1 : 10);
  }
  CHECK(models >= 20);
}

TEST_CASE("half of the visual wake words model and its recorded outputs are left", "[passes][corpus]") {
  require_corpus();
  const std::filesystem::path folder = corpus_folder() / "vww_96_int8";
  const Result<Graph> model = import_model(folder / "model.tflite");
  REQUIRE(model.ok());
  CHECK(macs(*model) == 7489664);
  const Graph after = run_pipeline(*model, {});
  CHECK(macs(after) == 3727313);
  int64_t weights = 0;
  for (const Tensor& tensor : after.tensors)
    if (tensor.is_constant() && tensor.type.dtype == DType::s8) weights += tensor.type.bytes();
  CHECK(weights == 29066);
  Evaluator evaluator(after);
  for (int64_t n = 0; n < 4; ++n) {
    const Value input = nth_sample(folder / "in0.bin", after.at(after.inputs[0]).type, n);
    CHECK(evaluator.run(std::vector{input})[0] ==
          nth_sample(folder / "out0.bin", after.at(after.outputs[0]).type, n));
  }
}
