#include "program/program.hpp"

#include <cstring>
#include <set>
#include <tuple>

namespace burin {

bool StoredBefore::operator()(const KernelConstant* a, const KernelConstant* b) const {
  const auto key = [](const KernelConstant& c) { return std::tie(c.role, c.type, c.alignment); };
  if (key(*a) != key(*b)) return key(*a) < key(*b);
  const auto left = a->data.bytes();
  const auto right = b->data.bytes();
  if (left.size() != right.size()) return left.size() < right.size();
  if (left.data() == right.data()) return false;
  return std::memcmp(left.data(), right.data(), left.size()) < 0;
}

int64_t Program::weight_bytes() const {
  std::set<const KernelConstant*, StoredBefore> stored;
  int64_t bytes = 0;
  for (const Step& step : steps)
    for (const KernelConstant& constant : step.call.constants)
      if (stored.insert(&constant).second) bytes += static_cast<int64_t>(constant.data.bytes().size());
  return bytes;
}

int64_t Program::code_bytes_estimate() const {
  std::set<std::string> kernels;
  std::set<std::pair<std::string, Geometry>> calls;
  int64_t bytes = 0;
  for (const Step& step : steps) {
    if (kernels.insert(step.call.kernel).second) bytes += step.call.shared_code_bytes;
    if (calls.emplace(step.call.kernel, step.call.geometry).second) bytes += step.call.code_bytes;
  }
  return bytes;
}

int64_t Program::cycles_estimate() const {
  int64_t cycles = 0;
  for (const Step& step : steps) cycles += step.call.cycles;
  return cycles;
}

std::span<const std::string_view> common_functions() {
  static constexpr std::string_view names[] = {"context", "init",      "invoke",       "model",    "reset",
                                               "run",     "run_reset", "run_selftest", "selftest", "status"};
  return names;
}

const std::vector<std::string>& reserved_accessors() {
  static const std::vector<std::string> names = {"arena",
                                                 "bind",
                                                 "bind_singleton",
                                                 "burin_kernels",
                                                 "context",
                                                 "error",
                                                 "init",
                                                 "invoke",
                                                 "layer",
                                                 "memcmp",
                                                 "memcpy",
                                                 "memmove",
                                                 "memset",
                                                 "model",
                                                 "no",
                                                 "ok",
                                                 "reset",
                                                 "run",
                                                 "run_reset",
                                                 "run_selftest",
                                                 "selftest",
                                                 "singleton",
                                                 "singleton_arena",
                                                 "singleton_state",
                                                 "stack",
                                                 "state",
                                                 "status",
                                                 "weights"};
  return names;
}

}  // namespace burin
