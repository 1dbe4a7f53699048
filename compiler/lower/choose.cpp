#include "lower/choose.hpp"

#include <algorithm>
#include <cmath>

#include "support/check.hpp"

namespace burin {
namespace {

// What a cycle, a byte of flash and a byte of scratch are worth.
struct Weights {
  double cycle = 0;
  double flash = 0;
  double scratch = 0;
};

// So little that it decides between equals: a megabyte is worth a cycle, or 2^32 cycles a byte.
constexpr double hardly_a_cycle = 0x1p-20;
constexpr double hardly_a_byte = 0x1p-32;
constexpr Weights speed = {1, hardly_a_cycle, hardly_a_cycle};
constexpr Weights size = {hardly_a_byte, 1, 1};
constexpr Weights flash_only = {hardly_a_byte, 1, hardly_a_byte};

double value_of(const ChoiceOption& option, const Weights& weights) {
  return weights.cycle * static_cast<double>(option.cycles) +
         weights.flash * static_cast<double>(option.bytes) +
         weights.scratch * static_cast<double>(option.scratch_bytes);
}

// A choice that can be changed, with the number of users of each part.
class Search {
 public:
  Search(const ChoiceProblem& problem, const Weights& weights)
      : problem_(problem), weights_(weights), users_(problem.part_bytes.size(), 0) {
    std::vector<size_t> last_step(users_.size(), SIZE_MAX);
    std::vector<bool> listed(users_.size(), false);
    for (size_t step = 0; step < problem.steps.size(); ++step)
      for (const ChoiceOption& each : problem.steps[step])
        for (const size_t part : each.parts) {
          if (last_step[part] != SIZE_MAX && last_step[part] != step && !listed[part]) {
            listed[part] = true;
            shared_.push_back(part);
          }
          last_step[part] = step;
        }
  }

  // Every step on its own: the first time as if no code were shared, the second as if all were there anyway.
  Choice minimize() {
    Choice best;
    double least = 0;
    for (const bool shared_is_free : {false, true}) {
      begin(shared_is_free);
      // Each round makes the value less; the limit is for rounding errors that say otherwise.
      for (int32_t round = 0; round < 1000 && (improve_steps() || improve_parts()); ++round) {
      }
      const double total = total_value();
      if (best.empty() || total < least) {
        least = total;
        best = choice_;
      }
    }
    return best;
  }

 private:
  const ChoiceOption& option(size_t step, size_t at) const { return problem_.steps[step][at]; }

  double part_value(size_t part) const {
    return weights_.flash * static_cast<double>(problem_.part_bytes[part]);
  }

  // What an option of a step adds to the others, whose parts are there already.
  double marginal_value(size_t step, size_t at) const {
    double value = value_of(option(step, at), weights_);
    for (const size_t part : option(step, at).parts)
      if (users_[part] == 0) value += part_value(part);
    return value;
  }

  void count(size_t step, int32_t change) {
    for (const size_t part : option(step, choice_[step]).parts) users_[part] += change;
  }

  void begin(bool shared_is_free) {
    std::fill(users_.begin(), users_.end(), shared_is_free ? 1 : 0);
    choice_.clear();
    for (size_t step = 0; step < problem_.steps.size(); ++step)
      choice_.push_back(best_option(step, SIZE_MAX));
    std::fill(users_.begin(), users_.end(), 0);
    for (size_t step = 0; step < choice_.size(); ++step) count(step, 1);
  }

  double total_value() const {
    double value = 0;
    for (size_t step = 0; step < choice_.size(); ++step)
      value += value_of(option(step, choice_[step]), weights_);
    for (size_t part = 0; part < users_.size(); ++part)
      if (users_[part] > 0) value += part_value(part);
    return value;
  }

  // The allowed option that adds least, without those that use a part; SIZE_MAX where there is none.
  size_t best_option(size_t step, size_t without) const {
    size_t best = SIZE_MAX;
    double least = 0;
    for (size_t at = 0; at < problem_.steps[step].size(); ++at) {
      const ChoiceOption& candidate = option(step, at);
      if (!candidate.allowed || std::ranges::find(candidate.parts, without) != candidate.parts.end())
        continue;
      const double value = marginal_value(step, at);
      if (best == SIZE_MAX || value < least) {
        least = value;
        best = at;
      }
    }
    return best;
  }

  bool improve_steps() {
    bool improved = false;
    for (size_t step = 0; step < choice_.size(); ++step) {
      count(step, -1);
      const size_t best = best_option(step, SIZE_MAX);
      if (marginal_value(step, best) < marginal_value(step, choice_[step])) {
        choice_[step] = best;
        improved = true;
      }
      count(step, 1);
    }
    return improved;
  }

