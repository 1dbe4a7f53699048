// Building and executing generated code: on this machine with its C++ compiler, or for a core in QEMU.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/result.hpp"
#include "target/target.hpp"

namespace burin {

struct GeneratedTensor {
  std::string accessor;  // C function that returns its address: "kws_input_1"
  uint64_t bytes = 0;    // of one sample
};

// The generated files of one model, and as much of their interface as calling them takes.
struct GeneratedModel {
  std::string id;                // prefix of functions ("kws"); in capitals, of macros
  std::filesystem::path source;  // ID.cpp
  std::filesystem::path header;  // ID.h
  std::vector<GeneratedTensor> inputs;
  std::vector<GeneratedTensor> outputs;
};

// The raw little-endian bytes of tensors: one element per model input or output, in model order, each holding
// any number of samples back to back.
using TensorData = std::vector<std::vector<uint8_t>>;

struct BuildOptions {
  // For the generated file; what the target asks for comes before them.
  std::vector<std::string> flags = {"-O2"};
  // In place of runtime-stub/platform/board.ld, where firmware for the emulator is to lie otherwise.
  std::filesystem::path linker_script{};
  std::chrono::milliseconds timeout = std::chrono::minutes(10);  // for one run
};

struct ExecutionResult {
  TensorData outputs;
  uint32_t arena_bytes = 0;
  uint32_t state_bytes = 0;
  // The deepest stack below a call of ID_invoke over all samples, measured. Only in the emulator.
  std::optional<uint32_t> stack_bytes;
};

// Builds the generated files with a small program around them and runs every sample: in the emulator if the
// target has one, on this machine otherwise. Samples are consecutive: a model with state is reset once,
// before the first. Memory around arena and state is watched, and neither starts out as zeros. Fails with
// E0204 if the data do not fit the model, E0205 or E0206 if a tool is missing or the program fails.
Result<ExecutionResult> execute(const GeneratedModel& model, const Target& target, const TensorData& inputs,
                                const BuildOptions& options = {});

// ---- the steps of it, for bench ----

// How many samples the data hold. E0204 if that is not one whole number, the same for all inputs.
Result<uint64_t> count_samples(const GeneratedModel& model, const TensorData& inputs);

// How the samples of a model with state follow each other.
enum class SampleOrder {
  consecutive,  // one reset before the first
  independent   // a reset before each
};

// Writes what the program needs into `folder`: its sources, and its input files with that many samples.
Result<Done> write_program(const GeneratedModel& model, const TensorData& inputs, uint64_t samples,
                           SampleOrder order, const std::filesystem::path& folder);

// Compiles the generated file into `object`, and links it with the program in `folder` into `image`.
Result<Done> build_program(const GeneratedModel& model, const Target& target, const BuildOptions& options,
                           const std::filesystem::path& folder, const std::string& object,
                           const std::string& image);

// The linker's options behind all objects: the memories of the emulator, and the C library.
std::vector<std::string> emulator_link_options(const Emulator& emulator,
                                               const std::filesystem::path& linker_script);

// The command that runs `image` in the emulator of the target.
Result<std::vector<std::string>> emulator_command(const Target& target, const std::string& image);

// Reads a file that a run of generated code leaves. Fails with E0206 if the file is not there, or where the
// number of its bytes is known, if it has another.
Result<std::string> read_result(const std::filesystem::path& file, std::optional<size_t> bytes = {});
// Reads the files that the program has left in `folder`.
Result<ExecutionResult> read_results(const GeneratedModel& model, const Target& target,
                                     const std::filesystem::path& folder, uint64_t samples);

}  // namespace burin
