// Every operator, every kernel, against the reference evaluator: random samples, built and executed for real.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "cli/generated.hpp"
#include "ir/verify.hpp"
#include "lower/select.hpp"
#include "ops/operator.hpp"
#include "samplers/samplers.hpp"
#include "support/combine.hpp"

namespace burin {
namespace {

// True for the operators that BURIN_TEST_OPERATORS names ("add,reshape"); for all where it is not set.
bool is_wanted(Op op) {
  const char* names = std::getenv("BURIN_TEST_OPERATORS");
  return names == nullptr ||
         fmt::format(",{},", names).find(fmt::format(",{},", name_of(op))) != std::string::npos;
}

// Another base seed tries other samples; a failure prints the seed of the sample.
uint64_t base_seed() {
  const char* text = std::getenv("BURIN_TEST_SEED");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

Graph sample(const Operator& definition, uint64_t seed) {
  Random random(seed * 1000003 + static_cast<uint64_t>(definition.facts().op));
  return sample_graph(definition.facts().op, random);
}

void require_equal(const Tensor& tensor, const std::vector<uint8_t>& expected,
                   const std::vector<uint8_t>& actual) {
  REQUIRE(expected.size() == actual.size());
  if (tensor.type.dtype != DType::f32) {
    REQUIRE(expected == actual);
    return;
  }
  // Samples are of the order of one. A sum of such terms that cancel keeps no relative precision, and fused
  // multiply-adds round it otherwise, so a smaller output does not make the tolerance smaller than this.
  float magnitude = 0.1f;
  const auto same = [](float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); };
  const auto at = [](const std::vector<uint8_t>& bytes, size_t i) {
    float value = 0;
    std::memcpy(&value, bytes.data() + i, sizeof value);
    return value;
  };
  for (size_t i = 0; i < expected.size(); i += sizeof(float))
    if (std::isfinite(at(expected, i))) magnitude = std::max(magnitude, std::abs(at(expected, i)));
  for (size_t i = 0; i < expected.size(); i += sizeof(float)) {
    CAPTURE(i, at(expected, i), at(actual, i));
    REQUIRE((same(at(expected, i), at(actual, i)) ||
             std::abs(at(expected, i) - at(actual, i)) <= 1e-5f * magnitude));
  }
}

struct Variant {
  const char* target;
  Rounding rounding;
  std::vector<std::string> flags;
  uint64_t samples;      // a kernel
  bool special = false;  // float32 inputs with infinities, what is not a number, and underflows among them
};

bool reads_reals(const Graph& graph) {
  return std::ranges::any_of(graph.inputs,
                             [&](TensorId id) { return graph.at(id).type.dtype == DType::f32; });
}

// Not the largest numbers: whether a sum of them overflows depends on the order of its terms.
void put_special_numbers(const Graph& graph, TensorData& inputs) {
  using Limits = std::numeric_limits<float>;
  constexpr float numbers[] = {Limits::infinity(), -Limits::infinity(),  Limits::quiet_NaN(),
                               Limits::min(),      Limits::denorm_min(), -0.0f};
  Random random(base_seed());
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (graph.at(graph.inputs[i]).type.dtype != DType::f32) continue;
    for (size_t at = 0; at < inputs[i].size(); at += sizeof(float))
      if (random.chance(0.15)) std::memcpy(&inputs[i][at], &numbers[random.integer(0, 5)], sizeof(float));
  }
}

// Builds one program out of many samples of an operator on one kernel and compares every output.
void check(const Operator& definition, const Kernel& kernel, const Variant& variant) {
  const Result<Target> target = load_target(variant.target);
  REQUIRE(target);
  CompileOptions options;
  options.rounding = variant.rounding;
  options.name = "sample";
  options.model = "sample";
  options.offers = [&](const KernelFacts& facts) { return facts.name == kernel.facts().name; };
  std::vector<Graph> graphs;
  std::vector<uint64_t> seeds;
  const uint64_t tries = variant.samples * 20;
  for (uint64_t i = 0; i < tries && graphs.size() < variant.samples; ++i) {
    const uint64_t seed = base_seed() + i;
    const Graph graph = sample(definition, seed);
    if (variant.special && !reads_reals(graph)) continue;
    const LoweringContext context{*target, options.rounding, options.objective, options.offers};
    const std::vector<Offer> offers = ask_kernels({graph, graph.nodes.front()}, context);
    if (std::ranges::none_of(offers, [](const Offer& offer) { return offer.call() != nullptr; })) continue;
    graphs.push_back(graph);
    seeds.push_back(seed);
  }
  INFO("operator " << name_of(definition.facts().op) << ", kernel " << kernel.facts().name << ", target "
                   << variant.target << ", base seed " << base_seed());
  if (graphs.empty() && variant.special) return;
  REQUIRE(!graphs.empty());
  const Graph all = test::combine(graphs);
  const Result<Compilation> compilation = generate_code(all, all, *target, options, "");
  if (!compilation) FAIL(compilation.diagnostics().front().message);
  const Result<WrittenModel> written = write_generated(*compilation);
  REQUIRE(written);
  TensorData inputs = random_inputs(all, 3, base_seed());
  if (variant.special) put_special_numbers(all, inputs);
  const Result<ExecutionResult> run = execute(written->model, *target, inputs, {.flags = variant.flags});
  if (!run) FAIL(run.diagnostics().front().message);
  const bool optimizes = std::ranges::find(variant.flags, "-O0") == variant.flags.end();
  if (run->stack_bytes)
    CHECK(*run->stack_bytes <= static_cast<uint32_t>(compilation->program.stack.at(optimizes)));
  const TensorData expected = evaluate(all, inputs, options.rounding);
  size_t output = 0;
  for (size_t i = 0; i < graphs.size(); ++i) {
    INFO("seed " << seeds[i]);
    for (size_t k = 0; k < graphs[i].outputs.size(); ++k, ++output)
      require_equal(all.at(all.outputs[output]), expected[output], run->outputs.at(output));
  }
}

void check_all(const Variant& variant) {
  const Result<Target> target = load_target(variant.target);
  REQUIRE(target);
  for (const Kernel* kernel : all_kernels()) {
    if (std::ranges::find(target->kernel_sets, kernel->facts().set) == target->kernel_sets.end()) continue;
    if (is_wanted(kernel->facts().op)) check(operator_of(kernel->facts().op), *kernel, variant);
  }
}

const std::vector<std::string> sanitizers = {"-O1", "-fsanitize=address,undefined",
                                             "-fno-sanitize-recover=all"};

}  // namespace

