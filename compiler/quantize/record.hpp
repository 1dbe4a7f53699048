// All that was found when a model was quantized, so that it can be quantized again to the same bytes without
// the samples.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "quantize/network_fit.hpp"
#include "support/result.hpp"

namespace burin {

struct QuantizationRecord {
  std::string model{};                        // SHA-256 of the float graph as text
  Precision scheme = Precision::s8;           // of all other nodes
  Precision edge = Precision::s8;             // of inputs and outputs
  std::map<size_t, Precision> precisions{};   // of nodes of the prepared graph that have one of their own
  std::map<size_t, std::string> kept{};       // nodes of the prepared graph that stay float, with the reason
  std::vector<std::vector<float>> factors{};  // of every channel, by channel group
  std::vector<Quantization> classes{};        // by class of the assignment
  std::map<size_t, LayerWeights> layers{};    // by node of the assigned graph
  bool operator==(const QuantizationRecord&) const = default;
};

std::string sha256_of(const Graph& graph);

// JSON, with numbers that are read back exactly.
std::string print_record(const QuantizationRecord& record);
// E0204 where the text is no such record. What the numbers mean to a graph is for the caller to check.
Result<QuantizationRecord> parse_record(std::string_view text);

}  // namespace burin
