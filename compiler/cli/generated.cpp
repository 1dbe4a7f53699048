#include "cli/generated.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cli/session.hpp"
#include "cli/tensor_files.hpp"
#include "eval/evaluator.hpp"
#include "support/random.hpp"

namespace burin {
namespace {

std::vector<GeneratedTensor> tensors(const Program& program, const std::vector<Port>& ports) {
  std::vector<GeneratedTensor> result;
  for (const Port& port : ports)
    result.push_back({.accessor = program.name + "_" + port.accessor,
                      .bytes = static_cast<uint64_t>(port.shape.elements() * byte_width(port.dtype))});
  return result;
}

std::span<const std::byte> as_bytes(const std::vector<uint8_t>& data) {
  return std::as_bytes(std::span<const uint8_t>(data));
}

}  // namespace

Result<WrittenModel> write_generated(const Compilation& compilation) {
  Result<TemporaryDirectory> folder = TemporaryDirectory::create();
  if (!folder) return folder.diagnostics();
  const Program& program = compilation.program;
  WrittenModel written{.folder = std::move(*folder), .model = {}};
  const std::filesystem::path base = written.folder.path() / program.name;
  written.model = {.id = program.name,
                   .source = base.string() + ".cpp",
                   .header = base.string() + ".h",
                   .inputs = tensors(program, program.inputs),
                   .outputs = tensors(program, program.outputs)};
  for (const auto& [path, text] : {std::pair{written.model.source, &compilation.files.source},
                                   {written.model.header, &compilation.files.header}}) {
    const Result<Done> done = write_file(path, *text);
    if (!done) return done.diagnostics();
  }
  return written;
}

Diagnostic wrong_number_of_files(size_t ports, std::string_view port, size_t files, std::string_view verb) {
  return {.code = DiagnosticCode::E0204,
          .message = fmt::format("the model has {}, but {} {} {}", counted(ports, port),
                                 counted(files, "file"), files == 1 ? "is" : "are", verb),
          .place = {},
          .help = fmt::format("give --{} once for each, in the order that `burin inspect` prints", port)};
}

namespace {

// One file for each tensor, all with as many samples; `samples` is how many, where that is known.
Result<TensorData> read_tensors(const Graph& graph, const std::vector<TensorId>& ids, std::string_view port,
                                const std::vector<std::string>& files, std::optional<uint64_t> samples) {
  TensorData data;
  for (size_t i = 0; i < files.size(); ++i) {
    const Tensor& tensor = graph.at(ids[i]);
    Result<std::vector<uint8_t>> elements = read_tensor_file(files[i], tensor, fmt::format("{} {}", port, i));
    if (!elements) return elements.diagnostics();
    const uint64_t own = elements->size() / static_cast<uint64_t>(tensor.type.bytes());
    if (samples && own != *samples)
      return Diagnostic{
          .code = DiagnosticCode::E0204,
          .message = fmt::format("{}, where {}", counted(own, "sample"),
                                 port == "input" ? fmt::format("the first input has {}", *samples)
                                                 : fmt::format("the inputs have {}", *samples)),
          .place = fmt::format("{} {} \"{}\"", port, i, printable(tensor.name, 80)),
          .help = "all files hold as many samples",
          .file = files[i]};
    samples = own;
    data.push_back(*std::move(elements));
  }
  return data;
}

}  // namespace

uint64_t sample_count(const Graph& graph, const TensorData& inputs) {
  return inputs.empty() ? 1
                        : inputs[0].size() / static_cast<uint64_t>(graph.at(graph.inputs[0]).type.bytes());
}

Result<TensorData> read_inputs(const Graph& graph, const std::vector<std::string>& files) {
  if (files.size() != graph.inputs.size())
    return wrong_number_of_files(graph.inputs.size(), "input", files.size(), "given");
  if (std::ranges::count(files, stream_name) > 1)
    return Diagnostic{.code = DiagnosticCode::E0201,
                      .message = "standard input is one stream, and cannot be several inputs",
                      .help = "give files for the others"};
  return read_tensors(graph, graph.inputs, "input", files, std::nullopt);
}

Result<TensorData> read_outputs(const Graph& graph, const std::vector<std::string>& files, uint64_t samples) {
  if (files.size() != graph.outputs.size())
    return Diagnostic{
        .code = DiagnosticCode::E0204,
        .message = fmt::format("the model has {}, but --expect gives {}",
                               counted(graph.outputs.size(), "output"), counted(files.size(), "file")),
        .help = "give --expect once for each, in the order that `burin inspect` prints"};
  return read_tensors(graph, graph.outputs, "output", files, samples);
}

TensorData random_inputs(const Graph& graph, uint64_t samples, uint64_t seed) {
  Random random(seed);
  TensorData data;
  for (const TensorId id : graph.inputs) {
    const TensorType& type = graph.at(id).type;
    std::vector<uint8_t> bytes(static_cast<size_t>(type.bytes()) * samples);
    if (type.dtype == DType::f32) {
      for (size_t i = 0; i < bytes.size(); i += sizeof(float)) {
        const auto value = static_cast<float>(random.real(-1, 1));
        std::memcpy(bytes.data() + i, &value, sizeof value);
      }
    } else {
      const uint64_t mask = type.dtype == DType::boolean ? 1 : 0xFF;
      for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.next() & mask);
    }
    data.push_back(std::move(bytes));
  }
  return data;
}

TensorData evaluate(const Graph& graph, const TensorData& inputs, Rounding rounding) {
  Evaluator evaluator(graph, rounding);
  TensorData outputs(graph.outputs.size());
  const uint64_t samples = sample_count(graph, inputs);
  for (size_t sample = 0; sample < samples; ++sample) {
    std::vector<Value> values;
    for (size_t i = 0; i < inputs.size(); ++i) {
      const TensorType& type = graph.at(graph.inputs[i]).type;
      const auto size = static_cast<size_t>(type.bytes());
      values.push_back(Value::of(type, as_bytes(inputs[i]).subspan(sample * size, size)));
    }
    const std::vector<Value> results = evaluator.run(values);
    for (size_t i = 0; i < results.size(); ++i)
      for (const std::byte byte : results[i].bytes) outputs[i].push_back(std::to_integer<uint8_t>(byte));
  }
  return outputs;
}

}  // namespace burin
