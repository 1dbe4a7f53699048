#include "cli/pruned.hpp"

#include <fmt/format.h>

#include <chrono>
#include <limits>

#include "cli/amounts.hpp"
#include "cli/generated.hpp"
#include "execute/bench.hpp"
#include "ir/text.hpp"
#include "lower/lower.hpp"
#include "passes/pass.hpp"
#include "prune/sparsify.hpp"
#include "quantize/nominal_quantization.hpp"
#include "quantize/preparation.hpp"

namespace burin {
namespace {

// Nothing where it is 0, which nothing can be pruned to.
std::optional<int64_t> above_zero(std::optional<int64_t> amount) {
  return amount && *amount > 0 ? amount : std::nullopt;
}

// A cost that cannot be told is no saving.
template <class Member>
Budget budget_of(const CostModel& model, Member member, std::string name, double limit, int32_t multiple) {
  const auto cost = [model, member](const Graph& graph) {
    const Result<ModelCost> result = model.cost(graph);
    return result ? member(*result) : std::numeric_limits<double>::max();
  };
  return {.name = std::move(name), .cost = cost, .limit = limit, .multiple = multiple};
}

std::string shown(const std::string& budget, double amount, double macs_before) {
  if (budget == "macs") return fmt::format("{:.3f} of the MACs", amount / macs_before);
  return fmt::format("{} {}", grouped(static_cast<int64_t>(amount)),
                     budget == "flash" ? "bytes of flash" : "cycles");
}

}  // namespace

std::optional<int64_t> parse_cycle_limit(const std::string& text) {
  return above_zero(parse_cycles(text));
}

std::optional<int64_t> parse_flash_limit(const std::string& text) {
  return above_zero(parse_bytes(text));
}

Result<PruneGoals> parse_goals(const std::string& text) {
  PruneGoals goals;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    at = end + 1;
    bool known = true;
    if (part.starts_with("flash="))
      known = (goals.flash = parse_flash_limit(part.substr(6))).has_value();
    else if (part.starts_with("cycles="))
      known = (goals.cycles = parse_cycle_limit(part.substr(7))).has_value();
    else if (part.starts_with("sparsity="))
      known = (goals.sparsity = parse_share(part.substr(9))).has_value();
    else
      known = (goals.macs = parse_share(part.starts_with("macs=") ? part.substr(5) : part)).has_value();
    if (!known)
      return Diagnostic{.code = DiagnosticCode::E0201,
                        .message = fmt::format("\"{}\" is no goal of pruning", printable(part, 60)),
                        .help =
                            "0.5 is a share of the MACs, above 0 and at most 1; others are flash=60K, "
                            "cycles=2M, and sparsity=0.5 for a share of weights that become 0"};
  }
  return goals;
}

Result<ModelCost> CostModel::cost(const Graph& graph) const {
  const Graph optimized = run_pipeline(quantized ? nominal_quantization(graph) : graph, {});
  LoweringOptions options;
  options.objective = objective;
  const Result<Program> program = lower(optimized, target, options);
  if (!program) return program.diagnostics();
  ModelCost cost{.macs = graph_macs(graph),
                 .weight_bytes = constant_bytes(quantized ? optimized : graph),
                 .flash_bytes = program->weight_bytes() + program->code_bytes_estimate(),
                 .arena_bytes = program->arena_bytes,
                 .cycles = {}};
  if (target.architecture != Architecture::portable) cost.cycles = program->cycles_estimate();
  return cost;
}

Result<int64_t> counted_cycles(const CostModel& model, const Graph& graph) {
  const std::string text = print_graph(model.quantized ? nominal_quantization(graph) : graph);
  CompileOptions options;
  options.model = "model.tir";
  options.objective = model.objective;
  options.unlimited = true;
  const Result<PreparedModel> prepared = prepare(std::as_bytes(std::span<const char>(text)), options);
  if (!prepared) return prepared.diagnostics();
  const Result<Compilation> compilation = compile(*prepared, model.target, options);
  if (!compilation) return compilation.diagnostics();
  const Result<WrittenModel> written = write_generated(*compilation);
  if (!written) return written.diagnostics();
  const Result<BenchReport> counted =
      bench(written->model, model.target, random_inputs(compilation->imported, 1, 1),
            {.flags = {"-O2"}, .timeout = std::chrono::minutes(30)});
  if (!counted) return counted.diagnostics();
  return static_cast<int64_t>(counted->total.cycles);
}

