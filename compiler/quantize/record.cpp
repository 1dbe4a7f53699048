#include "quantize/record.hpp"

#include <nlohmann/json.hpp>
#include <span>

#include "ir/text.hpp"
#include "support/base64.hpp"
#include "support/sha256.hpp"

namespace burin {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* format = "burin quantization 2";

Precision precision_of(const Json& name) {
  for (const Precision one : {Precision::f32, Precision::s8, Precision::s16, Precision::hybrid})
    if (name.get<std::string>() == name_of(one)) return one;
  throw Json::other_error::create(600, "no precision", nullptr);
}

}  // namespace

std::string sha256_of(const Graph& graph) {
  const std::string text = print_graph(graph);
  return sha256(std::as_bytes(std::span<const char>(text)));
}

std::string print_record(const QuantizationRecord& record) {
  Json json;
  json["format"] = format;
  json["model"] = record.model;
  json["scheme"] = name_of(record.scheme);
  json["edge"] = name_of(record.edge);
  json["precisions"] = Json::array();
  for (const auto& [node, precision] : record.precisions)
    json["precisions"].push_back({{"node", node}, {"precision", name_of(precision)}});
  json["kept"] = Json::array();
  for (const auto& [node, reason] : record.kept) json["kept"].push_back({{"node", node}, {"reason", reason}});
  json["factors"] = record.factors;
  json["classes"] = Json::array();
  for (const Quantization& one : record.classes)
    json["classes"].push_back({{"scale", one.scale()}, {"zero_point", one.zero_point()}});
  json["layers"] = Json::array();
  for (const auto& [node, layer] : record.layers)
    json["layers"].push_back({{"node", node},
                              {"scales", layer.scales},
                              {"bias", layer.bias},
                              {"weights", encode_base64(std::as_bytes(std::span(layer.integers)))}});
  return json.dump(1) + "\n";
}

Result<QuantizationRecord> parse_record(std::string_view text) {
  const Diagnostic no_record{.code = DiagnosticCode::E0204,
                             .message = "it does not hold what `burin quantize --ranges` writes",
                             .help = "write it anew, with --calibration"};
  try {
    const Json json = Json::parse(text);
    if (json.at("format").get<std::string>() != format) return no_record;
    QuantizationRecord record;
    record.model = json.at("model").get<std::string>();
    record.scheme = precision_of(json.at("scheme"));
    record.edge = precision_of(json.at("edge"));
    for (const Json& one : json.at("precisions"))
      record.precisions[one.at("node").get<size_t>()] = precision_of(one.at("precision"));
    for (const Json& kept : json.at("kept"))
      record.kept[kept.at("node").get<size_t>()] = kept.at("reason").get<std::string>();
    record.factors = json.at("factors").get<std::vector<std::vector<float>>>();
    for (const Json& one : json.at("classes"))
      record.classes.push_back({{one.at("scale").get<float>()}, {one.at("zero_point").get<int32_t>()}, 0});
    for (const Json& layer : json.at("layers")) {
      const auto bytes = decode_base64(layer.at("weights").get<std::string>());
      if (!bytes) return no_record;
      LayerWeights& weights = record.layers[layer.at("node").get<size_t>()];
      for (const std::byte byte : *bytes) weights.integers.push_back(static_cast<int8_t>(byte));
      weights.scales = layer.at("scales").get<std::vector<float>>();
      weights.bias = layer.at("bias").get<std::vector<float>>();
    }
    return record;
  } catch (const Json::exception&) {
    return no_record;
  }
}

}  // namespace burin
