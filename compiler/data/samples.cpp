#include "data/samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "data/locate.hpp"

namespace burin {
namespace {

constexpr size_t chunk_bytes = size_t{4} << 20;  // of a file at once, where its elements are converted

Diagnostic out_of_place(const data::Source& source, const data::Input& input, uint64_t sample,
                        std::string message, std::string help) {
  return data::misfit(source.path(), input, fmt::format("sample {}: {}", sample, message), std::move(help));
}

// The integer that a real number becomes in a quantized input.
int64_t quantized(double real, const Quantization& quantization, const IntegerRange& range) {
  const double scaled = std::round(real / static_cast<double>(quantization.scale()));
  const double q = scaled + quantization.zero_point();
  return static_cast<int64_t>(
      std::clamp(q, static_cast<double>(range.lowest), static_cast<double>(range.highest)));
}

template <class T>
void store(std::byte* to, T value) {
  std::memcpy(to, &value, sizeof value);
}

void store_integer(DType dtype, std::byte* to, int64_t value) {
  switch (byte_width(dtype)) {
    case 1:
      return store(to, static_cast<int8_t>(value));
    case 2:
      return store(to, static_cast<int16_t>(value));
    case 4:
      return store(to, static_cast<int32_t>(value));
    default:
      return store(to, value);
  }
}

Diagnostics check_factors(const std::vector<double>& factors, const char* option, const Graph& graph) {
  Diagnostics findings;
  const auto refuse = [&](std::string message, std::string place) {
    findings.push_back({.code = DiagnosticCode::E0201,
                        .message = std::move(message),
                        .place = std::move(place),
                        .help = "give one number, or as many as the input's last dimension",
                        .file = {}});
  };
  for (const double factor : factors)
    if (!std::isfinite(factor)) refuse(fmt::format("{} is not a finite number", option), {});
  for (const TensorId id : graph.inputs) {
    const Tensor& tensor = graph.at(id);
    const Shape& shape = tensor.type.shape;
    const auto last = static_cast<size_t>(shape.rank() == 0 ? 1 : shape[-1]);
    if (factors.size() > 1 && factors.size() != last)
      refuse(fmt::format("{} has {} numbers, and the input's last dimension is {}", option, factors.size(),
                         last),
             fmt::format("input \"{}\": {}", printable(tensor.name, 80), describe_type(tensor.type)));
  }
  return findings;
}

}  // namespace

Result<Samples> Samples::open(const Graph& graph, const SampleOptions& options) {
  Diagnostics findings = check_factors(options.mean, "--mean", graph);
  for (Diagnostic& finding : check_factors(options.scale, "--scale", graph))
    findings.push_back(std::move(finding));
  if (!findings.empty()) return findings;
  Samples samples;
  samples.mean_ = options.mean;
  samples.scale_ = options.scale;
  std::vector<data::Input> inputs;
  for (const TensorId id : graph.inputs) {
    const Tensor& tensor = graph.at(id);
    inputs.push_back({.name = tensor.name, .type = tensor.type, .quantization = tensor.quantization});
    if (inputs.back().elements() == 0)
      findings.push_back({.code = DiagnosticCode::E0204,
                          .message = "an input without elements has no samples",
                          .place = data::describe_place(inputs.back()),
                          .help = {},
                          .file = {}});
  }
  if (!findings.empty()) return findings;
  if (inputs.empty())
    return Diagnostic{.code = DiagnosticCode::E0204,
                      .message = "the model has no inputs that samples could be for",
                      .place = {},
                      .help = {},
                      .file = {}};
  const auto located = data::locate(inputs, options.sources);
  if (!located) return located.diagnostics();
  for (size_t i = 0; i < inputs.size(); ++i) {
    InputSamples of_input{.input = std::move(inputs[i]), .parts = {}, .count = 0};
    for (const data::SourcePointer& source : (*located)[i]) {
      of_input.parts.push_back({source, of_input.count});
      of_input.count += source->samples();
    }
    if (i == 0) samples.count_ = of_input.count;
    if (of_input.count != samples.count_)
      findings.push_back(
          data::misfit(of_input.parts.front().source->path(), of_input.input,
                       fmt::format("{} samples, and the first input has {}", of_input.count, samples.count_),
                       "all inputs need the same number of samples"));
    samples.inputs_.push_back(std::move(of_input));
  }
  if (!findings.empty()) return findings;
  return samples;
}

template <class Take>
Result<Done> Samples::each_part(const InputSamples& samples, uint64_t first, uint64_t count,
                                const Take& take) const {
  BURIN_CHECK(first <= samples.count && count <= samples.count - first, "samples beyond the last");
  const uint64_t end = first + count;
  auto part = std::ranges::upper_bound(samples.parts, first, {}, &Part::first);
  if (part != samples.parts.begin()) --part;
  for (; part != samples.parts.end() && part->first < end; ++part) {
    const uint64_t part_end = part->first + part->source->samples();
    const uint64_t bytes = samples.input.elements() * data::byte_width(part->source->type());
    const uint64_t at_once = std::max<uint64_t>(1, chunk_bytes / bytes);
    for (uint64_t from = std::max(first, part->first); from < std::min(end, part_end); from += at_once) {
      const uint64_t some = std::min(at_once, std::min(end, part_end) - from);
      const Result<Done> done = take(*part, from - part->first, some, from - first);
      if (!done) return done;
    }
  }
  return Done{};
}

Result<Done> Samples::read_numbers(const InputSamples& samples, const Part& part, uint64_t first,
                                   uint64_t count, std::span<double> into) const {
  const data::Source& source = *part.source;
  std::vector<std::byte> bytes(into.size() * data::byte_width(source.type()));
  const Result<Done> done = source.read(first, count, bytes);
  if (!done) return done;
  data::to_doubles(source.type(), bytes, into);
  const size_t elements = samples.input.elements();
  for (size_t i = 0; i < into.size(); ++i) {
    const double number = into[i];
    double& value = into[i];
    if (!mean_.empty()) value -= mean_[mean_.size() == 1 ? 0 : i % mean_.size()];
    if (!scale_.empty()) value *= scale_[scale_.size() == 1 ? 0 : i % scale_.size()];
    if (!std::isfinite(static_cast<float>(value)))
      return out_of_place(source, samples.input, part.first + first + i / elements,
                          fmt::format("element {} is {}", i % elements, number),
                          "leave the sample out, or mend what made it");
  }
  return Done{};
}

Result<std::vector<std::byte>> Samples::elements(size_t input, uint64_t first, uint64_t count) const {
  const InputSamples& samples = inputs_.at(input);
  const DType dtype = samples.input.type.dtype;
  const size_t per_sample = samples.input.elements();
  const auto width = static_cast<size_t>(byte_width(dtype));
  std::vector<std::byte> result(count * per_sample * width);
  std::vector<double> numbers;
  const Result<Done> done = each_part(
      samples, first, count,
      [&](const Part& part, uint64_t from, uint64_t some, uint64_t position) -> Result<Done> {
        const data::Source& source = *part.source;
        std::byte* const to = result.data() + position * per_sample * width;
        if (dtype != DType::f32 && !transforms() && source.type() == data::element_type(dtype))
          return source.read(from, some, {to, some * per_sample * width});
        numbers.resize(some * per_sample);
        const Result<Done> read = read_numbers(samples, part, from, some, numbers);
        if (!read) return read;
        const auto refuse = [&](size_t i, const std::string& why, const std::string& help) {
          return out_of_place(source, samples.input, part.first + from + i / per_sample,
                              fmt::format("element {} is {}, {}", i % per_sample, numbers[i], why), help);
        };
        for (size_t i = 0; i < numbers.size(); ++i) {
          if (dtype == DType::f32) {
            store(to + i * width, static_cast<float>(numbers[i]));
            continue;
          }
          const IntegerRange range = integer_range(dtype);
          if (are_real(source) && samples.input.quantization.per_tensor()) {
            store_integer(dtype, to + i * width, quantized(numbers[i], samples.input.quantization, range));
            continue;
          }
          if (numbers[i] != std::floor(numbers[i]))
            return refuse(i, "and the input takes whole numbers",
                          "the input is an integer that is not quantized");
          if (!(numbers[i] >= static_cast<double>(range.lowest) &&
                numbers[i] < static_cast<double>(range.highest) + 1))
            return refuse(i, fmt::format("which is no {}", long_name_of(dtype)),
                          samples.input.quantization.present()
                              ? "integers are taken as the input's quantized values; give real numbers as "
                                "float32, or --mean and --scale that make them real"
                              : "the input cannot hold it");
          store_integer(dtype, to + i * width, static_cast<int64_t>(numbers[i]));
        }
        return Done{};
      });
  if (!done) return done.diagnostics();
  return result;
}

Result<std::vector<float>> Samples::reals(size_t input, uint64_t first, uint64_t count) const {
  const Result<std::vector<std::byte>> read = elements(input, first, count);
  if (!read) return read.diagnostics();
  const data::Input& of = inputs_.at(input).input;
  const Quantization& quantization = of.quantization;
  std::vector<float> reals(count * of.elements());
  if (of.type.dtype == DType::f32) {
    std::memcpy(reals.data(), read->data(), read->size());
    return reals;
  }
  std::vector<double> numbers(reals.size());
  data::to_doubles(data::element_type(of.type.dtype), *read, numbers);
  for (size_t i = 0; i < reals.size(); ++i)
    reals[i] = static_cast<float>(quantization.per_tensor()
                                      ? (numbers[i] - quantization.zero_point()) * quantization.scale()
                                      : numbers[i]);
  return reals;
}

}  // namespace burin
