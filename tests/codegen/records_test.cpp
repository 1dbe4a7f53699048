// Comments in constants of generated code say which outputs a part of them is for. A changed weight shows
// there.
#include <catch2/catch.hpp>
#include <regex>

#include "cli/driver.hpp"
#include "samplers/samplers.hpp"
#include "support/random.hpp"

namespace burin::test {
namespace {

const std::vector<KernelConstant>* constants_of(const Graph& graph, const Target& target,
                                                std::vector<KernelConstant>& storage) {
  CompileOptions options;
  options.name = "sample";
  options.model = "sample";
  const Result<Compilation> compilation = generate_code(graph, graph, target, options, "");
  if (!compilation || compilation->program.steps.size() != 1) return nullptr;
  storage = compilation->program.steps.front().call.constants;
  return &storage;
}

template <class Number>
Constant with_another(const Constant& weights, size_t at) {
  const auto values = weights.as<Number>();
  std::vector<Number> changed(values.begin(), values.end());
  changed[at] = static_cast<Number>(changed[at] > 0 ? changed[at] - 1 : changed[at] + 1);
  return Constant::of(changed);
}

bool covers(const std::string& title, int64_t output) {
  static const std::regex form("outputs? (\\d+)(?: to (\\d+))?(?:: [a-z, ]+)?");
  std::smatch match;
  REQUIRE(std::regex_match(title, match, form));
  const int64_t first = std::stoll(match[1]);
  return output >= first && output <= (match[2].matched ? std::stoll(match[2]) : first);
}

// Whether all that differs lies in records of that output; how many parts differ is added to `parts`.
bool differ_in_records_of(const KernelConstant& before, const KernelConstant& after, int64_t output,
                          size_t& parts) {
  const auto width = static_cast<size_t>(byte_width(before.type));
  const auto a = before.data.bytes();
  const auto b = after.data.bytes();
  for (size_t i = 0; i < before.records.size(); ++i) {
    const size_t begin = before.records[i].first * width;
    const size_t end = i + 1 < before.records.size() ? before.records[i + 1].first * width : a.size();
    REQUIRE(begin < end);
    REQUIRE(end <= a.size());
    if (std::ranges::equal(a.subspan(begin, end - begin), b.subspan(begin, end - begin))) continue;
    ++parts;
    if (!covers(before.records[i].title, output)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("a changed weight shows in the part of a constant that is headed by its output", "[codegen]") {
  for (const char* name : {"cortex-m4", "generic"}) {
    const Result<Target> target = load_target(name);
    REQUIRE(target);
    for (const Op op : {Op::convolution_2d, Op::depthwise_convolution_2d, Op::fully_connected}) {
      size_t parts = 0;
      for (uint64_t seed = 0; seed < 150; ++seed) {
        Random random(seed);
        Graph graph = sample_graph(op, random);
        Tensor& weights = graph.at(graph.nodes.front().inputs[1]);
        const bool real = weights.type.dtype == DType::f32;
        if (!weights.is_constant() || (!real && weights.type.dtype != DType::s8)) continue;
        std::vector<KernelConstant> before;
        if (constants_of(graph, *target, before) == nullptr) continue;
        const auto at =
            static_cast<size_t>(random.integer(0, static_cast<int>(weights.type.shape.elements()) - 1));
        const Shape& shape = weights.type.shape;
        const int64_t output = op == Op::depthwise_convolution_2d
                                   ? static_cast<int64_t>(at) % shape[-1]
                                   : static_cast<int64_t>(at) / (shape.elements() / shape[0]);
        weights.constant =
            real ? with_another<float>(*weights.constant, at) : with_another<int8_t>(*weights.constant, at);
        std::vector<KernelConstant> after;
        if (constants_of(graph, *target, after) == nullptr || after.size() != before.size()) continue;
        INFO(name << ", " << name_of(op) << ", seed " << seed << ", output " << output);
        for (size_t i = 0; i < before.size(); ++i)
          if (before[i].data.bytes().size() == after[i].data.bytes().size() &&
              before[i].records == after[i].records)
            CHECK(differ_in_records_of(before[i], after[i], output, parts));
      }
      INFO(name << ", " << name_of(op));
      CHECK(parts > 3);  // the test could look at something
    }
  }
}

}  // namespace burin::test
