// burin_onnx_suite: ONNX's own operator tests and real models, against the outputs that are stored with them:
// on the evaluator, and many models in one program as generated code. Both folders lie outside of the
// project.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "codegen/generate.hpp"
#include "eval/evaluator.hpp"
#include "formats/import.hpp"
#include "formats/onnx/file.hpp"
#include "formats/onnx/onnx.pb.h"
#include "lower/lower.hpp"
#include "passes/pass.hpp"
#include "random/batch.hpp"
#include "support/files.hpp"

namespace burin::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Tolerance {
  double relative = 1e-3;
  double absolute = 1e-7;
  double step = 0;        // of a quantized output
  double of_largest = 0;  // of the expected values
};

struct Item {
  std::string name;
  std::string group;  // what it is counted with
  bool confirmed = true;
  fs::path model;
  ImportOptions import;
  std::vector<std::string> input_names;
  std::vector<std::vector<Value>> inputs;                 // by sample
  std::vector<std::vector<std::vector<Value>>> expected;  // by sample and output: any of these
  Tolerance tolerance;
  bool quantized = false;     // its outputs may be one step off
  std::vector<double> steps;  // of its outputs, as far as they are dequantized; known with the graph
};

enum class Verdict : uint8_t { passed, refused, wrong, skipped };

struct Outcome {
  Verdict verdict = Verdict::skipped;
  std::string why;
};

// Nothing where the values are within the tolerance.
std::string difference(const Value& expected, const Value& actual, const Tolerance& tolerance) {
  if (expected.type != actual.type)
    return fmt::format("is {} and not {}", describe_type(actual.type), describe_type(expected.type));
  const auto count = static_cast<size_t>(expected.type.shape.elements());
  size_t off = 0;
  double worst = 0;
  double largest = 0;
  const bool real = expected.type.dtype == DType::f32;
  if (real)
    for (const float x : expected.as<float>())
      if (std::isfinite(x)) largest = std::max(largest, std::abs(static_cast<double>(x)));
  for (size_t i = 0; i < count; ++i) {
    if (!real) {
      if (expected.integer(i) == actual.integer(i)) continue;
      ++off;
      worst = std::max(worst, std::abs(static_cast<double>(expected.integer(i) - actual.integer(i))));
      continue;
    }
    const double a = expected.as<float>()[i];
    const double b = actual.as<float>()[i];
    if (a == b || (std::isnan(a) && std::isnan(b))) continue;
    const double distance = std::abs(a - b);
    if (distance <= tolerance.absolute + tolerance.relative * std::abs(a) + tolerance.of_largest * largest +
                        tolerance.step)
      continue;
    ++off;
    worst = std::isnan(distance) ? distance : std::max(worst, distance);
  }
  return off == 0 ? ""
                  : fmt::format("differs in {} of {} elements, by up to {:.3g} of {:.3g}", off, count, worst,
                                largest);
}

Value value_of(const fs::path& path) {
  const Result<std::string> bytes = read_file(path);
  if (!bytes) throw std::runtime_error("cannot read " + path.string());
  onnx::schema::TensorProto proto;
  if (!proto.ParseFromString(*bytes)) throw std::runtime_error("cannot parse " + path.string());
  onnx::TensorReader reader({}, int64_t{1} << 30);
  const Result<Tensor> tensor = reader.read(proto);
  if (!tensor) throw std::runtime_error(tensor.diagnostics().front().message);
  return Value::of(tensor->type, tensor->constant->bytes());
}

Json parsed(const fs::path& path) {
  std::ifstream stream(path);
  return Json::parse(stream);
}

std::vector<Item> node_items(const fs::path& folder) {
  std::vector<Item> items;
  for (const Json& entry : parsed(folder / "manifest.json")) {
    if (!entry.at("in_scope").get<bool>()) continue;
    Item item;
    item.name = entry.at("name");
    item.group = "node tests, tier " + entry.at("tier").get<std::string>();
    item.confirmed = entry.at("onnxruntime") == "pass";
    const auto frozen = entry.at("frozen").get<std::vector<std::string>>();
    item.model = folder / item.name / (frozen.empty() ? "model.onnx" : "frozen.onnx");
    item.inputs.emplace_back();
    item.expected.emplace_back();
    const auto names = entry.at("inputs").get<std::vector<std::string>>();
    for (size_t i = 0; i < names.size(); ++i) {
      if (std::ranges::find(frozen, names[i]) != frozen.end()) continue;
      Value value = value_of(folder / item.name / fmt::format("input_{}.pb", i));
      if (value.type.shape.rank() > 0) item.import.input_shapes[names[i]] = value.type.shape.dims();
      item.input_names.push_back(names[i]);
      item.inputs[0].push_back(std::move(value));
    }
    for (size_t i = 0; i < entry.at("outputs").size(); ++i)
      item.expected[0].push_back({value_of(folder / item.name / fmt::format("output_{}.pb", i))});
    items.push_back(std::move(item));
  }
  return items;
}

