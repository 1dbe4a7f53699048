// Inputs for tir_fuzzer to start from: write_seeds FOLDER MODEL... writes random graphs of every operator and
// the models given, as text.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "formats/import.hpp"
#include "ir/text.hpp"
#include "ops/operator.hpp"
#include "samplers/samplers.hpp"
#include "support/files.hpp"

int main(int argc, char** argv) {
  using namespace burin;
  namespace fs = std::filesystem;
  if (argc < 2) return 2;
  const fs::path folder = argv[1];
  const auto write = [&](const std::string& name, const Graph& graph) {
    return write_file(folder / (name + ".tir"), print_graph(graph)).ok();
  };
  constexpr uint64_t samples = 20;
  for (const Operator* definition : all_operators())
    for (uint64_t seed = 0; seed < samples; ++seed) {
      Random random(seed);
      if (!write(fmt::format("{}_{}", name_of(definition->facts().op), seed),
                 sample_graph(definition->facts().op, random)))
        return 1;
    }
  for (int i = 2; i < argc; ++i)
    if (const Result<Graph> graph = import_model(argv[i]))
      if (!write(fs::path(argv[i]).stem().string(), *graph)) return 1;
  return 0;
}