  // All users of a part at once: none of them, or all that could be.
  bool improve_parts() {
    bool improved = false;
    for (const size_t part : shared_)
      for (const bool use : {false, true}) improved = move_part(part, use) || improved;
    return improved;
  }

  bool move_part(size_t part, bool use) {
    const Choice before = choice_;
    const double value_before = total_value();
    bool changed = false;
    for (size_t step = 0; step < choice_.size(); ++step) {
      const auto& parts = option(step, choice_[step]).parts;
      const bool used = std::ranges::find(parts, part) != parts.end();
      if (used == use) continue;
      count(step, -1);
      if (!use) {
        const size_t other = best_option(step, part);
        if (other != SIZE_MAX) choice_[step] = other;
      } else {
        for (size_t at = 0; at < problem_.steps[step].size(); ++at) {
          const ChoiceOption& candidate = option(step, at);
          // The part itself is weighed at the end, for all steps together.
          const double own = marginal_value(step, at) - (users_[part] == 0 ? part_value(part) : 0);
          if (candidate.allowed && std::ranges::find(candidate.parts, part) != candidate.parts.end() &&
              own < marginal_value(step, choice_[step]))
            choice_[step] = at;
        }
      }
      changed = changed || choice_[step] != before[step];
      count(step, 1);
    }
    if (changed && total_value() < value_before) return true;
    for (size_t step = 0; step < choice_.size(); ++step) count(step, -1);
    choice_ = before;
    for (size_t step = 0; step < choice_.size(); ++step) count(step, 1);
    return false;
  }

