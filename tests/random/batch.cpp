#include "random/batch.hpp"

#include <fmt/format.h>

#include <cstring>

#include "execute/execution.hpp"
#include "execute/process.hpp"
#include "execute/toolchain.hpp"
#include "support/embedded_files.hpp"

namespace burin::test {
namespace {

constexpr int64_t margin_bytes = 64;

TemporaryDirectory new_folder() {
  Result<TemporaryDirectory> folder = TemporaryDirectory::create();
  BURIN_CHECK(folder.ok(), "no temporary folder can be made");
  return std::move(*folder);
}

int64_t aligned(int64_t bytes) {
  return (bytes + 15) / 16 * 16;
}

void append(std::vector<std::string>& words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
}

// What device_main.cpp reads.
std::string plan_of(const Program& program, size_t samples) {
  std::vector<std::pair<int64_t, int64_t>> margins;
  // A margin stands before each program's memory, so that it ends at the first buffer; the buffers say where.
  for (const ProgramBuffer& buffer : program.buffers)
    if (buffer.name == "margin") margins.emplace_back(buffer.region == Region::state ? 1 : 0, buffer.offset);
  std::vector<int64_t> numbers = {static_cast<int64_t>(samples),
                                  program.arena_bytes,
                                  program.state_bytes,
                                  static_cast<int64_t>(margins.size()),
                                  static_cast<int64_t>(program.inputs.size()),
                                  static_cast<int64_t>(program.outputs.size())};
  for (const auto& [region, offset] : margins) numbers.insert(numbers.end(), {region, offset});
  for (const auto* ports : {&program.inputs, &program.outputs})
    for (const Port& port : *ports) {
      const ProgramBuffer& buffer = program.buffers.at(port.buffer);
      numbers.insert(numbers.end(), {buffer.region == Region::state ? 1 : 0, buffer.offset,
                                     port.shape.elements() * byte_width(port.dtype)});
    }
  std::string text;
  for (const int64_t number : numbers) {
    const auto word = static_cast<uint32_t>(number);
    text.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  return text;
}

}  // namespace

const std::vector<Way>& all_ways() {
  static const std::vector<Way> ways = {
      {"host", "host", {"-O0"}, 1},
      {"host-sanitized", "host", {"-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"}, 20},
      {"cortex-m4", "cortex-m4", {"-O0"}, 1},
      {"cortex-m4-O2", "cortex-m4", {"-O2"}, 20},
      {"cortex-m3", "cortex-m3", {"-O0"}, 20},
      {"cortex-m0plus", "cortex-m0plus", {"-O0"}, 20},
  };
  return ways;
}

const Way& way_named(std::string_view name) {
  for (const Way& way : all_ways())
    if (way.name == name) return way;
  internal_error("no way called " + std::string(name), __FILE__, __LINE__);
}

Program side_by_side(const std::vector<Program>& programs) {
  Program all;
  all.name = "batch";
  all.model_file = "batch";
  const auto margin = [&](Region region) {
    int64_t& end = region == Region::arena ? all.arena_bytes : all.state_bytes;
    all.buffers.push_back({.name = "margin", .region = region, .offset = end, .bytes = margin_bytes});
    end += margin_bytes;
  };
  for (size_t i = 0; i < programs.size(); ++i) {
    const Program& program = programs[i];
    all.target = program.target;
    all.guard = program.guard;
    all.rounding = program.rounding;
    margin(Region::arena);
    margin(Region::state);
    const size_t first = all.buffers.size();
    const auto first_step = static_cast<int32_t>(all.steps.size());
    const auto moved = [&](size_t buffer) { return buffer == SIZE_MAX ? buffer : buffer + first; };
    for (ProgramBuffer buffer : program.buffers) {
      buffer.offset += buffer.region == Region::arena ? all.arena_bytes : all.state_bytes;
      buffer.first_step += first_step;
      buffer.last_step += first_step;
      all.buffers.push_back(std::move(buffer));
    }
    all.arena_bytes += aligned(program.arena_bytes);
    all.state_bytes += aligned(program.state_bytes);
    for (Step step : program.steps) {
      for (size_t& buffer : step.inputs) buffer = moved(buffer);
      for (size_t& buffer : step.outputs) buffer = moved(buffer);
      step.scratch = moved(step.scratch);
      // A name of its own, which need not be searched for among thousands.
      step.op += fmt::format("_{}", all.steps.size());
      all.steps.push_back(std::move(step));
    }
    for (auto [from, to, kind] : {std::tuple{&program.inputs, &all.inputs, "input"},
                                  std::tuple{&program.outputs, &all.outputs, "output"}})
      for (Port port : *from) {
        port.accessor = fmt::format("{}_{}", kind, to->size());
        port.buffer = moved(port.buffer);
        to->push_back(std::move(port));
      }
    for (StateInitial initial : program.state_initials) {
      initial.buffer = moved(initial.buffer);
      all.state_initials.push_back(std::move(initial));
    }
    all.stack = StackBytes::greater(all.stack, program.stack);
  }
  margin(Region::arena);
  margin(Region::state);
  return all;
}

BatchRunner::BatchRunner() : folder_(new_folder()) {}

// Compiles what is around the generated file once.
Result<BatchRunner::Shared> BatchRunner::shared(const Way& way) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = shared_.find(way.name); found != shared_.end()) return found->second;
  Result<Target> target = load_target(way.target);
  if (!target) return target.diagnostics();
  Result<std::vector<std::string>> compiler = find_tool(target->emulator ? Tool::arm_cxx : Tool::host_cxx);
  if (!compiler) return compiler.diagnostics();
  Shared result{.target = *target, .compiler = *compiler, .objects = {}};
  append(result.compiler, target->compiler_flags);
  append(result.compiler, {"-fno-exceptions", "-fno-rtti"});
  const std::filesystem::path path = folder_.path() / way.name;
  std::filesystem::create_directories(path);
  const std::string_view platform = "runtime-stub/platform/";
  for (const EmbeddedFile& file : embedded_files_under(platform)) {
    const Result<Done> written = write_file(path / file.path.substr(platform.size()), file.contents);
    if (!written) return written.diagnostics();
  }
  std::vector<std::string> sources = {BURIN_SOURCE_DIR "/tests/random/device_main.cpp"};
  if (target->emulator)
    append(sources, {"startup.cpp", "semihosting.cpp"});
  else
    append(sources, {"hosted.cpp"});
  for (const std::string& source : sources) {
    const std::string object = (path / (std::filesystem::path(source).stem().string() + ".o")).string();
    std::vector<std::string> words = result.compiler;
    append(words, {"-std=c++11", "-O2", "-I.", "-c", source, "-o", object});
    if (target->emulator) append(words, {"-DBURIN_EMULATED"});
    const auto done = run_tool({.words = words, .directory = path}, "compiling the program around a batch");
    if (!done) return done.diagnostics();
    result.objects.push_back(object);
  }
  shared_.emplace(way.name, result);
  return result;
}

