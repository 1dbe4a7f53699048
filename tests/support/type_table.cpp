#include "support/type_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "kernels/kernel.hpp"
#include "lower/select.hpp"
#include "ops/operator.hpp"
#include "samplers/samplers.hpp"
#include "samplers/sampling.hpp"

namespace burin::test {
namespace {

constexpr DType columns[] = {DType::f32, DType::s8,  DType::u8,     DType::s16,
                             DType::s32, DType::s64, DType::boolean};

// Each row: names of operators, and types. "any" are all that the format can hold here.
struct Row {
  const char* operators;
  const char* types;
};
constexpr const char* any = "float32 int8 uint8 int16 int32 int64 bool";
constexpr Row tflm_rows[] = {
    {"ABS AVERAGE_POOL_2D BATCH_MATMUL CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED LEAKY_RELU LOGISTIC "
     "MAX_POOL_2D "
     "MEAN PRELU RELU RELU6 RESIZE_NEAREST_NEIGHBOR SELECT_V2 SOFTMAX SUM TANH TRANSPOSE TRANSPOSE_CONV "
     "UNIDIRECTIONAL_SEQUENCE_LSTM EXPAND_DIMS",
     "float32 int8 int16"},
    {"ADD_N ARG_MAX ARG_MIN BATCH_TO_SPACE_ND CUMSUM DEPTH_TO_SPACE ELU EMBEDDING_LOOKUP GATHER GATHER_ND "
     "HARD_SWISH "
     "L2_NORMALIZATION LOG_SOFTMAX MIRROR_PAD REDUCE_MAX REDUCE_MIN RESIZE_BILINEAR RSQRT SPACE_TO_BATCH_ND "
     "SPACE_TO_DEPTH SVDF",
     "float32 int8"},
    {"CEIL COS EXP FLOOR FLOOR_DIV FLOOR_MOD L2_POOL_2D LOG NEG ROUND SIN SQRT SQUARE", "float32"},
    {"ADD DYNAMIC_UPDATE_SLICE MUL PAD PADV2 SPLIT SPLIT_V SQUARED_DIFFERENCE SUB UNPACK",
     "float32 int8 int16 int32"},
    {"ASSIGN_VARIABLE BROADCAST_TO READ_VARIABLE RESHAPE SHAPE SQUEEZE", any},
    {"CAST SLICE STRIDED_SLICE", "float32 int8 int16 int32 bool"},
    {"CONCATENATION", "float32 int8 int16 int32 int64 bool"},
    {"DEQUANTIZE", "int8 uint8 int16"},
    {"DIV", "float32 int8 int32"},
    {"EQUAL NOT_EQUAL", "float32 int8 int32 int64 bool"},
    {"GREATER", "float32 int8 int16 int32 int64"},
    {"GREATER_EQUAL LESS LESS_EQUAL", "float32 int8 int32 int64"},
    {"FILL MAXIMUM MINIMUM PACK", "float32 int8 int16 int32 int64"},
    {"LOGICAL_AND LOGICAL_NOT LOGICAL_OR REDUCE_ALL", "bool"},
    {"QUANTIZE", "float32 int8 uint8 int16 int32"},
    {"REVERSE_V2", any},
    {"ZEROS_LIKE", "float32 int8 int32 int64"},
    {"BROADCAST_ARGS", "int32 int64"},
    {"CIRCULAR_BUFFER", "int8"},
    {"TFLite_Detection_PostProcess", "float32"},
    {"SignalDelay SignalEnergy SignalFftAutoScale SignalFramer SignalStacker SignalWindow", "int16"},
    {"SignalOverlapAdd", "float32 int16"},
    {"SignalIrfft SignalRfft", "float32 int16 int32"},
};

std::vector<std::string> words(const char* text) {
  std::istringstream stream(text);
  std::vector<std::string> result;
  for (std::string word; stream >> word;) result.push_back(word);
  return result;
}

DType dtype_named(const std::string& name) {
  const auto found = std::ranges::find_if(columns, [&](DType dtype) { return long_name_of(dtype) == name; });
  BURIN_CHECK(found != std::end(columns), "no type " + name);
  return *found;
}

// The operand whose type the table is about: a selection's first one is a condition, a lookup's a list of
// rows.
TensorId data_of(const Node& node) {
  const bool selects = node.op == Op::select || node.op == Op::select_v2;
  return node.inputs.at(selects ? 1 : 0);
}

// Every tensor of the sample's type of data in another one.
void retype(Graph& graph, DType to, Random& random) {
  const DType from = graph.at(data_of(graph.nodes.front())).type.dtype;
  if (from == to) return;
  for (Tensor& tensor : graph.tensors) {
    if (tensor.type.dtype != from) continue;
    tensor.type.dtype = to;
    const bool unscaled = to == DType::f32 || to == DType::s32 || to == DType::s64 || to == DType::boolean;
    if (unscaled)
      tensor.quantization = {};
    else if (tensor.quantization.present())
      tensor.quantization.zero_points.assign(tensor.quantization.scales.size(), 0);
    if (tensor.constant) tensor.constant = sample_constant(random, tensor.type);
  }
}

bool is_supported(const Graph& graph, const Target& target) {
  if (!check_operators(graph).empty()) return false;
  // What follows from types alone is computed when the model is compiled.
  if (operator_of(graph.nodes.front()).facts().needs_only_types) return true;
  const std::vector<Offer> offers = ask_kernels({graph, graph.nodes.front()}, {target});
  return std::ranges::any_of(offers, [](const Offer& offer) { return offer.call() != nullptr; });
}

}  // namespace

TypesOf supported_types() {
  const Result<Target> target = load_target("generic");
  BURIN_CHECK(target.ok(), "no target generic");
  TypesOf found;
  for (const Operator* definition : all_operators()) {
    const OperatorFacts& facts = definition->facts();
    if (facts.tflite_name.empty()) continue;
    std::set<DType>& types = found[std::string(facts.tflite_name)];
    for (uint64_t seed = 0; seed < 60; ++seed) {
      Random random(seed * 1000003 + static_cast<uint64_t>(facts.op));
      const Graph sample = sample_graph(facts.op, random);
      for (const DType dtype : columns) {
        if (types.contains(dtype)) continue;
        Graph graph = sample;
        retype(graph, dtype, random);
        if (is_supported(graph, *target)) types.insert(dtype);
      }
    }
  }
  // What is read as several operators takes what these do.
  const std::pair<const char*, const char*> composed[] = {
      {"DENSIFY", "RESHAPE"},           {"EMBEDDING_LOOKUP", "GATHER"},
      {"GATHER_ND", "GATHER"},          {"MIRROR_PAD", "CONCATENATION"},
      {"PADV2", "CONCATENATION"},       {"CIRCULAR_BUFFER", "CONCATENATION"},
      {"SignalDelay", "CONCATENATION"}, {"SignalFramer", "CONCATENATION"}};
  for (const auto& [name, of] : composed) found[name] = found.at(of);
  found["L2_POOL_2D"] = {DType::f32};
  found["SignalOverlapAdd"] = {DType::f32, DType::s16};
  found["TFLite_Detection_PostProcess"] = {DType::f32};
  for (const char* name : {"REDUCE_ALL", "REDUCE_ANY"}) found[name] = {DType::boolean};
  return found;
}

TypesOf types_of_tflm() {
  TypesOf found;
  for (const Row& row : tflm_rows)
    for (const std::string& op : words(row.operators))
      for (const std::string& type : words(row.types)) found[op].insert(dtype_named(type));
  return found;
}

std::map<std::string, std::string> explained_gaps() {
  std::map<std::string, std::string> gaps = {
      {"DIV int8",
       "its definition shifts by more than 31 bits for small operands, which no language defines"},
      {"UNIDIRECTIONAL_SEQUENCE_LSTM int16", "activations of int16 are not implemented"},
  };
  for (const char* name : {"SignalEnergy", "SignalFftAutoScale", "SignalIrfft", "SignalRfft", "SignalWindow"})
    gaps[name] =
        "not implemented, as the filter banks are not that follow in an audio front end: these compute with "
        "uint32 and uint64, which no tensor here is made of";
  gaps["SignalStacker"] =
      "its outputs are not valid before enough inputs have come, which a graph cannot say";
  return gaps;
}

std::string type_table() {
  const TypesOf here = supported_types();
  const TypesOf there = types_of_tflm();
  std::string text =
      "### Types\n\nBy the type of an operator's first tensor of data: `both` where TensorFlow Lite Micro's "
      "reference "
      "kernels take it, too, `here` where only Burin does, `TFLM` where only they do, which is explained "
      "below.\n\n"
      "| operator |";
  for (const DType dtype : columns) text += fmt::format(" {} |", long_name_of(dtype));
  text += "\n| --- |";
  for (size_t i = 0; i < std::size(columns); ++i) text += " --- |";
  text += "\n";
  std::set<std::string> names;
  for (const auto* types : {&here, &there})
    for (const auto& [name, own] : *types) names.insert(name);
  const auto has = [](const TypesOf& types, const std::string& name, DType dtype) {
    const auto found = types.find(name);
    return found != types.end() && found->second.contains(dtype);
  };
  for (const std::string& name : names) {
    text += fmt::format("| {} |", name);
    for (const DType dtype : columns) {
      const bool ours = has(here, name, dtype);
      const bool theirs = has(there, name, dtype);
      text += fmt::format(" {} |", ours && theirs ? "both" : ours ? "here" : theirs ? "TFLM" : "");
    }
    text += "\n";
  }
  text +=
      "\nRead as several operators, or as one of another name: DENSIFY (nothing), EMBEDDING_LOOKUP (GATHER, "
      "DEQUANTIZE), GATHER_ND (GATHER by one index), L2_POOL_2D (MUL, AVERAGE_POOL_2D, SQRT), MIRROR_PAD "
      "(CONCATENATION), PADV2 (PAD or CONCATENATION), REDUCE_ALL and REDUCE_ANY (extrema of booleans), and "
      "of "
      "the custom operators CIRCULAR_BUFFER, SignalDelay, SignalFramer and SignalOverlapAdd (a variable and "
      "CONCATENATION). RANGE, RANK, SPARSE_TO_DENSE and WHERE are read where their operands are constant. "
      "IF, "
      "WHILE, CALL and CALL_ONCE give way to the operators of their subgraphs. What TensorFlow Lite Micro "
      "has "
      "and Burin has not:\n\n";
  for (const auto& [gap, reason] : explained_gaps()) text += fmt::format("* {}: {}\n", gap, reason);
  return text;
}

}  // namespace burin::test
