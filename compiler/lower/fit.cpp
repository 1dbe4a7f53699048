#include "lower/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "lower/choose.hpp"
#include "support/identifier.hpp"

namespace burin {
namespace {

// A plan that is tried and thrown away need not be the very best.
constexpr int64_t trial_work = 500'000;
constexpr int64_t final_work = 20'000'000;

// The functions of the header, and what compilers put between functions.
constexpr int64_t interface_code_bytes = 240;
// Constants begin at multiples of four.
constexpr int64_t most_padding = 3;

class Fitting {
 public:
  explicit Fitting(const FitProblem& problem) : problem_(problem), limit_(limit_of(problem.flash)) {
    std::map<std::string, size_t> shared;
    std::map<std::pair<std::string, Geometry>, size_t> own;
    const auto part = [&](auto& parts, const auto& key, int64_t bytes) {
      const auto [at, added] = parts.insert({key, choice_.part_bytes.size()});
      if (added) choice_.part_bytes.push_back(bytes);
      return at->second;
    };
    choice_.fixed_bytes = problem.glue_bytes;
    for (const FitStep& step : problem.steps) {
      auto& options = choice_.steps.emplace_back();
      for (const Offer& offer : step.offers) {
        ChoiceOption& option = options.emplace_back();
        const KernelCall* call = offer.call();
        option.allowed = call != nullptr;
        if (!call) continue;
        option.cycles = call->cycles;
        option.bytes = constant_bytes(*call);
        option.scratch_bytes = call->scratch_bytes;
        option.parts = {part(shared, call->kernel, call->shared_code_bytes),
                        part(own, std::pair(call->kernel, call->geometry), call->code_bytes)};
      }
    }
    bounded_ = choice_;
    bounded_.fixed_bytes = problem.glue_bytes + interface_code_bytes;
    for (int64_t& bytes : bounded_.part_bytes) bytes = (bytes * problem.code_bound_percent + 99) / 100;
    for (size_t step = 0; step < problem.steps.size(); ++step)
      for (size_t option = 0; option < problem.steps[step].offers.size(); ++option)
        if (takes(step, option))
          bounded_.steps[step][option].bytes += most_padding * std::ssize(call(step, option).constants);
  }

  Result<Fit> run() {
    free_ = problem_.objective == Objective::balanced ? balanced() : choose(choice_, problem_.objective);
    Choice chosen = free_;
    if (!fits(chosen, trial_work) && !fits(chosen, final_work)) {
      Diagnostics findings = over_limits();
      if (!findings.empty()) return findings;
      chosen = choose_within();
      improve(chosen);
      if (!fits(chosen, final_work)) return no_common_choice();
    }
    std::optional<Layout> layout = find_layout(layout_problem(chosen), final_work);
    // Sizes and offsets stand in the generated file as numbers of 32 bits.
    if (!layout || layout->plan.total_bytes > INT32_MAX) return too_large();
    Fit fit;
    fit.choice = std::move(chosen);
    fit.layout = *std::move(layout);
    explain(fit);
    return fit;
  }

 private:
  static std::optional<int64_t> limit_of(const std::optional<Limit>& limit) {
    return limit ? std::optional(limit->bytes) : std::nullopt;
  }

  const KernelCall& call(size_t step, size_t option) const {
    return *problem_.steps[step].offers[option].call();
  }

  LayoutProblem layout_problem(const Choice& choice) const {
    LayoutProblem layout{.values = problem_.values, .steps = {}};
    for (size_t step = 0; step < choice.size(); ++step) {
      LayoutStep& added = layout.steps.emplace_back(problem_.steps[step].layout);
      added.scratch_bytes = call(step, choice[step]).scratch_bytes;
      added.overlaps = call(step, choice[step]).overlaps;
    }
    return layout;
  }

  int32_t stack_of(const Choice& choice) const {
    int32_t most = 0;
    for (size_t step = 0; step < choice.size(); ++step)
      most = std::max(most, call(step, choice[step]).stack_bytes);
    return most;
  }

  int64_t ram_of(const Choice& choice, const Layout& layout) const {
    return layout.plan.total_bytes + problem_.state_bytes + stack_of(choice);
  }

  int64_t ram_of(const Choice& choice, int64_t work) const {
    const std::optional<Layout> layout = find_layout(layout_problem(choice), work);
    return layout ? ram_of(choice, *layout) : int64_t{1} << 60;
  }

