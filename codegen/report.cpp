// ID.json: the facts about a generated model, for scripts.
#include <nlohmann/json.hpp>

#include "codegen/generate.hpp"
#include "support/diagnostic.hpp"
#include "tensor/dtype.hpp"

namespace burin::codegen {
namespace {

using Json = nlohmann::ordered_json;

Json port_json(const Port& port) {
  Json json = {{"name", printable(port.name, 10000)},
               {"accessor", port.accessor},
               {"dtype", long_name_of(port.dtype)},
               {"shape", port.shape.dims()}};
  const bool quantized = port.quantization.per_tensor();
  json["scale"] = quantized ? Json(port.quantization.scale()) : Json();
  json["zero_point"] = quantized ? Json(port.quantization.zero_point()) : Json();
  json["bytes"] = port.shape.elements() * byte_width(port.dtype);
  return json;
}

Json layer_json(const Step& step) {
  return {{"op", step.source_op},
          {"name", printable(step.name, 10000)},
          {"kernel", step.call.kernel + "<" + step.call.isa + ">"},
          {"macs", step.macs},
          {"reason", step.reason},
          {"signature", step.signature},
          {"estimated_cycles", step.call.cycles},
          {"scratch_bytes", step.call.scratch_bytes},
          {"requantization", step.call.requantization}};
}

Json plan_json(const ProgramBuffer& buffer) {
  return {{"buffer", printable(buffer.name, 10000)},
          {"region", buffer.region == Region::arena ? "arena" : "state"},
          {"offset", buffer.offset},
          {"bytes", buffer.bytes},
          {"first_step", buffer.first_step},
          {"last_step", buffer.last_step},
          {"scratch", buffer.scratch}};
}

template <class Items, class Function>
Json list(const Items& items, Function function) {
  Json json = Json::array();
  for (const auto& item : items) json.push_back(function(item));
  return json;
}

}  // namespace

std::string generate_report(const Program& program) {
  const Json json = {{"tool", "burin"},
                     {"tool_version", BURIN_VERSION},
                     {"name", program.name},
                     {"model", printable(program.model_file, 10000)},
                     {"model_sha256", program.model_hash},
                     {"target", program.target},
                     {"rounding", program.rounding == Rounding::tflm ? "tflm" : "litert"},
                     {"arena_bytes", program.arena_bytes},
                     {"arena_lower_bound", program.arena_lower_bound},
                     {"arena_optimal", program.arena_optimal},
                     {"arena_peak_step", program.peak_step},
                     {"state_bytes", program.state_bytes},
                     {"stack_bytes", program.stack.optimized},
                     {"stack_bytes_unoptimized", program.stack.unoptimized},
                     {"weight_bytes", program.weight_bytes()},
                     {"code_bytes_estimate", program.code_bytes_estimate()},
                     {"macs", program.macs},
                     {"live_macs", program.live_macs},
                     {"estimated_cycles", program.cycles_estimate()},
                     {"inputs", list(program.inputs, port_json)},
                     {"outputs", list(program.outputs, port_json)},
                     {"layers", list(program.steps, layer_json)},
                     {"plan", list(program.buffers, plan_json)}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace burin::codegen