TensorType type_in(const Json& json) {
  static const std::map<std::string, DType> types = {
      {"float32", DType::f32}, {"int8", DType::s8},   {"uint8", DType::u8},    {"int16", DType::s16},
      {"int32", DType::s32},   {"int64", DType::s64}, {"bool", DType::boolean}};
  return {types.at(json.at("dtype")), Shape(json.at("shape").get<std::vector<int32_t>>())};
}

std::vector<Value> samples_of(const fs::path& path, const TensorType& type) {
  const Result<std::string> bytes = read_file(path);
  if (!bytes) return {};
  std::vector<Value> samples;
  const auto all = std::as_bytes(std::span<const char>(*bytes));
  const auto each = static_cast<size_t>(type.bytes());
  for (size_t at = 0; at + each <= all.size(); at += each)
    samples.push_back(Value::of(type, all.subspan(at, each)));
  return samples;
}

std::vector<Item> model_items(const fs::path& folder) {
  std::vector<Item> items;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!fs::exists(entry.path() / "meta.json")) continue;
    const Json meta = parsed(entry.path() / "meta.json");
    Item item;
    item.name = meta.at("name");
    item.group = "models";
    item.model = entry.path() / "model.onnx";
    const Json& tolerance = meta.at("tolerance");
    if (tolerance.at("kind") == "quantised")
      item.tolerance = {0, 1e-6, 0, 0};
    else
      item.tolerance = {tolerance.at("rel"), 0, 0, tolerance.at("of_max")};
    item.quantized = tolerance.at("kind") == "quantised";
    size_t number = 0;
    for (const Json& input : meta.at("inputs")) {
      const TensorType type = type_in(input);
      if (type.shape.rank() > 0) item.import.input_shapes[input.at("name")] = type.shape.dims();
      item.input_names.push_back(input.at("name"));
      const std::vector<Value> samples = samples_of(entry.path() / fmt::format("in{}.bin", number++), type);
      item.inputs.resize(samples.size());
      for (size_t s = 0; s < samples.size(); ++s) item.inputs[s].push_back(samples[s]);
    }
    number = 0;
    item.expected.resize(item.inputs.size());
    for (const Json& output : meta.at("outputs")) {
      for (auto& sample : item.expected) sample.emplace_back();
      for (const char* ending : {"bin", "fused.bin"}) {
        const std::vector<Value> samples =
            samples_of(entry.path() / fmt::format("out{}.{}", number, ending), type_in(output));
        for (size_t s = 0; s < samples.size(); ++s) item.expected[s].back().push_back(samples[s]);
      }
      ++number;
    }
    items.push_back(std::move(item));
  }
  std::ranges::sort(items, {}, &Item::name);
  return items;
}

std::string first_message(const Diagnostics& diagnostics) {
  return fmt::format("{}: {}", describe(diagnostics.front().code).name, diagnostics.front().message);
}

// Compares with any of the references.
Outcome judge(const Item& item, size_t sample, const std::vector<Value>& outputs) {
  if (outputs.size() != item.expected[sample].size())
    return {Verdict::wrong,
            fmt::format("{} outputs and not {}", outputs.size(), item.expected[sample].size())};
  for (size_t i = 0; i < outputs.size(); ++i) {
    std::string least;
    bool fits = false;
    Tolerance tolerance = item.tolerance;
    if (item.quantized) tolerance.step = item.steps[i];
    for (const Value& expected : item.expected[sample][i]) {
      const std::string text = difference(expected, outputs[i], tolerance);
      fits = fits || text.empty();
      if (least.empty()) least = text;
    }
    if (!fits) return {Verdict::wrong, fmt::format("sample {}, output {} {}", sample, i, least)};
  }
  return {Verdict::passed, {}};
}

// The inputs in the order of the graph's; fewer where one was found to be constant.
std::optional<std::vector<Value>> inputs_for(const Graph& graph, const Item& item, size_t sample,
                                             std::string& why) {
  std::vector<Value> values;
  for (const TensorId id : graph.inputs) {
    const Tensor& tensor = graph.at(id);
    const auto at = std::ranges::find(item.input_names, tensor.name);
    if (at == item.input_names.end()) {
      why = "an input has another name";
      return std::nullopt;
    }
    const Value& value = item.inputs[sample][static_cast<size_t>(at - item.input_names.begin())];
    if (value.type != tensor.type) {
      why = fmt::format("an input is {} and not {}", describe_type(tensor.type), describe_type(value.type));
      return std::nullopt;
    }
    values.push_back(value);
  }
  return values;
}