  bool fits(const Choice& choice, int64_t work) const {
    return (!limit_ || flash_of(bounded_, choice) <= *limit_) &&
           (!problem_.ram || ram_of(choice, work) <= problem_.ram->bytes);
  }

  // Of the choices on the way from the fastest to the smallest the one with the best balance that keeps to
  // the fastest one's arena: bytes are flash and RAM as they are planned, where the search counts scratch
  // only.
  Choice balanced() const {
    std::vector<Choice> choices = choices_between(choice_);
    std::vector<int64_t> ram;
    for (const Choice& choice : choices) ram.push_back(ram_of(choice, trial_work));
    const auto bytes_of = [&](size_t at) { return flash_of(choice_, choices[at]) + ram[at]; };
    const Way way = {.fastest_cycles = cycles_of(choice_, choices[0]),
                     .smallest_cycles = cycles_of(choice_, choices[1]),
                     .fastest_bytes = bytes_of(0),
                     .smallest_bytes = bytes_of(1)};
    size_t best = 0;
    double least = way.distance(cycles_of(choice_, choices[0]), bytes_of(0));
    for (size_t at = 1; at < choices.size(); ++at) {
      const double distance = way.distance(cycles_of(choice_, choices[at]), bytes_of(at));
      if (at == 1 || ram[at] > ram[0] || distance >= least) continue;
      least = distance;
      best = at;
    }
    return std::move(choices[best]);
  }

  // How much RAM an option takes while its step runs, as far as options of one step differ in it.
  int64_t need(size_t step, size_t option) const {
    int64_t saved = 0;
    const LayoutStep& layout = problem_.steps[step].layout;
    for (const KernelOverlap& overlap : call(step, option).overlaps) {
      const size_t input = layout.inputs.at(overlap.input);
      if (input == no_value) continue;
      saved = std::max(saved, std::min(problem_.values[input].bytes,
                                       problem_.values[layout.outputs.at(0)].bytes - overlap.distance));
    }
    return call(step, option).scratch_bytes - saved;
  }

  // The allowed option of each step with the least of something, and of these the one with fewest cycles.
  Choice least(const std::function<int64_t(size_t, size_t)>& of) const {
    Choice choice;
    for (size_t step = 0; step < choice_.steps.size(); ++step) {
      size_t best = SIZE_MAX;
      for (size_t option = 0; option < choice_.steps[step].size(); ++option) {
        if (!choice_.steps[step][option].allowed) continue;
        const auto rank = [&](size_t at) { return std::pair(of(step, at), choice_.steps[step][at].cycles); };
        if (best == SIZE_MAX || rank(option) < rank(best)) best = option;
      }
      choice.push_back(best);
    }
    return choice;
  }

  // The choice with the least RAM: arena and stack are both sums of one step's needs, or nearly.
  Choice leanest() const {
    const auto stack = [&](size_t step, size_t option) { return int64_t{call(step, option).stack_bytes}; };
    Choice best;
    int64_t least_ram = 0;
    for (const Choice& choice :
         {least([&](size_t step, size_t option) { return need(step, option) * 65536 + stack(step, option); }),
          least([&](size_t step, size_t option) { return need(step, option) + stack(step, option); }),
          least([&](size_t step, size_t option) {
            return stack(step, option) * (int64_t{1} << 32) + need(step, option);
          })}) {
      const int64_t ram = ram_of(choice, final_work);
      if (!best.empty() && ram >= least_ram) continue;
      least_ram = ram;
      best = choice;
    }
    return best;
  }

