// The whole compiler on one page: model file to generated files.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "codegen/generate.hpp"
#include "formats/import.hpp"
#include "ir/graph.hpp"
#include "kernels/kernel.hpp"
#include "lower/fit.hpp"
#include "program/program.hpp"
#include "support/result.hpp"
#include "target/target.hpp"

namespace burin {

struct CompileOptions {
  std::string model;
  ImportOptions import{};
  std::string target = "generic";
  std::string name;  // C identifier; empty: from the file name
  Objective objective = Objective::speed;
  Rounding rounding = Rounding::tflm;
  std::optional<int64_t> ram_limit;    // bytes: arena, state and stack
  std::optional<int64_t> flash_limit;  // bytes: constants and code
  bool unlimited = false;              // whatever else says so, the board included
  int32_t self_test = 0;               // samples to embed
  std::string stop_after;              // a pass
  std::function<bool(const KernelFacts&)>
      offers;  // where set, only kernels it returns true for are candidates
  std::function<void(std::string_view pass, const Graph& graph)> observe_pass;
};

struct Compilation {
  Target target;
  Graph imported;   // as the model says
  Graph optimized;  // after the passes
  Program program;
  codegen::GeneratedFiles files;
  std::optional<Limit> ram_limit;  // what was kept to: the user's, or else the board's
  std::optional<Limit> flash_limit;

  bool has_float_outputs() const;
};

// Reads and optimizes only.
struct PreparedModel {
  Graph imported;
  Graph optimized;
  std::string hash;  // SHA-256 of the file
};
Result<PreparedModel> prepare(const CompileOptions& options);
// The same for the bytes of a file; options.model is only its name.
Result<PreparedModel> prepare(std::span<const std::byte> bytes, const CompileOptions& options);

Result<Compilation> compile(const CompileOptions& options);
// All that follows reading and optimizing, the check of the budgets included.
Result<Compilation> compile(const PreparedModel& model, const Target& target, const CompileOptions& options);

// The second half: from graphs that are ready.
Result<Compilation> generate_code(const Graph& imported, const Graph& optimized, const Target& target,
                                  const CompileOptions& options, const std::string& model_hash);

// A C identifier for a model called `wanted`, which is untrusted, of at most 40 characters: of a longer one
// the end gives way to 8 digits that the whole name decides, so that names which differ late stay different.
// ID.h is no header of the C library: with its folder on the include path it would hide that one.
std::string model_name(const std::string& wanted);
// The same for a model without --name: from its file name without the ending.
std::string default_name(const std::string& model);

}  // namespace burin
