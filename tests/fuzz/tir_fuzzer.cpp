// Any text gives a graph or diagnostics; and what is printed can be parsed again and prints the same.
#include "import/tir/tir.hpp"
#include "ir/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)burin::list_tir_operators(text);
  const burin::Result<burin::Graph> graph = burin::import_tir(text);
  if (!graph) return 0;
  const std::string printed = burin::print_graph(*graph);
  const burin::Result<burin::Graph> again = burin::import_tir(printed);
  if (!again || burin::print_graph(*again) != printed) __builtin_trap();
  return 0;
}