  // Takes options away until what is left and best fits into the RAM.
  Choice choose_within() {
    const Choice lean = problem_.ram ? leanest() : Choice();
    for (;;) {
      Choice choice = choose(bounded_, problem_.objective, limit_);
      if (!problem_.ram) return choice;
      const std::optional<Layout> layout = find_layout(layout_problem(choice), trial_work);
      if (!layout || ram_of(choice, *layout) <= problem_.ram->bytes) return choice;
      // The step at the arena's peak, or else those with the deepest stack, or else any.
      std::vector<size_t> steps;
      if (layout->plan.peak_step > 0 && static_cast<size_t>(layout->plan.peak_step) <= choice.size())
        steps = {layout->order[static_cast<size_t>(layout->plan.peak_step - 1)]};
      const auto by_need = [&](size_t step, size_t option) { return need(step, option); };
      const auto by_stack = [&](size_t step, size_t option) {
        return int64_t{call(step, option).stack_bytes};
      };
      if (forbid(steps, choice, lean, by_need)) continue;
      std::vector<size_t> deepest;
      std::vector<size_t> all;
      for (size_t step = 0; step < choice.size(); ++step) {
        if (call(step, choice[step]).stack_bytes == stack_of(choice)) deepest.push_back(step);
        all.push_back(step);
      }
      if (forbid(deepest, choice, lean, by_stack)) continue;
      const auto not_lean = [&](size_t step, size_t option) { return int64_t{option != lean[step]}; };
      if (!forbid(all, choice, lean, not_lean)) return choice;
    }
  }

  // At each of the steps forbids the options that have no less of something than the chosen one, but never
  // the lean one. False where nothing is left to be forbidden.
  bool forbid(const std::vector<size_t>& steps, const Choice& choice, const Choice& lean,
              const std::function<int64_t(size_t, size_t)>& of) {
    bool any = false;
    for (const size_t step : steps) {
      if (choice[step] == lean[step]) continue;
      const int64_t most = of(step, choice[step]);
      if (of(step, lean[step]) >= most) continue;
      for (size_t option = 0; option < bounded_.steps[step].size(); ++option) {
        ChoiceOption& candidate = bounded_.steps[step][option];
        if (!candidate.allowed || option == lean[step] || of(step, option) < most) continue;
        candidate.allowed = false;
        any = true;
      }
    }
    return any;
  }

  bool takes(size_t step, size_t option) const {
    return problem_.steps[step].offers[option].call() != nullptr;
  }

  // Flash and scratch that a choice has and another, which differs in one step, has not.
  int64_t saved_bytes(const Choice& choice, const Choice& other, size_t step) const {
    return flash_of(choice_, choice) - flash_of(choice_, other) +
           choice_.steps[step][choice[step]].scratch_bytes - choice_.steps[step][other[step]].scratch_bytes;
  }

  // What changing one step would gain under the objective, in its unit; balanced counts in cycles, as that is
  // what limits cost it.
  int64_t gain(size_t step, size_t option, const Choice& choice) const {
    Choice other = choice;
    other[step] = option;
    if (problem_.objective != Objective::size)
      return choice_.steps[step][choice[step]].cycles - choice_.steps[step][option].cycles;
    return saved_bytes(choice, other, step);
  }

  // Options were forbidden one by one, perhaps too many: takes back single steps while everything fits, the
  // greatest gain first.
  void improve(Choice& choice) const {
    if (choice.size() > most_steps_to_search) return;
    for (bool again = true; again;) {
      again = false;
      std::vector<std::pair<size_t, size_t>> changes;
      for (size_t step = 0; step < choice.size(); ++step)
        for (size_t option = 0; option < choice_.steps[step].size(); ++option)
          if (choice[step] != free_[step] && takes(step, option) && gain(step, option, choice) > 0)
            changes.push_back({step, option});
      std::ranges::stable_sort(changes, [&](const auto& a, const auto& b) {
        return gain(a.first, a.second, choice) > gain(b.first, b.second, choice);
      });
      for (const auto& [step, option] : changes) {
        Choice other = choice;
        other[step] = option;
        if (!fits(other, trial_work)) continue;
        choice = std::move(other);
        again = true;
        break;
      }
    }
  }

  // ---- words ----

  Diagnostics too_large() const {
    return {{.code = DiagnosticCode::E0403,
             .message = "the tensors add up to more than 2 GB",
             .help = "check the shapes: `burin inspect` prints them"}};
  }

