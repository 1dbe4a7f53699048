// Samples for a model's inputs, from files: calibration and test data. Nothing is kept in memory but where
// the samples stand, so that there may be far more of them than memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/source.hpp"
#include "ir/graph.hpp"
#include "support/result.hpp"

namespace burin {

struct SampleOptions {
  // "FILE", or "NAME=FILE" with an input's name. Without names, one for each input in the model's order; or
  // a single folder or archive whose files are named after the inputs, or in0.EXT, in1.EXT, ….
  // By ending: .npy, .npz (the array that is named after the input, or the only one), .bin (raw), .csv (a
  // line a sample), .png, .pgm and .ppm (an image a sample), .wav (consecutive windows). A folder is all such
  // files in it, sorted by name, one after the other.
  std::vector<std::string> sources{};
  // What becomes of a file's number x: (x - mean) * scale. One value, or one for each index of the last
  // dimension. Empty: numbers are taken as they are.
  std::vector<double> mean{};
  std::vector<double> scale{};
};

// How files become elements of an input:
//  * numbers that are real (float32, float64, text, sound, or anything after mean and scale) are quantized to
//  an integer
//    input by its scale and zero point, and saturate there; an integer input that is not quantized takes
//    whole numbers only;
//  * integers go into an integer input as they are, and have to lie within its type; into a float32 input as
//    numbers.
class Samples {
 public:
  // E0201: a mean or scale that does not fit. E0203: a file that cannot be read. E0204: one that does
  // not fit its input, inputs without a file or with another number of samples than the first.
  static Result<Samples> open(const Graph& graph, const SampleOptions& options);

  uint64_t count() const { return count_; }
  size_t inputs() const { return inputs_.size(); }
  const TensorType& type(size_t input) const { return inputs_.at(input).input.type; }

  // Samples [first, first + count) of an input, one after the other, as real numbers: of a quantized input
  // dequantized. Fails as `elements` does.
  Result<std::vector<float>> reals(size_t input, uint64_t first, uint64_t count) const;
  // The same in the input's own type, as `burin run` takes them. E0204 where a number is not finite or does
  // not fit the type; the message names the sample. Any number of threads may read at once.
  Result<std::vector<std::byte>> elements(size_t input, uint64_t first, uint64_t count) const;

 private:
  struct Part {
    data::SourcePointer source;
    uint64_t first;  // of all samples of the input
  };
  struct InputSamples {
    data::Input input;
    std::vector<Part> parts;
    uint64_t count = 0;
  };

  // Calls `take(part, first in the part, count, position among the samples asked for)` for every part that
  // has some of the samples.
  template <class Take>
  Result<Done> each_part(const InputSamples& samples, uint64_t first, uint64_t count, const Take& take) const;
  // Numbers of a part, mean and scale applied, finite.
  Result<Done> read_numbers(const InputSamples& samples, const Part& part, uint64_t first, uint64_t count,
                            std::span<double> into) const;
  bool transforms() const { return !mean_.empty() || !scale_.empty(); }
  bool are_real(const data::Source& source) const { return transforms() || data::is_real(source.type()); }

  std::vector<InputSamples> inputs_;
  uint64_t count_ = 0;
  std::vector<double> mean_;
  std::vector<double> scale_;
};

}  // namespace burin
