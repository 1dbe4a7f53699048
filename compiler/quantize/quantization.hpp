// Float graph and unlabelled samples in, quantized graph and what it cost out.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "quantize/equalization.hpp"
#include "quantize/integer_graph.hpp"
#include "quantize/range_choice.hpp"
#include "support/result.hpp"

namespace burin {

struct QuantizationOptions {
  InterfaceType interface = InterfaceType::s8;
  std::vector<std::string> keep_float{};  // layers by name: a node's, or the tensor's that it makes
  // The passes. What is off is neither done nor tried.
  bool ranges = true;  // else from the least to the largest value
  bool equalization = true;
  FitPasses fit{};
  // Called with what is going on and how far it is, 0 to 1.
  std::function<void(std::string_view what, double done)> progress{};
};

struct PassGain {
  std::string name{};
  double gain_db = 0;  // on the samples held out
};

struct LayerQuality {
  std::string name{};
  Op op = Op::add;
  double own_db = 0;  // signal to noise of the layer's output: float inputs, this layer alone quantized
  double accumulated_db = 0;  // the quantized network's
  double saturated = 0;       // share of the output's elements beyond its range
  int32_t node = 0;           // of the model
  std::string advice{};       // may be empty
};

struct FloatLayer {
  std::string name{};
  Op op = Op::add;
  std::string reason{};
};

struct QuantizedModel {
  Graph graph{};
  std::vector<LayerQuality> layers{};  // in order of execution
  std::vector<FloatLayer> float_layers{};
  std::vector<PassGain> passes{};
  std::vector<std::string> notes{};  // one line each, for the user
  Equalization equalization = Equalization::none;
  size_t samples = 0;
  size_t held_out = 0;
  double sqnr_db = 0;                 // of the judged tensors, on the samples held out
  double sqnr_plain_db = 0;           // what plain rounding within the least and largest values would give
  std::vector<std::string> judged{};  // their names
  // Percent of the samples held out whose first judged tensor has its largest value where the float model has
  // it.
  std::optional<double> agreement{};
};

// E0402 where a layer to keep is not there, or nothing could be quantized. Every fourth sample is held out:
// decisions are made on it, weights are fitted on the others. Equal input gives an equal result.
Result<QuantizedModel> quantize_model(const Graph& graph, const SampleValues& samples,
                                      const QuantizationOptions& options);

// 10·log10(energy / squared error), at most 120.
double decibels(double relative_error);

}  // namespace burin