// The scale that an output is dequantized by, 0 for others.
double step_of(const Graph& graph, TensorId output) {
  for (const Node& node : graph.nodes)
    if (node.op == Op::dequantize && node.outputs[0] == output)
      return static_cast<double>(graph.at(node.inputs[0]).quantization.scale());
  return 0;
}

Outcome evaluate(Item& item, std::optional<Graph>& graph) {
  Result<Graph> imported = import_model(item.model, item.import);
  if (!imported) {
    const bool internal = std::ranges::any_of(
        imported.diagnostics(), [](const Diagnostic& d) { return d.code == DiagnosticCode::E0101; });
    return {internal ? Verdict::wrong : Verdict::refused, first_message(imported.diagnostics())};
  }
  for (const TensorId id : imported->outputs) item.steps.push_back(step_of(*imported, id));
  Evaluator evaluator(*imported, Rounding::litert);
  for (size_t s = 0; s < item.inputs.size(); ++s) {
    std::string why;
    const auto inputs = inputs_for(*imported, item, s, why);
    if (!inputs) return {Verdict::wrong, why};
    Outcome outcome = judge(item, s, evaluator.run(*inputs));
    if (outcome.verdict != Verdict::passed) return outcome;
  }
  graph = std::move(*imported);
  return {Verdict::passed, {}};
}

// ---- generated code ----

struct Member {
  size_t item;
  Graph graph;
  Program program;
};

std::vector<Outcome> execute(BatchRunner& runner, const std::vector<Item>& items,
                             std::span<const Member> members, const std::string& level) {
  std::vector<Outcome> outcomes(members.size());
  std::vector<Program> programs;
  size_t samples = SIZE_MAX;
  for (const Member& member : members) {
    programs.push_back(member.program);
    samples = std::min(samples, items[member.item].inputs.size());
  }
  const Program all = side_by_side(programs);
  const codegen::GeneratedFiles files = codegen::generate(all, {});
  std::vector<std::vector<std::byte>> inputs(samples);
  for (const Member& member : members)
    for (size_t s = 0; s < samples; ++s) {
      std::string why;
      const auto values = inputs_for(member.graph, items[member.item], s, why);
      for (const Value& value : *values)
        inputs[s].insert(inputs[s].end(), value.bytes.begin(), value.bytes.end());
    }
  Way way = way_named("host");
  way.flags = {level};
  const Result<BatchOutputs> outputs = runner.run(way, all, files.source, files.header, inputs);
  if (!outputs) {
    if (members.size() == 1)
      return {{Verdict::wrong, "generated code: " + first_message(outputs.diagnostics())}};
    const size_t half = members.size() / 2;
    outcomes = execute(runner, items, members.first(half), level);
    for (Outcome& outcome : execute(runner, items, members.subspan(half), level))
      outcomes.push_back(std::move(outcome));
    return outcomes;
  }
  for (size_t s = 0; s < samples; ++s) {
    size_t at = 0;
    for (size_t m = 0; m < members.size(); ++m) {
      std::vector<Value> values;
      for (const TensorId id : members[m].graph.outputs) {
        const TensorType& type = members[m].graph.at(id).type;
        values.push_back(
            Value::of(type, std::span((*outputs)[s]).subspan(at, static_cast<size_t>(type.bytes()))));
        at += static_cast<size_t>(type.bytes());
      }
      if (outcomes[m].verdict == Verdict::wrong) continue;
      outcomes[m] = judge(items[members[m].item], s, values);
      if (outcomes[m].verdict == Verdict::wrong) outcomes[m].why = "generated code: " + outcomes[m].why;
    }
  }
  return outcomes;
}

struct Options {
  std::string node;
  std::string models;
  std::string filter;
  bool host = false;
  bool list = false;
  size_t batch = 100;
  std::string level = "-O1";
  std::map<std::string, int> at_least;
};

