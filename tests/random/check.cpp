#include "random/check.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "codegen/generate.hpp"
#include "eval/evaluator.hpp"
#include "formats/import.hpp"
#include "ir/text.hpp"
#include "ir/verify.hpp"
#include "lower/lower.hpp"
#include "ops/operator.hpp"
#include "passes/pass.hpp"

namespace burin::test {
namespace {

std::string first_message(const Diagnostics& diagnostics) {
  const Diagnostic& first = diagnostics.front();
  return fmt::format("{}: {}{}{}", describe(first.code).name, first.message, first.place.empty() ? "" : ", ",
                     first.place);
}

std::string element_text(const Value& value, size_t i) {
  if (value.type.dtype == DType::f32) return fmt::format("{}", value.as<float>()[i]);
  return fmt::format("{}", value.integer(i));
}

// Where two values differ most.
std::string difference(const Value& expected, const Value& actual) {
  const auto width = static_cast<size_t>(byte_width(expected.type.dtype));
  size_t worst = 0;
  double largest = -1;
  for (size_t i = 0; i < expected.bytes.size() / width; ++i) {
    if (std::memcmp(&expected.bytes[i * width], &actual.bytes[i * width], width) == 0) continue;
    const bool real = expected.type.dtype == DType::f32;
    const double apart = real ? std::abs(static_cast<double>(expected.as<float>()[i]) -
                                         static_cast<double>(actual.as<float>()[i]))
                              : std::abs(static_cast<double>(expected.integer(i) - actual.integer(i)));
    if (apart <= largest) continue;
    largest = std::isnan(apart) ? std::numeric_limits<double>::infinity() : apart;
    worst = i;
  }
  if (largest < 0) return "no difference";
  return fmt::format("element {} is {}, expected {}", worst, element_text(actual, worst),
                     element_text(expected, worst));
}

std::vector<std::vector<Value>> draw_inputs(const Graph& graph, const CheckOptions& options) {
  Random random(options.seed * 7919 + 3);
  std::vector<std::vector<Value>> samples;
  for (int32_t i = 0; i < options.samples; ++i) {
    const Spread spread = i == 3                         ? Spread::special
                          : i == 2                       ? Spread::ends
                          : i == 1 && random.chance(0.3) ? Spread::narrow
                                                         : Spread::whole;
    std::vector<Value> values;
    for (const TensorId id : graph.inputs) values.push_back(random_value(random, graph.at(id), spread));
    samples.push_back(std::move(values));
  }
  return samples;
}

std::vector<std::vector<Value>> evaluate_all(const Graph& graph,
                                             const std::vector<std::vector<Value>>& samples,
                                             Rounding rounding) {
  Evaluator evaluator(graph, rounding);
  std::vector<std::vector<Value>> results;
  for (const std::vector<Value>& sample : samples) results.push_back(evaluator.run(sample));
  return results;
}

// Why the graph's text does not stand for it; empty where it does.
std::string text_defect(const Graph& graph, Graph& parsed) {
  const std::string text = print_graph(graph);
  Result<Graph> read = import_bytes(std::as_bytes(std::span<const char>(text)), graph.name + ".tir");
  if (!read) return first_message(read.diagnostics());
  if (*read != graph) return "the graph that was read is not the one that was printed";
  if (print_graph(*read) != text) return "the text printed again is another";
  parsed = std::move(*read);
  return {};
}

std::optional<Failure> passes_failure(const Case& one) {
  const std::vector<std::vector<Value>> before = evaluate_all(one.graph, one.inputs, one.options.rounding);
  const auto defect = [&](const Graph& graph) -> std::string {
    const std::vector<std::vector<Value>> after = evaluate_all(graph, one.inputs, one.options.rounding);
    for (size_t s = 0; s < before.size(); ++s)
      for (size_t i = 0; i < before[s].size(); ++i) {
        if (before[s][i] == after[s][i]) continue;
        return fmt::format(
            "sample {}, output {}: {}", s, i,
            before[s][i].type == after[s][i].type ? difference(before[s][i], after[s][i]) : "another type");
      }
    return {};
  };
  if (defect(one.optimized).empty()) return std::nullopt;
  // Which pass it was.
  Failure failure{.stage = "passes", .way = {}, .message = "run again it is not seen"};
  bool found = false;
  run_pipeline(one.graph, {.pass = {.rounding = one.options.rounding},
                           .stop_after = {},
                           .observe = [&](std::string_view pass, const Graph& graph) {
                             if (found) return;
                             const std::string text = defect(graph);
                             if (text.empty()) return;
                             found = true;
                             failure.message = fmt::format("{} changes the outputs: {}", pass, text);
                           }});
  return failure;
}

}  // namespace

CheckOptions options_of(uint64_t seed, Rounding rounding) {
  constexpr Objective objectives[] = {Objective::speed, Objective::speed, Objective::balanced,
                                      Objective::size};
  return {.rounding = rounding,
          .objective = objectives[Random(seed * 31 + 11).next() % 4],
          .seed = seed,
          .samples = 4};
}

Case prepare_case(Graph graph, const CheckOptions& options) {
  Case one{.graph = {},
           .options = options,
           .optimized = {},
           .inputs = {},
           .expected = {},
           .failure = {},
           .refusal = {}};
  try {
    for (const std::string& broken : broken_rules(graph)) throw InternalError("the generator: " + broken);
    one.graph = graph;
    if (const std::string defect = text_defect(graph, one.graph); !defect.empty()) {
      one.failure = {.stage = "text", .way = {}, .message = defect};
      return one;
    }
    for (;;) {
      one.optimized =
          run_pipeline(one.graph, {.pass = {.rounding = options.rounding}, .stop_after = {}, .observe = {}});
      std::vector<TensorId> kept;
      for (size_t i = 0; i < one.graph.outputs.size(); ++i)
        if (!one.optimized.at(one.optimized.outputs[i]).is_constant()) kept.push_back(one.graph.outputs[i]);
      if (kept.size() == one.graph.outputs.size()) break;
      one.graph.outputs = std::move(kept);
    }
    if (one.graph.outputs.empty()) {
      one.refusal = "no output varies";
      return one;
    }
    one.inputs = draw_inputs(one.graph, options);
    one.failure = passes_failure(one);
    if (!one.failure) one.expected = expected_outputs(one.graph, one.inputs, options.rounding);
  } catch (const std::exception& error) {
    one.failure = {.stage = "passes", .way = {}, .message = error.what()};
  }
  return one;
}

Lowered lower_case(const Case& one, const std::string& target_name) {
  Lowered result;
  const Result<Target> target = load_target(target_name);
  BURIN_CHECK(target.ok(), "no target " + target_name);
  try {
    Result<Program> program = lower(one.optimized, *target,
                                    {.rounding = one.options.rounding,
                                     .objective = one.options.objective,
                                     .name = "random",
                                     .model_file = "random.tir",
                                     .model_hash = {},
                                     .ram_limit = {},
                                     .flash_limit = {},
                                     .offers = {}});
    if (program)
      result.program = std::move(*program);
    else
      result.refusal = first_message(program.diagnostics());
  } catch (const std::exception& error) {
    result.failure = {.stage = "lowering", .way = target_name, .message = error.what()};
  }
  return result;
}

namespace {

std::vector<std::optional<Failure>> execute_range(BatchRunner& runner, const Way& way,
                                                  std::span<const BatchMember> members) {
  std::vector<std::optional<Failure>> failures(members.size());
  if (members.empty()) return failures;
  const auto all_fail = [&](const char* stage, const std::string& message) {
    if (members.size() == 1) {
      failures[0] = {.stage = stage, .way = way.name, .message = message};
      return;
    }
    const size_t half = members.size() / 2;
    failures = execute_range(runner, way, members.first(half));
    for (std::optional<Failure>& failure : execute_range(runner, way, members.subspan(half)))
      failures.push_back(std::move(failure));
    const bool found = std::ranges::any_of(failures, [](const auto& failure) { return failure.has_value(); });
    if (!found) failures[0] = {.stage = stage, .way = way.name, .message = "only beside others: " + message};
  };

  std::vector<Program> programs;
  size_t samples = 0;
  for (const BatchMember& member : members) {
    programs.push_back(member.program);
    samples = std::max(samples, member.one->inputs.size());
  }
  codegen::GeneratedFiles files;
  Program all;
  try {
    all = side_by_side(programs);
    files = codegen::generate(all);
    if (codegen::generate_source(all, {}) != files.source) {
      all_fail("code", "the source generated again is another");
      return failures;
    }
  } catch (const std::exception& error) {
    all_fail("code", error.what());
    return failures;
  }
  std::vector<std::vector<std::byte>> inputs(samples);
  for (size_t s = 0; s < samples; ++s)
    for (const BatchMember& member : members)
      for (const Value& value : member.one->inputs[s])
        inputs[s].insert(inputs[s].end(), value.bytes.begin(), value.bytes.end());
  const Result<BatchOutputs> outputs = runner.run(way, all, files.source, files.header, inputs);
  if (!outputs) {
    all_fail("run", first_message(outputs.diagnostics()));
    return failures;
  }
  for (size_t s = 0; s < samples; ++s) {
    size_t at = 0;
    for (size_t m = 0; m < members.size(); ++m)
      for (size_t i = 0; i < members[m].one->expected[s].size(); ++i) {
        const Expected& expected = members[m].one->expected[s][i];
        const std::span<const std::byte> actual =
            std::span((*outputs)[s]).subspan(at, expected.value.bytes.size());
        at += expected.value.bytes.size();
        if (failures[m] || agrees(expected, actual)) continue;
        failures[m] = {
            .stage = "outputs",
            .way = way.name,
            .message = fmt::format("sample {}, output {}: {} (tolerance {})", s, i,
                                   difference(expected.value, Value::of(expected.value.type, actual)),
                                   expected.tolerance)};
      }
  }
  return failures;
}

}  // namespace

std::vector<std::optional<Failure>> execute_cases(BatchRunner& runner, const Way& way,
                                                  const std::vector<BatchMember>& members) {
  return execute_range(runner, way, members);
}

std::optional<Failure> check_graph(BatchRunner& runner, const Graph& graph, const CheckOptions& options,
                                   const std::vector<const Way*>& ways) {
  const Case one = prepare_case(graph, options);
  if (one.failure || !one.refusal.empty()) return one.failure;
  for (const Way* way : ways) {
    Lowered lowered = lower_case(one, way->target);
    if (lowered.failure) return lowered.failure;
    if (!lowered.program) continue;
    std::vector<BatchMember> members;
    members.push_back({&one, std::move(*lowered.program)});
    if (std::optional<Failure> failure = execute_cases(runner, *way, members).front()) return failure;
  }
  return std::nullopt;
}

}  // namespace burin::test
