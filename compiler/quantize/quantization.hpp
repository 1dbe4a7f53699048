// Float graph and unlabeled samples in, quantized graph and what it cost out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "quantize/classification.hpp"
#include "quantize/integer_graph.hpp"
#include "quantize/record.hpp"
#include "quantize/search.hpp"
#include "support/result.hpp"

namespace burin {

struct QuantizationOptions : SearchOptions {
  Precision scheme = Precision::s8;          // not float32
  std::map<size_t, Precision> precisions{};  // of nodes of the prepared graph, where it is not the scheme's
  std::optional<InterfaceType> interface = std::nullopt;  // else interface_of(scheme)
  std::vector<std::string> keep_float{};  // layers by name: a node's, or the tensor's that it makes
};

// What inputs and outputs are without another wish: what the scheme computes with.
InterfaceType interface_of(Precision scheme);

struct LayerQuality {
  std::string name{};
  Op op = Op::add;
  Precision precision = Precision::s8;
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
  QuantizationRecord record{};
  std::vector<LayerQuality> layers{};  // in order of execution
  std::vector<FloatLayer> float_layers{};
  std::map<Precision, size_t> operators{};  // how many of the float model's compute in it
  std::vector<PassGain> passes{};
  std::vector<std::string> notes{};  // one line each, for the user
  Equalization equalization = Equalization::none;
  size_t samples = 0;
  size_t measured_on = 0;             // samples that decided nothing; of fewer than eight, all
  double sqnr_db = 0;                 // of the judged tensors, on these
  double sqnr_plain_db = 0;           // what plain rounding within the least and largest values would give
  std::vector<std::string> judged{};  // their names
  // Percent of these samples whose first judged tensor has its largest value where the float model has it.
  std::optional<double> agreement{};
  std::optional<Classification> classification{};  // for whoever has labels to fill in
};

// E0402 where nothing could be quantized, E0201 where a layer to keep is not there. What an operator refuses
// with the scales that were found stays float, with its constraint for the reason. Equal input gives an equal
// result.
Result<QuantizedModel> quantize_model(const Graph& graph, const SampleValues& samples,
                                      const QuantizationOptions& options);

// The same bytes again from what was found then; nothing is measured. E0204 where the record belongs to
// another model, is damaged, or has no scales for the interface.
Result<QuantizedModel> quantize_again(const Graph& graph, const QuantizationRecord& record,
                                      std::optional<InterfaceType> interface);

}  // namespace burin