int run(const Options& options) {
  std::vector<Item> items;
  using Read = std::vector<Item> (*)(const fs::path&);
  for (const auto& [folder, read] :
       {std::pair<std::string, Read>{options.node, node_items}, {options.models, model_items}}) {
    if (folder.empty()) continue;
    if (!fs::exists(folder)) {
      fmt::print("{} is not there: skipped\n", folder);
      continue;
    }
    for (Item& item : read(folder))
      if (options.filter.empty() || item.name.find(options.filter) != std::string::npos)
        items.push_back(std::move(item));
  }
  if (items.empty()) return options.filter.empty() ? 77 : 1;
  std::vector<Outcome> evaluated;
  std::vector<Outcome> executed(items.size());
  std::vector<Member> members;
  const Result<Target> target = load_target("host");
  for (size_t i = 0; i < items.size(); ++i) {
    std::optional<Graph> graph;
    try {
      evaluated.push_back(evaluate(items[i], graph));
      if (graph && options.host) {
        const Graph optimized =
            run_pipeline(*graph, {.pass = {.rounding = Rounding::litert}, .stop_after = {}, .observe = {}});
        Result<Program> program = lower(optimized, *target,
                                        {.rounding = Rounding::litert,
                                         .objective = Objective::speed,
                                         .name = "suite",
                                         .model_file = "suite.onnx",
                                         .model_hash = {},
                                         .ram_limit = {},
                                         .flash_limit = {},
                                         .offers = {}});
        if (program)
          members.push_back({i, std::move(*graph), std::move(*program)});
        else
          executed[i] = {Verdict::refused, first_message(program.diagnostics())};
      }
    } catch (const std::exception& error) {
      if (evaluated.size() <= i)
        evaluated.push_back({Verdict::wrong, error.what()});
      else
        executed[i] = {Verdict::wrong, error.what()};
    }
  }
  BatchRunner runner;
  for (size_t first = 0; first < members.size();) {
    // A large model is a batch of its own.
    size_t last = first;
    int64_t bytes = 0;
    while (last < members.size() && last - first < options.batch && bytes < (1 << 20)) {
      bytes += members[last].program.weight_bytes() + members[last].program.arena_bytes;
      ++last;
    }
    const auto part = std::span<const Member>(members).subspan(first, last - first);
    const std::vector<Outcome> outcomes = execute(runner, items, part, options.level);
    for (size_t i = 0; i < part.size(); ++i) executed[part[i].item] = outcomes[i];
    first = last;
  }
  int status = 0;
  for (const auto& [where, outcomes] : {std::pair{"evaluator", &evaluated}, {"generated code", &executed}}) {
    std::map<std::string, std::array<int, 5>> counts;
    for (size_t i = 0; i < items.size(); ++i) {
      const Outcome& outcome = (*outcomes)[i];
      std::array<int, 5>& row = counts[items[i].group];
      ++row[4];
      if (outcome.verdict == Verdict::skipped) continue;
      const bool unconfirmed = outcome.verdict == Verdict::wrong && !items[i].confirmed;
      ++row[unconfirmed ? 3 : static_cast<size_t>(outcome.verdict)];
      if (outcome.verdict == Verdict::wrong || options.list)
        fmt::print("{}: {}: {} {}\n", where, items[i].name,
                   outcome.verdict == Verdict::passed    ? "passed"
                   : outcome.verdict == Verdict::refused ? "refused"
                   : unconfirmed                         ? "unconfirmed"
                                                         : "WRONG",
                   outcome.why);
      if (outcome.verdict == Verdict::wrong && !unconfirmed) status = 1;
    }
    if (!options.host && outcomes == &executed) continue;
    for (const auto& [group, row] : counts) {
      fmt::print(
          "{}, {}: {} of {} passed, {} refused, {} wrong, {} differ from a reference that ONNX Runtime does "
          "not "
          "confirm\n",
          group, where, row[0], row[4], row[1], row[2], row[3]);
      if (const auto floor = options.at_least.find(group + ", " + where);
          floor != options.at_least.end() && row[0] < floor->second) {
        fmt::print("at least {} are to pass\n", floor->second);
        status = 1;
      }
    }
  }
  return status;
}

}  // namespace
}  // namespace burin::test

int main(int argc, char** argv) {
  CLI::App app("ONNX's operator tests and real models, on the evaluator and as generated code.");
  burin::test::Options options;
  std::vector<std::string> floors;
  app.add_option("--node", options.node, "Folder of operator tests with its manifest.json");
  app.add_option("--models", options.models, "Folder of models, each with meta.json");
  app.add_option("--filter", options.filter, "Only those whose name holds this");
  app.add_flag("--host", options.host, "Build and run generated code, too");
  app.add_flag("--list", options.list, "Print every outcome");
  app.add_option("--batch", options.batch, "Models in one program");
  app.add_option("--level", options.level, "How the compiler optimizes, as -O0, which builds fastest");
  app.add_option("--at-least", floors, "GROUP, WHERE=NUMBER that have to pass")->allow_extra_args(false);
  CLI11_PARSE(app, argc, argv);
  for (const std::string& floor : floors)
    options.at_least[floor.substr(0, floor.rfind('='))] = std::stoi(floor.substr(floor.rfind('=') + 1));
  return burin::test::run(options);
}
