#include "data/survey.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace burin {
namespace {

constexpr size_t most_at_once = size_t{1} << 20;  // elements

struct Look {
  Survey::Range range;
  bool alike = true;  // every sample is the first one again
  bool whole = true;  // every number is an integer
};

Result<Look> look_at(const Samples& samples, size_t input) {
  Look look;
  const auto elements = static_cast<size_t>(samples.type(input).shape.elements());
  const uint64_t at_once = std::max<uint64_t>(1, most_at_once / elements);
  std::vector<float> first;
  for (uint64_t at = 0; at < samples.count(); at += at_once) {
    const uint64_t count = std::min(at_once, samples.count() - at);
    const Result<std::vector<float>> numbers = samples.reals(input, at, count);
    if (!numbers) return numbers.diagnostics();
    if (at == 0) {
      first.assign(numbers->begin(), numbers->begin() + static_cast<std::ptrdiff_t>(elements));
      look.range = {first[0], first[0]};
    }
    for (size_t i = 0; i < numbers->size(); ++i) {
      const float number = (*numbers)[i];
      look.range.lowest = std::min(look.range.lowest, number);
      look.range.highest = std::max(look.range.highest, number);
      look.whole &= number == std::floor(number);
      look.alike &= number == first[i % elements];
    }
  }
  return look;
}

// Whole numbers from 0 to 255 that use a good part of that range.
bool looks_like_pixels(const Look& look) {
  return look.whole && look.range.lowest >= 0 && look.range.highest > 100 && look.range.highest <= 255;
}

}  // namespace

Result<Survey> survey(const Samples& samples, const Graph& graph, const SurveyOptions& options) {
  Survey result;
  std::vector<Look> looks;
  for (size_t i = 0; i < samples.inputs(); ++i) {
    const Result<Look> look = look_at(samples, i);
    if (!look) return look.diagnostics();
    looks.push_back(*look);
    result.ranges.push_back(look->range);
  }
  if (samples.count() < options.enough)
    result.warnings.push_back(
        fmt::format("there {} only {} sample{}; a few hundred that cover all cases are better",
                    samples.count() == 1 ? "is" : "are", samples.count(), samples.count() == 1 ? "" : "s"));
  if (samples.count() > 1 && std::ranges::all_of(looks, &Look::alike))
    result.warnings.push_back(fmt::format(
        "all {} samples are the same; was one repeated? samples that differ are wanted", samples.count()));
  const bool others_small =
      std::ranges::any_of(looks, [](const Look& look) { return look.range.highest <= 1; });
  for (size_t i = 0; i < looks.size(); ++i) {
    const Tensor& tensor = graph.at(graph.inputs.at(i));
    const auto warn = [&](const std::string& what) {
      result.warnings.push_back(fmt::format("input \"{}\" {}", printable(tensor.name, 80), what));
    };
    const Survey::Range& range = looks[i].range;
    if (range.lowest == range.highest &&
        tensor.type.shape.elements() * static_cast<int64_t>(samples.count()) > 1)
      warn(fmt::format("is {} in every element of every sample; is it the right file?", range.lowest));
    else if (tensor.type.dtype == DType::f32 && looks_like_pixels(looks[i]))
      warn(fmt::format(
          "has whole numbers from {} to {}{}; if the model was trained on pixels between 0 and 1, "
          "give --scale 1/255",
          range.lowest, range.highest, others_small ? ", and another input none above 1" : ""));
  }
  return result;
}

}  // namespace burin