  // What lies in the arena at its peak, largest first. Bytes that several of them have count for the first,
  // so that the numbers add up to the arena's.
  std::string peak_table(const Choice& choice, const Layout& layout) const {
    struct Live {
      int64_t begin;
      int64_t bytes;
      std::string name;
    };
    std::vector<Live> live;
    for (size_t i = 0; i < problem_.values.size(); ++i)
      if (layout.first_steps[i] <= layout.plan.peak_step && layout.plan.peak_step <= layout.last_steps[i])
        live.push_back({layout.offsets[i], problem_.values[i].bytes, problem_.values[i].name});
    if (layout.plan.peak_step > 0 && static_cast<size_t>(layout.plan.peak_step) <= choice.size()) {
      const size_t step = layout.order[static_cast<size_t>(layout.plan.peak_step - 1)];
      if (const int64_t scratch = call(step, choice[step]).scratch_bytes; scratch > 0)
        live.push_back({layout.scratch_offsets[step], scratch, problem_.steps[step].layout.scratch_name});
    }
    std::ranges::stable_sort(live, std::greater<>(), &Live::bytes);
    std::string text;
    std::map<int64_t, int64_t> taken;  // begin -> end, of what was listed, apart from each other
    for (const Live& each : live) {
      int64_t own = each.bytes;
      int64_t begin = each.begin;
      int64_t end = each.begin + each.bytes;
      for (auto at = taken.begin(); at != taken.end();) {
        if (at->second <= each.begin || at->first >= each.begin + each.bytes) {
          ++at;
          continue;
        }
        own -= std::min(at->second, each.begin + each.bytes) - std::max(at->first, each.begin);
        begin = std::min(begin, at->first);
        end = std::max(end, at->second);
        at = taken.erase(at);
      }
      taken[begin] = end;
      text += fmt::format("{}{} bytes \"{}\"", text.empty() ? "" : ", ", own, printable(each.name, 60));
      if (own < each.bytes) text += fmt::format(" ({} more lie in those before)", each.bytes - own);
    }
    return text;
  }

  // Each limit against the choice that needs least of it.
  Diagnostics over_limits() const {
    Diagnostics findings;
    if (problem_.ram) {
      const Choice lean = leanest();
      const std::optional<Layout> layout = find_layout(layout_problem(lean), final_work);
      if (!layout) return too_large();
      const int64_t ram = ram_of(lean, *layout);
      if (ram > problem_.ram->bytes)
        findings.push_back(
            {.code = DiagnosticCode::E0501,
             .message =
                 fmt::format("the model needs {} bytes of RAM at least (arena {}, state {}, stack {}), "
                             "the limit is {}: {} bytes are missing",
                             ram, layout->plan.total_bytes, problem_.state_bytes, stack_of(lean),
                             problem_.ram->bytes, ram - problem_.ram->bytes),
             .place = "at the peak: " + peak_table(lean, *layout),
             .help = fmt::format(
                 "{}shrink the largest layers listed, or allow {} bytes: with --ram-limit, or on a "
                 "board with more RAM",
                 layout->plan.optimal ? "the plan is optimal, with the kernels that need least: " : "",
                 ram)});
    }
    if (problem_.flash) {
      const Choice small = choose(bounded_, Objective::size, 0);
      const int64_t flash = flash_of(bounded_, small);
      if (flash > problem_.flash->bytes) {
        int64_t constants = 0;
        for (size_t step = 0; step < small.size(); ++step)
          constants += choice_.steps[step][small[step]].bytes;
        findings.push_back(
            {.code = DiagnosticCode::E0502,
             .message = fmt::format("the model may need {} bytes of flash (constants {}, code up to {}), the "
                                    "limit is {}: {} bytes "
                                    "are missing",
                                    flash, constants, flash - constants, problem_.flash->bytes,
                                    flash - problem_.flash->bytes),
             .place = {},
             .help = fmt::format("no choice of kernels is smaller: prune the model, or allow {} bytes: with "
                                 "--flash-limit, or on a board with more flash",
                                 flash)});
      }
    }
    return findings;
  }

  Diagnostics no_common_choice() const {
    const Choice lean = leanest();
    const int64_t flash = flash_of(bounded_, choose(bounded_, Objective::size, 0));
    return {{.code = DiagnosticCode::E0502,
             .message = fmt::format(
                 "no choice of kernels was found that keeps to {} bytes of RAM and {} bytes of "
                 "flash, though each alone is possible: within that RAM the model may need "
                 "{} bytes of flash, {} more",
                 problem_.ram->bytes, problem_.flash->bytes, flash, flash - problem_.flash->bytes),
             .place = {},
             .help = fmt::format("allow {} bytes of flash, or {} bytes of RAM", flash,
                                 ram_of(choose(unrestricted(), Objective::size, limit_), final_work))}};
  }