Result<BatchOutputs> BatchRunner::run(const Way& way, const Program& program, const std::string& source,
                                      const std::string& header,
                                      const std::vector<std::vector<std::byte>>& inputs) {
  const Result<Shared> around = shared(way);
  if (!around) return around.diagnostics();
  const TemporaryDirectory folder = new_folder();
  const std::filesystem::path& path = folder.path();
  std::string input;
  for (const std::vector<std::byte>& sample : inputs)
    input.append(reinterpret_cast<const char*>(sample.data()), sample.size());
  for (const auto& [name, text] : {std::pair{"batch.cpp", source},
                                   {"batch.h", header},
                                   {"input.bin", input},
                                   {"plan.bin", plan_of(program, inputs.size())}}) {
    const Result<Done> done = write_file(path / name, text);
    if (!done) return done.diagnostics();
  }
  std::vector<std::string> words = around->compiler;
  append(words, {"-DBATCH_NO_SINGLETON", "-w"});
  append(words, way.flags);
  append(words, {"-c", "batch.cpp", "-o", "batch.o"});
  const auto compiled = run_tool({.words = words, .directory = path}, "compiling the generated file");
  if (!compiled) return compiled.diagnostics();
  words = around->compiler;
  append(words, {"batch.o", "-o", "program"});
  append(words, around->objects);
  std::vector<std::string> command = {"./program"};
  if (around->target.emulator) {
    append(words, emulator_link_options(*around->target.emulator, folder_.path() / way.name / "board.ld"));
    const Result<std::vector<std::string>> emulator = emulator_command(around->target, "program");
    if (!emulator) return emulator.diagnostics();
    command = *emulator;
  } else {
    for (const std::string& flag : way.flags)
      if (flag.starts_with("-fsanitize")) words.push_back(flag);
  }
  const auto linked = run_tool({.words = words, .directory = path}, "linking the generated code");
  if (!linked) return linked.diagnostics();
  const auto ran = run_tool({.words = command, .directory = path, .timeout = std::chrono::minutes(2)},
                            "running the generated code");
  if (!ran) return ran.diagnostics();
  const Result<std::string> output = read_file(path / "output.bin");
  if (!output) return output.diagnostics();
  BURIN_CHECK(output->size() % inputs.size() == 0, "an incomplete output file");
  BatchOutputs outputs;
  const size_t bytes = output->size() / inputs.size();
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto* from = reinterpret_cast<const std::byte*>(output->data()) + i * bytes;
    outputs.emplace_back(from, from + bytes);
  }
  return outputs;
}

}  // namespace burin::test
