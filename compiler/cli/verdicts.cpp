#include "cli/verdicts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <span>

#include "cli/session.hpp"
#include "support/check.hpp"

namespace burin {
namespace {

using Kind = Verdict::Kind;

// They stand in the order of the steps.
std::span<const Candidate> candidates_of(const Program& program, size_t step) {
  return {std::ranges::lower_bound(program.candidates, step, {}, &Candidate::step),
          std::ranges::upper_bound(program.candidates, step, {}, &Candidate::step)};
}

const Candidate& chosen_of(const Program& program, size_t step) {
  const std::span<const Candidate> candidates = candidates_of(program, step);
  const auto found = std::ranges::find_if(candidates, &Candidate::chosen);
  BURIN_CHECK(found != candidates.end(), "a step without a chosen candidate");
  return *found;
}

std::string change(int64_t bytes, const char* of) {
  if (bytes == 0) return {};
  return fmt::format(", {} bytes of {} {}", grouped(std::abs(bytes)), of, bytes > 0 ? "more" : "less");
}

// "3.20 times the cycles, 120 bytes of flash less", of a candidate against the chosen one.
std::string difference(const Candidate& candidate, const Candidate& chosen) {
  const std::string cycles =
      candidate.cycles == chosen.cycles ? "as many cycles"
      : chosen.cycles == 0              ? fmt::format("{} cycles more", grouped(candidate.cycles))
                           : fmt::format("{:.2f} times the cycles", static_cast<double>(candidate.cycles) /
                                                                        static_cast<double>(chosen.cycles));
  return cycles + change(candidate.verdict.flash_change, "flash") +
         change(candidate.scratch_bytes - chosen.scratch_bytes, "scratch");
}

// "needs 2,304 bytes of scratch more than --ram-limit leaves"
std::string excess(const Verdict& verdict) {
  const char* const memory = verdict.memory == Verdict::Memory::flash     ? "flash"
                             : verdict.memory == Verdict::Memory::scratch ? "scratch"
                                                                          : "stack";
  return fmt::format("needs {} bytes of {} more than {} leaves", grouped(verdict.missing_bytes), memory,
                     verdict.limit);
}

// What taking a candidate in place of the chosen one would bring: "1.4x faster".
std::string gain(const Candidate& candidate, const Candidate& chosen, Objective objective) {
  if (objective == Objective::size)
    return fmt::format("{} bytes smaller", grouped(candidate.verdict.saved_bytes));
  return fmt::format("{:.1f}x faster", static_cast<double>(chosen.cycles) /
                                           static_cast<double>(std::max<int64_t>(candidate.cycles, 1)));
}

}  // namespace

std::string sentence_of(const Program& program, const Candidate& candidate, Objective objective) {
  switch (candidate.verdict.kind) {
    case Kind::chosen:
      return reason_of(program, candidate.step, objective);
    case Kind::refused:
      return "refused: " + candidate.verdict.refusal;
    case Kind::does_not_fit:
      return "does not fit: " + excess(candidate.verdict);
    case Kind::dearer:
      return "dearer: " + difference(candidate, chosen_of(program, candidate.step));
  }
  internal_error("a verdict of no kind", __FILE__, __LINE__);
}

std::string reason_of(const Program& program, size_t step, Objective objective) {
  const std::span<const Candidate> candidates = candidates_of(program, step);
  const Candidate& chosen = chosen_of(program, step);
  const auto accepted = std::ranges::count_if(
      candidates, [](const Candidate& each) { return each.verdict.kind != Kind::refused; });
  std::string reason = accepted == 1
                           ? std::string("the only kernel that accepts it")
                           : fmt::format("{} of {} candidates",
                                         objective == Objective::speed  ? "fewest cycles"
                                         : objective == Objective::size ? "fewest bytes"
                                                                        : "best trade of cycles for bytes",
                                         accepted);
  std::string better;
  for (const Candidate& each : candidates)
    if (each.verdict.kind == Kind::does_not_fit)
      better += fmt::format("; {} would be {} but {}", each.kernel, gain(each, chosen, objective),
                            excess(each.verdict));
  if (!better.empty()) reason += " that fit" + better;
  if (misses_fast_kernel(program, step))
    for (const Candidate& each : candidates)
      if (each.specific && each.verdict.kind == Kind::refused)
        reason += fmt::format("; {} not used because {}", each.kernel, each.verdict.refusal);
  return reason;
}

bool misses_fast_kernel(const Program& program, size_t step) {
  return !chosen_of(program, step).specific &&
         std::ranges::any_of(candidates_of(program, step), [](const Candidate& each) {
           return each.specific && each.verdict.kind == Kind::refused;
         });
}

}  // namespace burin
