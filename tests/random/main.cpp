// burin_random_graphs: random graphs, evaluated before and after the passes, and executed on this machine and
// in QEMU. tests/README.md says how it is used.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <iostream>
#include <thread>

#include "execute/toolchain.hpp"
#include "ir/text.hpp"
#include "random/check.hpp"
#include "random/coverage.hpp"
#include "random/generator.hpp"
#include "random/shrink.hpp"

namespace burin::test {
namespace {

struct Options {
  uint64_t count = 1000;
  uint64_t seed = 0;
  double seconds = 0;  // 0: no limit
  int jobs = 2;
  uint64_t batch = 100;
  std::vector<std::string> targets;
  std::string failures = "random_failures";
  bool print = false;
  bool quiet = false;
  bool require_all = false;
};

struct Totals {
  uint64_t graphs = 0;
  uint64_t nodes = 0;
  uint64_t refused = 0;  // no code for one target or more
  uint64_t outputs = 0;  // compared values
  uint64_t skipped = 0;  // of them, not comparable
  uint64_t failures = 0;
  std::map<std::string, uint64_t> executions;  // by way
  Coverage coverage;
  double prepare_seconds = 0;
  std::map<std::string, double> way_seconds;
};

class Campaign {
 public:
  explicit Campaign(const Options& options) : options_(options), start_(std::chrono::steady_clock::now()) {}

  int run() {
    const uint64_t batches = (options_.count + options_.batch - 1) / options_.batch;
    if (const std::string missing = missing_tool(); !missing.empty()) {
      fmt::print("skipped: {}\n", missing);
      return 77;
    }
    std::atomic<uint64_t> next = 0;
    const auto work = [&] {
      for (uint64_t batch = next++; batch < batches && !out_of_time(); batch = next++) {
        const uint64_t first = batch * options_.batch;
        check_batch(options_.seed + first, std::min(options_.batch, options_.count - first), batch);
      }
    };
    std::vector<std::thread> threads;
    for (int i = 1; i < options_.jobs; ++i) threads.emplace_back(work);
    work();
    for (std::thread& thread : threads) thread.join();
    return report();
  }

 private:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  bool out_of_time() const { return options_.seconds > 0 && seconds() > options_.seconds; }

  bool wants(const Way& way, uint64_t batch) const {
    if (!options_.targets.empty())
      return std::ranges::find(options_.targets, way.name) != options_.targets.end();
    // The ways take turns.
    const auto turn = static_cast<uint64_t>(&way - all_ways().data());
    return batch % static_cast<uint64_t>(way.share) == turn % static_cast<uint64_t>(way.share);
  }

  // What is said of a compiler or an emulator that is not installed and that some way of executing needs.
  std::string missing_tool() const {
    for (const Way& way : all_ways()) {
      if (!options_.targets.empty() &&
          std::ranges::find(options_.targets, way.name) == options_.targets.end())
        continue;
      const bool emulated = way.target != "host";
      const std::vector<Tool> tools =
          emulated ? std::vector{Tool::arm_cxx, Tool::qemu} : std::vector{Tool::host_cxx};
      for (const Tool tool : tools)
        if (const auto found = find_tool(tool); !found) return found.diagnostics().front().message;
    }
    return {};
  }

  void check_batch(uint64_t seed, uint64_t count, uint64_t batch) {
    // Seeds decide the rounding, so that a seed means the same in every run.
    const Rounding rounding = seed / options_.batch % 3 == 2 ? Rounding::litert : Rounding::tflm;
    Totals totals;
    double before = seconds();
    std::vector<Case> cases;
    for (uint64_t i = 0; i < count; ++i) {
      try {
        cases.push_back(prepare_case(random_graph(seed + i), options_of(seed + i, rounding)));
      } catch (const std::exception& error) {
        Case broken;
        broken.options = options_of(seed + i, rounding);
        broken.failure = {.stage = "generator", .way = {}, .message = error.what()};
        cases.push_back(std::move(broken));
      }
      const Case& one = cases.back();
      ++totals.graphs;
      totals.nodes += one.graph.nodes.size();
      totals.coverage.count(one.graph);
      for (const auto& sample : one.expected)
        for (const Expected& expected : sample) {
          ++totals.outputs;
          totals.skipped += std::isinf(expected.tolerance) ? 1 : 0;
        }
    }
    totals.prepare_seconds += seconds() - before;
    std::set<size_t> refused;
    for (const Way& way : all_ways()) {
      if (!wants(way, batch)) continue;
      before = seconds();
      std::vector<BatchMember> members;
      std::vector<size_t> of;
      for (size_t i = 0; i < cases.size(); ++i) {
        if (cases[i].failure) continue;
        std::string refusal = cases[i].refusal;
        if (refusal.empty()) {
          Lowered lowered = lower_case(cases[i], way.target);
          cases[i].failure = lowered.failure;
          refusal = lowered.refusal;
          if (lowered.program) {
            totals.coverage.count(way.target, *lowered.program);
            members.push_back({&cases[i], std::move(*lowered.program)});
            of.push_back(i);
          }
        }
        if (!refusal.empty() && refused.insert(i).second) ++totals.coverage.refusals[general(refusal)];
      }
      const std::vector<std::optional<Failure>> failures = execute_cases(runner_, way, members);
      for (size_t i = 0; i < failures.size(); ++i)
        if (failures[i] && !cases[of[i]].failure) cases[of[i]].failure = failures[i];
      totals.executions[way.name] += members.size();
      totals.way_seconds[way.name] += seconds() - before;
    }
    totals.refused += refused.size();
    for (size_t i = 0; i < cases.size(); ++i)
      if (cases[i].failure) {
        ++totals.failures;
        record(seed + i, cases[i]);
      }
    const std::scoped_lock lock(mutex_);
    merge(totals);
    if (!options_.quiet)
      fmt::print(stderr, "{} graphs, {} failures, {:.0f} s\n", totals_.graphs, totals_.failures, seconds());
  }