  const ChoiceProblem& problem_;
  const Weights weights_;
  Choice choice_;
  std::vector<int32_t> users_;
  std::vector<size_t> shared_;  // parts that several steps could use
};

double value_of(const ChoiceProblem& problem, const Choice& choice, const Weights& weights) {
  double value = weights.flash * static_cast<double>(flash_of(problem, choice));
  for (size_t step = 0; step < choice.size(); ++step) {
    const ChoiceOption& option = problem.steps[step][choice[step]];
    value += weights.cycle * static_cast<double>(option.cycles) +
             weights.scratch * static_cast<double>(option.scratch_bytes);
  }
  return value;
}

// What a choice is the best for: so many cycles for a byte.
struct PricedChoice {
  double price;
  Choice choice;
};

std::vector<PricedChoice> priced_choices(const ChoiceProblem& problem) {
  std::vector<PricedChoice> result = {{hardly_a_cycle, Search(problem, speed).minimize()},
                                      {1 / hardly_a_byte, Search(problem, size).minimize()}};
  const Choice fastest = result[0].choice;
  const Choice smallest = result[1].choice;
  const int64_t lost = cycles_of(problem, smallest) - cycles_of(problem, fastest);
  const int64_t saved = flash_of(problem, fastest) - flash_of(problem, smallest);
  if (saved <= 0 || lost <= 0) return result;
  for (int32_t power = -20; power <= 12; ++power) {
    const double price = static_cast<double>(lost) / static_cast<double>(saved) * std::exp2(power);
    // Scratch shares its memory with what other steps keep there, so that it may be dear or cost nothing.
    for (const double scratch : {price, hardly_a_cycle}) {
      Choice choice = Search(problem, {1, price, scratch}).minimize();
      if (cycles_of(problem, choice) > cycles_of(problem, smallest) ||
          flash_of(problem, choice) > flash_of(problem, fastest) ||
          code_of(problem, choice) > code_of(problem, fastest))
        continue;
      if (std::ranges::find(result, choice, &PricedChoice::choice) == result.end())
        result.push_back({price, std::move(choice)});
    }
  }
  return result;
}

struct Goal {
  Weights weights;
  Choice choice;  // without a limit
};

Goal goal_of(const ChoiceProblem& problem, Objective objective) {
  if (objective == Objective::size) return {size, Search(problem, size).minimize()};
  if (objective == Objective::speed) return {speed, Search(problem, speed).minimize()};
  std::vector<PricedChoice> between = priced_choices(problem);
  const auto bytes_of = [&](const Choice& choice) {
    return static_cast<int64_t>(value_of(problem, choice, {.cycle = 0, .flash = 1, .scratch = 1}));
  };
  const Way way = {.fastest_cycles = cycles_of(problem, between[0].choice),
                   .smallest_cycles = cycles_of(problem, between[1].choice),
                   .fastest_bytes = bytes_of(between[0].choice),
                   .smallest_bytes = bytes_of(between[1].choice)};
  size_t best = 0;
  double least = 1;
  for (size_t i = 2; i < between.size(); ++i) {
    const Choice& choice = between[i].choice;
    if (bytes_of(choice) < way.smallest_bytes || bytes_of(choice) > way.fastest_bytes) continue;
    const double distance = way.distance(cycles_of(problem, choice), bytes_of(choice));
    if (distance >= least) continue;
    least = distance;
    best = i;
  }
  return {{1, between[best].price, between[best].price}, std::move(between[best].choice)};
}

// Changes single steps while that makes the value less and the flash keeps to the limit, the greatest gain
// first.
void fill(const ChoiceProblem& problem, const Weights& weights, int64_t limit, Choice& choice) {
  if (choice.size() > most_steps_to_search) return;
  for (;;) {
    double least = value_of(problem, choice, weights);
    Choice best;
    for (size_t step = 0; step < choice.size(); ++step) {
      for (size_t at = 0; at < problem.steps[step].size(); ++at) {
        if (at == choice[step] || !problem.steps[step][at].allowed) continue;
        Choice other = choice;
        other[step] = at;
        if (flash_of(problem, other) > limit) continue;
        const double value = value_of(problem, other, weights);
        if (value >= least) continue;
        least = value;
        best = std::move(other);
      }
    }
    if (best.empty()) return;
    choice = std::move(best);
  }
}

}  // namespace

int64_t cycles_of(const ChoiceProblem& problem, const Choice& choice) {
  int64_t cycles = 0;
  for (size_t step = 0; step < choice.size(); ++step) cycles += problem.steps[step][choice[step]].cycles;
  return cycles;
}

int64_t flash_of(const ChoiceProblem& problem, const Choice& choice) {
  int64_t bytes = problem.fixed_bytes;
  std::vector<bool> used(problem.part_bytes.size(), false);
  for (size_t step = 0; step < choice.size(); ++step) {
    const ChoiceOption& option = problem.steps[step][choice[step]];
    bytes += option.bytes;
    for (const size_t part : option.parts) {
      if (!used[part]) bytes += problem.part_bytes[part];
      used[part] = true;
    }
  }
  return bytes;
}

int64_t code_of(const ChoiceProblem& problem, const Choice& choice) {
  int64_t bytes = flash_of(problem, choice);
  for (size_t step = 0; step < choice.size(); ++step) bytes -= problem.steps[step][choice[step]].bytes;
  return bytes;
}

double Way::distance(int64_t cycles, int64_t bytes) const {
  const auto share = [](double part, double whole) { return whole > 0 ? part / whole : 0; };
  const auto factor = [&](double more) {
    return std::log(std::max(more, 1.0) / std::max<double>(static_cast<double>(fastest_cycles), 1));
  };
  return share(factor(static_cast<double>(cycles)), factor(static_cast<double>(smallest_cycles))) +
         share(static_cast<double>(bytes - smallest_bytes),
               static_cast<double>(fastest_bytes - smallest_bytes));
}

std::vector<Choice> choices_between(const ChoiceProblem& problem) {
  std::vector<Choice> result;
  for (PricedChoice& priced : priced_choices(problem)) result.push_back(std::move(priced.choice));
  return result;
}

Choice choose(const ChoiceProblem& problem, Objective objective, std::optional<int64_t> flash_limit) {
  for (const auto& options : problem.steps)
    BURIN_CHECK(std::ranges::any_of(options, &ChoiceOption::allowed), "a step without any allowed option");
  Goal goal = goal_of(problem, objective);
  if (!flash_limit || flash_of(problem, goal.choice) <= *flash_limit) return std::move(goal.choice);
  const Weights& weights = goal.weights;

  // A byte is made dearer until its price makes the choice fit. Between two prices there may be more choices
  // that fit; those that differ in one step are found by filling what is left.
  Choice best = Search(problem, flash_only).minimize();
  if (flash_of(problem, best) > *flash_limit) return best;
  fill(problem, weights, *flash_limit, best);
  double low = 0x1p-20;
  double high = 0x1p40;
  for (int32_t i = 0; i < 40; ++i) {
    const double price = std::sqrt(low * high);
    Weights dearer = weights;
    dearer.flash += price;
    Choice choice = Search(problem, dearer).minimize();
    if (flash_of(problem, choice) > *flash_limit) {
      low = price;
      continue;
    }
    high = price;
    fill(problem, weights, *flash_limit, choice);
    if (value_of(problem, choice, weights) < value_of(problem, best, weights)) best = std::move(choice);
  }
  return best;
}

}  // namespace burin