namespace {

Result<PrunedGraph> prune_to_budgets(const Session& session, const Graph& graph, const SampleValues& samples,
                                     const PruneGoals& goals, const CostModel& model, PruneOptions options) {
  // What stands in the way of the first network stands in that of all.
  if (const Result<ModelCost> cost = model.cost(graph); !cost) return cost.diagnostics();
  const auto macs_before = static_cast<double>(graph_macs(prepare_for_quantization(graph)));
  if (goals.macs)
    options.budgets.push_back(
        {.name = "macs",
         .cost = [](const Graph& each) { return static_cast<double>(graph_macs(each)); },
         .limit = *goals.macs * macs_before});
  if (goals.flash)
    options.budgets.push_back(budget_of(
        model, [](const ModelCost& cost) { return static_cast<double>(cost.flash_bytes); }, "flash",
        static_cast<double>(*goals.flash), 1));
  if (goals.cycles && model.target.architecture == Architecture::portable)
    return Diagnostic{
        .code = DiagnosticCode::E0201,
        .message =
            fmt::format("the target {} has no cycles to count: it stands for any core", model.target.name),
        .help = "name a core or a board with -t; `burin targets` lists them. Or give a share of MACs"};
  // Inner loops take four channels at a time.
  if (goals.cycles)
    options.budgets.push_back(budget_of(
        model, [](const ModelCost& cost) { return static_cast<double>(cost.cycles.value_or(0)); }, "cycles",
        static_cast<double>(*goals.cycles), 4));
  options.progress = [&](double done) {
    show_progress(session, fmt::format("pruning {:.0f} %", 100 * done));
  };
  Result<PrunedGraph> pruned = prune_channels(graph, samples, options);
  if (!pruned || pruned->within_budgets) return pruned;
  Diagnostics findings;
  for (const Budget& budget : options.budgets) {
    const double left = budget.cost(pruned->graph);
    if (left <= budget.limit) continue;
    findings.push_back(
        {.code = DiagnosticCode::E0502,
         .message = fmt::format("pruning cannot reach {}: {} are left where no more channels can be removed",
                                shown(budget.name, budget.limit, macs_before),
                                shown(budget.name, left, macs_before)),
         .help = budget.name == "flash"
                     ? "code and what cannot be pruned count as well; quantize the model, or allow more"
                     : "ask for less"});
  }
  return findings;
}

}  // namespace

Result<PrunedGraph> prune_graph(const Session& session, const Graph& graph, const SampleValues& samples,
                                const PruneGoals& goals, const CostModel& model, PruneOptions options) {
  Result<PrunedGraph> pruned = PrunedGraph{};
  if (goals.channels()) pruned = prune_to_budgets(session, graph, samples, goals, model, std::move(options));
  if (!pruned || !goals.sparsity) return pruned;
  SparsifyOptions sparse{.share = *goals.sparsity};
  sparse.progress = [&](double done) {
    show_progress(session, fmt::format("removing weights {:.0f} %", 100 * done));
  };
  Result<SparseGraph> thinned = sparsify(goals.channels() ? pruned->graph : graph, samples, sparse);
  if (!thinned) return thinned.diagnostics();
  if (!goals.channels()) pruned->before = std::move(thinned->before);
  pruned->graph = std::move(thinned->graph);
  return pruned;
}

Result<Distilled> distill_graph(const Session& session, const Graph& teacher, const Graph& student,
                                const SampleValues& samples, DistillOptions options) {
  const auto start = std::chrono::steady_clock::now();
  options.progress = [&](double done, double error) {
    const double passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    show_progress(session,
                  fmt::format("distilling {:.0f} %, error {:.3f} of what it was, at most {:.0f} s left",
                              100 * done, error, passed * (1 - done) / done));
  };
  return distill(teacher, student, samples, options);
}

}  // namespace burin
