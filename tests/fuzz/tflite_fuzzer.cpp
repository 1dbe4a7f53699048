// Any bytes give a graph or diagnostics; and a graph survives its textual form.
#include "import/tflite/tflite.hpp"
#include "import/tir/tir.hpp"
#include "ir/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const std::byte> bytes = std::as_bytes(std::span(data, size));
  (void)burin::list_tflite_operators(bytes);
  const burin::Result<burin::Graph> graph = burin::import_tflite(bytes, "fuzz");
  if (!graph) return 0;
  const burin::Result<burin::Graph> again = burin::import_tir(burin::print_graph(*graph));
  // Not by ==, to which a number that is none differs from itself.
  if (!again || burin::print_graph(*again) != burin::print_graph(*graph)) __builtin_trap();
  return 0;
}