TEST_CASE("samplers make valid graphs", "[ops]") {
  for (const Operator* definition : all_operators()) {
    for (uint64_t seed = 0; seed < 200; ++seed) {
      const Graph graph = sample(*definition, seed);
      INFO(name_of(definition->facts().op) << ", seed " << seed);
      const std::vector<std::string> broken = broken_rules(graph);
      if (!broken.empty()) FAIL(broken.front());
      const Diagnostics findings = check_operators(graph);
      if (!findings.empty()) FAIL(findings.front().message);
    }
  }
}

TEST_CASE("kernels equal the evaluator on the host, under sanitizers", "[kernels][host]") {
  check_all({"host", Rounding::tflm, sanitizers, 16});
}
TEST_CASE("kernels equal the evaluator on the host, rounding once", "[kernels][host]") {
  check_all({"host", Rounding::litert, sanitizers, 6});
}
TEST_CASE("kernels give the evaluator's infinities, and are no number where it is none",
          "[kernels][host][not_finite]") {
  check_all({"host", Rounding::tflm, {"-O2"}, 24, true});
}
TEST_CASE("kernels give the evaluator's infinities on a Cortex-M4", "[kernels][qemu][not_finite]") {
  check_all({"cortex-m4", Rounding::tflm, {"-O2"}, 12, true});
}
TEST_CASE("kernels equal the evaluator on a Cortex-M4", "[kernels][qemu]") {
  check_all({"cortex-m4", Rounding::tflm, {"-O2"}, 16});
}
TEST_CASE("kernels equal the evaluator on a Cortex-M4, rounding once", "[kernels][qemu]") {
  check_all({"cortex-m4", Rounding::litert, {"-Os"}, 8});
}
TEST_CASE("kernels equal the evaluator on a Cortex-M4 without optimization", "[kernels][qemu]") {
  check_all({"cortex-m4", Rounding::tflm, {"-O0"}, 8});
}
TEST_CASE("kernels equal the evaluator on a Cortex-M3", "[kernels][qemu]") {
  check_all({"cortex-m3", Rounding::tflm, {"-O3"}, 8});
}
TEST_CASE("kernels equal the evaluator on a Cortex-M0+", "[kernels][qemu]") {
  check_all({"cortex-m0plus", Rounding::tflm, {"-Os"}, 8});
}
TEST_CASE("kernels equal the evaluator on a Cortex-M7", "[kernels][qemu]") {
  check_all({"cortex-m7", Rounding::tflm, {"-O3"}, 6});
}
TEST_CASE("kernels equal the evaluator on a Cortex-M33", "[kernels][qemu]") {
  check_all({"cortex-m33", Rounding::tflm, {"-Os"}, 6});
}
TEST_CASE("kernels equal the evaluator on a Cortex-M55", "[kernels][qemu]") {
  check_all({"cortex-m55", Rounding::tflm, {"-O2"}, 8});
}

}  // namespace burin