  // A refusal without the names and numbers of the one graph.
  static std::string general(const std::string& text) { return text.substr(0, text.find(", op ")); }

  // Shrinks a failure and writes it down.
  void record(uint64_t seed, const Case& one) {
    const Failure& failure = *one.failure;
    std::vector<const Way*> ways;
    for (const Way& way : all_ways())
      if (way.name == failure.way || way.target == failure.way) ways.push_back(&way);
    const auto fails = [&](const Graph& graph) {
      const std::optional<Failure> found = check_graph(runner_, graph, one.options, ways);
      return found && found->stage == failure.stage;
    };
    Graph smallest = one.graph;
    bool alone = true;
    if (failure.stage != "generator") {
      alone = fails(one.graph);
      if (alone && !out_of_time()) smallest = shrink(one.graph, fails, ways.empty() ? 2000 : 150);
    }
    const std::string description =
        fmt::format("seed {}, {}{}{}, {}, {}{}: {}", seed, failure.stage, failure.way.empty() ? "" : " on ",
                    failure.way, one.options.rounding == Rounding::tflm ? "tflm" : "litert",
                    one.options.objective == Objective::speed  ? "speed"
                    : one.options.objective == Objective::size ? "size"
                                                               : "balanced",
                    alone ? "" : ", not alone", failure.message);
    const std::string text = print_graph(smallest);
    const std::filesystem::path path =
        std::filesystem::path(options_.failures) / fmt::format("{}_{}.tir", failure.stage, seed);
    std::filesystem::create_directories(options_.failures);
    const Result<Done> written = write_file(path, text + "\n# " + single_line(description) + "\n");
    const std::scoped_lock lock(mutex_);
    fmt::print("FAILURE {}\n{}{}\n", description, text, written ? "written to " + path.string() : "");
    std::fflush(stdout);
  }

  static std::string single_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    return text.substr(0, 400);
  }

  void merge(const Totals& more) {
    totals_.graphs += more.graphs;
    totals_.nodes += more.nodes;
    totals_.refused += more.refused;
    totals_.outputs += more.outputs;
    totals_.skipped += more.skipped;
    totals_.failures += more.failures;
    for (const auto& [way, count] : more.executions) totals_.executions[way] += count;
    totals_.coverage.add(more.coverage);
    totals_.prepare_seconds += more.prepare_seconds;
    for (const auto& [way, time] : more.way_seconds) totals_.way_seconds[way] += time;
  }

  int report() const {
    const std::set<std::string> missing = missing_operators(totals_.coverage);
    if (!options_.quiet) fmt::print("{}\n", coverage_table(totals_.coverage));
    if (!missing.empty()) fmt::print("never seen: {}\n", fmt::join(missing, ", "));
    std::string executions;
    for (const auto& [way, count] : totals_.executions) executions += fmt::format(", {} on {}", count, way);
    if (!options_.quiet) {
      fmt::print("seconds: preparation {:.1f}", totals_.prepare_seconds);
      for (const auto& [way, time] : totals_.way_seconds) fmt::print(", {} {:.1f}", way, time);
      fmt::print("\n");
    }
    fmt::print(
        "{} random graphs from seed {}, {} nodes{}; {} outputs compared, {} not comparable; {} graphs "
        "refused; "
        "{} failures; {:.0f} s\n",
        totals_.graphs, options_.seed, totals_.nodes, executions, totals_.outputs - totals_.skipped,
        totals_.skipped, totals_.refused, totals_.failures, seconds());
    return totals_.failures > 0 || (options_.require_all && !missing.empty()) ? 1 : 0;
  }

  const Options& options_;
  std::chrono::steady_clock::time_point start_;
  BatchRunner runner_;
  std::mutex mutex_;
  Totals totals_;
};

}  // namespace
}  // namespace burin::test

int main(int argc, char** argv) {
  using namespace burin::test;
  Options options;
  CLI::App app("Random graphs through every pass and kernel set, against the evaluator.");
  app.add_option("--count", options.count, "how many graphs")->capture_default_str();
  app.add_option("--seed", options.seed, "the first graph's; the others follow")->capture_default_str();
  app.add_option("--seconds", options.seconds, "begin nothing new after so long; 0: no limit");
  app.add_option("--jobs", options.jobs, "batches at once")->capture_default_str();
  app.add_option("--batch", options.batch, "graphs in a program")->capture_default_str();
  std::vector<std::string> names;
  for (const Way& way : all_ways()) names.push_back(way.name);
  names.push_back("none");
  app.add_option("--targets", options.targets,
                 "execute only there, or nowhere (none); otherwise each batch on some of them")
      ->delimiter(',')
      ->check(CLI::IsMember(names));
  app.add_option("--failures", options.failures, "where shrunken graphs are written")->capture_default_str();
  app.add_flag("--print", options.print, "print the graphs, check nothing");
  app.add_flag("--quiet", options.quiet, "print failures and the last line only");
  app.add_flag("--require-all", options.require_all, "fail where an operator is missing in one of its types");
  CLI11_PARSE(app, argc, argv);
  if (options.print) {
    for (uint64_t i = 0; i < options.count; ++i)
      fmt::print("{}\n", burin::print_graph(random_graph(options.seed + i)));
    return 0;
  }
  return Campaign(options).run();
}
