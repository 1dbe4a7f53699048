// Damaged files: whatever the bytes, import gives a graph or diagnostics, soon.
#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <fstream>

#include "corpus.hpp"
#include "formats/import.hpp"
#include "support/random.hpp"

namespace burin {
namespace {

using Bytes = std::vector<std::byte>;

Bytes contents(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

// Models whose damage is cheap to try many times.
std::vector<std::filesystem::path> small_models() {
  std::vector<std::filesystem::path> models = all_models();
  std::erase_if(models, [](const auto& path) { return std::filesystem::file_size(path) > 100000; });
  return models;
}

void must_end_well(const Bytes& bytes) {
  const auto start = std::chrono::steady_clock::now();
  const Result<Graph> graph = import_bytes(bytes, "damaged.tflite");
  const auto rows = list_operators(bytes, "damaged.tflite");
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  CHECK(seconds.count() < 10);
  if (graph.ok()) return;
  for (const Diagnostic& d : graph.diagnostics()) {
    const ExitCode code = exit_code(d.code);
    if (code != ExitCode::malformed && code != ExitCode::unsupported) FAIL(d.message);
    if (d.file != "damaged.tflite") FAIL("a diagnostic without its file: " << d.message);
  }
}

// One change: a bit, a byte, or a 32-bit word that may be an offset, an index or a size.
void damage(Bytes& bytes, Random& random) {
  const auto at = static_cast<size_t>(random.integer(0, static_cast<int32_t>(bytes.size()) - 5));
  switch (random.integer(0, 4)) {
    case 0:
      bytes[at] ^= std::byte{1} << random.integer(0, 7);
      break;
    case 1:
      bytes[at] = static_cast<std::byte>(random.next());
      break;
    default: {
      constexpr uint32_t words[] = {0,      1,          2,          4,          0x7F,       0xFF,
                                    0xFFFF, 0x10000000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF};
      uint32_t word = words[random.next() % std::size(words)];
      if (random.chance(0.3))
        word = static_cast<uint32_t>(random.integer(0, static_cast<int32_t>(bytes.size())));
      std::memcpy(&bytes[at & ~size_t{3}], &word, sizeof word);
    }
  }
}

}  // namespace

TEST_CASE("truncated files are refused") {
  for (const std::filesystem::path& path : small_models()) {
    INFO(path);
    const Bytes whole = contents(path);
    if (!import_bytes(whole, "whole.tflite").ok()) continue;
    Random random(3);
    for (int i = 0; i < 40; ++i) {
      Bytes cut = whole;
      cut.resize(static_cast<size_t>(random.integer(0, static_cast<int32_t>(whole.size()) - 1)));
      must_end_well(cut);
    }
    CHECK_FALSE(import_bytes(std::span(whole).first(whole.size() / 2), "half.tflite").ok());
  }
}

TEST_CASE("damaged files give a graph or diagnostics") {
  const std::vector<std::filesystem::path> models = small_models();
  REQUIRE(models.size() > 30);
  int refused = 0;
  for (const std::filesystem::path& path : models) {
    INFO(path);
    const Bytes whole = contents(path);
    if (whole.size() < 16) continue;
    Random random(5);
    for (int i = 0; i < 100; ++i) {
      Bytes damaged = whole;
      for (int k = random.integer(1, 3); k > 0; --k) damage(damaged, random);
      INFO("damage " << i);
      must_end_well(damaged);
      if (!import_bytes(damaged, "damaged.tflite").ok()) ++refused;
    }
  }
  CHECK(refused > 0);
}

TEST_CASE("bytes at odd addresses are read alike") {
  const Bytes whole =
      contents(std::filesystem::path(BURIN_SOURCE_DIR) / "tests/models/dense_per_channel.tflite");
  Bytes shifted(whole.size() + 1);
  std::ranges::copy(whole, shifted.begin() + 1);
  const Result<Graph> graph = import_bytes(whole, "model.tflite");
  REQUIRE(graph.ok());
  CHECK(*import_bytes(std::span(shifted).subspan(1), "model.tflite") == *graph);
}

}  // namespace burin
