// Finding the recipe by which a float network loses least in int8: which channels are scaled, by which rule
// every range is found, which passes fit the weights.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "quantize/equalization.hpp"
#include "quantize/network_fit.hpp"
#include "quantize/range_choice.hpp"

namespace burin {

struct SearchOptions {
  // The passes. What is off is neither done nor tried.
  bool ranges = true;  // else from the least to the largest value
  bool equalization = true;
  FitPasses fit{};
  bool gains = true;  // whether it is measured what each pass is worth
  // Called with what is going on and how far it is, 0 to 1.
  std::function<void(std::string_view what, double done)> progress{};
};

struct PassGain {
  std::string name{};
  double gain_db = 0;  // on the samples that decided nothing
};

struct FoundQuantization {
  Graph graph{};                                   // float, channels scaled
  std::vector<std::vector<float>> factors{};       // of every channel, by channel group of the given graph
  std::vector<Quantization> classes{};             // by class of the assignment
  std::map<size_t, LayerWeights> layers{};         // by node
  Equalization equalization = Equalization::none;  // that most groups have
  // How well the recipe does on `measured_on` samples that decided nothing, when it is followed without them.
  // Fewer than eight samples decide nothing but the ranges of plain rounding, and all of them are measured.
  NetworkFit measured{};
  size_t measured_on = 0;
  double plain_error = 0;  // on the same samples: rounding within the least and largest values
  std::vector<PassGain> passes{};
};

// Of four samples in a row one decides nothing, and of four others one is held out from fitting weights and
// decides. In the end the recipe is followed once more with all samples. The graph has no state, and is
// prepared for quantization.
FoundQuantization search_quantization(const Graph& graph, const Assignment& assignment,
                                      const SampleValues& samples, const SearchOptions& options);

// 10·log10(energy / squared error), at most 120.
double decibels(double relative_error);

}  // namespace burin