  ChoiceProblem unrestricted() const {
    ChoiceProblem problem = bounded_;
    for (size_t step = 0; step < problem.steps.size(); ++step)
      for (size_t option = 0; option < problem.steps[step].size(); ++option)
        problem.steps[step][option].allowed = takes(step, option);
    return problem;
  }

  // How much more flash is used if one step changes, where `users` counts the steps that use each part.
  int64_t flash_change(size_t step, size_t from, size_t to, std::vector<int32_t>& users) const {
    const ChoiceOption& old_option = choice_.steps[step][from];
    const ChoiceOption& new_option = choice_.steps[step][to];
    int64_t change = new_option.bytes - old_option.bytes;
    for (const size_t part : old_option.parts)
      if (--users[part] == 0) change -= choice_.part_bytes[part];
    for (const size_t part : new_option.parts)
      if (users[part] == 0) change += choice_.part_bytes[part];
    for (const size_t part : old_option.parts) ++users[part];
    return change;
  }

  // Which limit keeps an option from taking the place of the chosen one, and by how many bytes. Nothing where
  // it would fit, or would be no better.
  std::optional<Verdict> obstacle(size_t step, size_t option, const Choice& choice) const {
    if (choice[step] == free_[step] || choice.size() > most_steps_to_search) return std::nullopt;
    if (gain(step, option, choice) <= 0) return std::nullopt;
    Choice other = choice;
    other[step] = option;
    Verdict verdict{.kind = Verdict::Kind::does_not_fit, .saved_bytes = saved_bytes(choice, other, step)};
    if (problem_.flash) {
      verdict.limit = problem_.flash->name;
      verdict.missing_bytes = flash_of(bounded_, other) - problem_.flash->bytes;
      if (verdict.missing_bytes > 0) return verdict;
    }
    if (problem_.ram) {
      verdict.limit = problem_.ram->name;
      verdict.memory =
          need(step, option) > need(step, choice[step]) ? Verdict::Memory::scratch : Verdict::Memory::stack;
      verdict.missing_bytes = ram_of(other, trial_work) - problem_.ram->bytes;
      if (verdict.missing_bytes > 0) return verdict;
    }
    return std::nullopt;
  }

  void explain(Fit& fit) const {
    std::vector<int32_t> users(choice_.part_bytes.size(), 0);
    for (size_t step = 0; step < fit.choice.size(); ++step)
      for (const size_t part : choice_.steps[step][fit.choice[step]].parts) ++users[part];
    for (size_t step = 0; step < fit.choice.size(); ++step) {
      const std::vector<Offer>& offers = problem_.steps[step].offers;
      std::vector<Candidate>& candidates = fit.candidates.emplace_back();
      for (size_t option = 0; option < offers.size(); ++option) {
        Candidate& candidate =
            candidates.emplace_back(Candidate{.step = step,
                                              .kernel = std::string(offers[option].kernel->name),
                                              .isa = call(step, fit.choice[step]).isa,
                                              .specific = offers[option].kernel->set != KernelSet::generic});
        if (const auto* refusal = std::get_if<Refusal>(&offers[option].answer)) {
          candidate.verdict = {.kind = Verdict::Kind::refused, .refusal = refusal->reason};
          continue;
        }
        const KernelCall& own = call(step, option);
        candidate.cycles = own.cycles;
        candidate.constant_bytes = constant_bytes(own);
        candidate.code_bytes = own.code_bytes;
        candidate.shared_code_bytes = own.shared_code_bytes;
        candidate.scratch_bytes = own.scratch_bytes;
        if (option == fit.choice[step]) continue;
        if (std::optional<Verdict> found = obstacle(step, option, fit.choice))
          candidate.verdict = *std::move(found);
        else
          candidate.verdict = {.kind = Verdict::Kind::dearer,
                               .flash_change = flash_change(step, fit.choice[step], option, users)};
      }
    }
  }

  const FitProblem& problem_;
  const std::optional<int64_t> limit_;  // of flash
  ChoiceProblem choice_;                // with code as it is estimated: what is best
  ChoiceProblem bounded_;               // with code as large as it may become: what fits
  Choice free_;                         // what would be chosen without limits
};

}  // namespace

Result<Fit> fit_kernels(const FitProblem& problem) {
  return Fitting(problem).run();
}

}  // namespace burin
