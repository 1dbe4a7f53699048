#include "execute/bench.hpp"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "execute/process.hpp"
#include "execute/toolchain.hpp"
#include "target/listing.hpp"

namespace burin {
namespace {

namespace fs = std::filesystem;

// Labels burin_layer_INDEX_UNIQUE, one for each copy of a mark that the compiler makes.
constexpr std::string_view mark_prefix = "burin_layer_";

std::string hook_definition(const GeneratedModel& model) {
  std::string macro = model.id;
  for (char& c : macro) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return fmt::format("-D{}_LAYER_HOOK(index)=__asm__ volatile(\"{}%c0_%=:\" : : \"i\"(index) : \"memory\")",
                     macro, mark_prefix);
}

std::optional<uint32_t> value_of(const ElfFile& file, std::string_view name) {
  for (const ElfSymbol& symbol : file.symbols) {
    if (symbol.name == name) return symbol.value;
  }
  return std::nullopt;
}

// The plug-in's list of marks: "ADDRESS INDEX" lines.
std::string list_marks(const ElfFile& file) {
  std::string lines;
  for (const ElfSymbol& symbol : file.symbols) {
    if (!symbol.name.starts_with(mark_prefix)) continue;
    const char* const digits = symbol.name.data() + mark_prefix.size();
    uint32_t layer = 0;
    if (std::from_chars(digits, symbol.name.data() + symbol.name.size(), layer).ec != std::errc()) continue;
    lines += fmt::format("{:#x} {}\n", symbol.value, layer);
  }
  return lines;
}

struct Count {
  Cost total;
  std::vector<Cost> layers;  // element 0 is what belongs to no layer
};

Cost cost_of(const nlohmann::json& json) {
  return {.instructions = json.at("instructions").get<uint64_t>(),
          .cycles = json.at("cycles").get<uint64_t>()};
}

Result<ElfFile> load_elf(const fs::path& path) {
  const Result<std::string> bytes = read_file(path);
  if (!bytes) return bytes.diagnostics();
  return parse_elf(*bytes, path.filename().string());
}

Result<Done> build_plugin(const fs::path& folder) {
  const Result<std::vector<std::string>> compiler = find_tool(Tool::host_cc);
  if (!compiler) return compiler.diagnostics();
  std::vector<std::string> command = *compiler;
  for (const char* word : {"-O2", "-shared", "-fPIC", "-o", "libcount.so", "count_plugin.c"})
    command.emplace_back(word);
  const auto built = run_tool({.words = command, .directory = folder}, "compiling the counting plug-in");
  if (!built) return built.diagnostics();
  return Done{};
}

// Runs an image in the emulator under the plug-in.
Result<Count> count(const Target& target, const fs::path& folder, const std::string& image,
                    const BuildOptions& options) {
  const Result<ElfFile> file = load_elf(folder / image);
  if (!file) return file.diagnostics();
  const auto begin = value_of(*file, "burin_bench_begin");
  const auto end = value_of(*file, "burin_bench_end");
  BURIN_CHECK(begin && end, "the firmware has no markers");
  if (const auto written = write_file(folder / "marks.txt", list_marks(*file)); !written)
    return written.diagnostics();
  Result<std::vector<std::string>> command = emulator_command(target, image);
  if (!command) return command.diagnostics();
  command->push_back("-plugin");
  command->push_back(
      fmt::format("./libcount.so,begin={:#x},end={:#x},layers=marks.txt,out=counts.json", *begin, *end));
  const auto ran = run_tool({.words = *command, .directory = folder, .timeout = options.timeout},
                            "running the generated code under the counting plug-in");
  if (!ran) return ran.diagnostics();
  const Result<std::string> text = read_result(folder / "counts.json");
  if (!text) return text.diagnostics();
  const nlohmann::json json = nlohmann::json::parse(*text, nullptr, false);
  BURIN_CHECK(!json.is_discarded() && json.at("runs") == 1, "the plug-in did not count exactly one call");
  Count result{.total = cost_of(json), .layers = {}};
  for (const auto& layer : json.at("layers")) result.layers.push_back(cost_of(layer));
  return result;
}

}  // namespace

Result<BenchReport> bench(const GeneratedModel& model, const Target& target, const TensorData& sample,
                          const BuildOptions& options) {
  if (const auto reason = why_not_measured(target)) return *reason;
  const Result<uint64_t> samples = count_samples(model, sample);
  if (!samples) return samples.diagnostics();
  // The program counts its last sample, so the same one twice is a warm-up and a measurement.
  TensorData twice;
  for (size_t i = 0; i < sample.size(); ++i) {
    const auto one = static_cast<std::ptrdiff_t>(model.inputs[i].bytes);
    std::vector<uint8_t> data(sample[i].begin(), sample[i].begin() + one);
    data.insert(data.end(), sample[i].begin(), sample[i].begin() + one);
    twice.push_back(std::move(data));
  }
  const Result<TemporaryDirectory> folder = TemporaryDirectory::create();
  if (!folder) return folder.diagnostics();
  const fs::path& path = folder->path();
  if (const auto done = write_program(model, twice, 2, SampleOrder::independent, path); !done)
    return done.diagnostics();
  if (const auto done = build_plugin(path); !done) return done.diagnostics();

  BenchReport report;
  BuildOptions with_marks = options;
  with_marks.flags.push_back(hook_definition(model));
  if (const auto done = build_program(model, target, with_marks, path, "marked.o", "marked.elf"); !done) {
    return done.diagnostics();
  }
  const Result<Count> marked = count(target, path, "marked.elf", options);
  if (!marked) return marked.diagnostics();
  report.outside = marked->layers.front();
  report.layers.assign(marked->layers.begin() + 1, marked->layers.end());

  if (const auto done = build_program(model, target, options, path, "plain.o", "plain.elf"); !done) {
    return done.diagnostics();
  }
  const Result<Count> plain = count(target, path, "plain.elf", options);
  if (!plain) return plain.diagnostics();
  report.total = plain->total;
  const Result<ElfFile> object = load_elf(path / "plain.o");
  if (!object) return object.diagnostics();
  const Result<ElfFile> image = load_elf(path / "plain.elf");
  if (!image) return image.diagnostics();
  report.object = image_size(*object);
  report.image = image_size(*image);

  Result<ExecutionResult> run = read_results(model, target, path, 2);
  if (!run) return run.diagnostics();
  report.run = *std::move(run);
  // Both calls left their outputs; the counted one came second.
  for (std::vector<uint8_t>& output : report.run.outputs) {
    output.erase(output.begin(), output.begin() + static_cast<std::ptrdiff_t>(output.size() / 2));
  }
  return report;
}

}  // namespace burin
