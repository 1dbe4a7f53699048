#include "support/models.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "corpus.hpp"

namespace burin::test {
namespace {

namespace fs = std::filesystem;

const fs::path source_folder = BURIN_SOURCE_DIR;

// The files folder/PREFIX0.bin, folder/PREFIX1.bin, …, as many as there are.
std::vector<fs::path> numbered(const std::string& prefix) {
  std::vector<fs::path> found;
  for (int i = 0; fs::exists(prefix + std::to_string(i) + ".bin"); ++i)
    found.emplace_back(prefix + std::to_string(i) + ".bin");
  return found;
}

// The first of these files of a folder that exists.
std::vector<fs::path> one_of(const fs::path& folder, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (fs::exists(folder / name)) return {folder / name};
  return {};
}

}  // namespace

std::vector<ModelFile> trained_models() {
  std::vector<ModelFile> models;
  for (const fs::path& path : models_below(source_folder / "models")) {
    const fs::path folder = path.parent_path();
    models.push_back({.name = path.stem().string(),
                      .path = path,
                      .inputs = one_of(folder, {"test_inputs.bin", "test_images.bin"}),
                      .outputs = one_of(folder, {"test_outputs.bin"})});
  }
  REQUIRE(models.size() >= 2);
  return models;
}

std::vector<ModelFile> odd_models() {
  const fs::path folder = source_folder / "tests/models";
  std::vector<ModelFile> models;
  const nlohmann::json manifest = nlohmann::json::parse(std::ifstream(folder / "manifest.json"));
  for (const auto& [name, expected] : manifest.items()) {
    if (expected["exit"] != 0) continue;
    const std::string base = (folder / name).string();
    models.push_back({.name = name,
                      .path = base + ".tflite",
                      .inputs = numbered(base + ".in"),
                      .outputs = numbered(base + ".out")});
  }
  REQUIRE(models.size() >= 20);
  return models;
}

std::vector<ModelFile> own_models() {
  std::vector<ModelFile> models = trained_models();
  for (ModelFile& model : odd_models()) models.push_back(std::move(model));
  return models;
}

std::vector<ModelFile> corpus_models() {
  std::vector<ModelFile> models;
  for (const fs::path& path : models_below(corpus_folder())) {
    const fs::path folder = path.parent_path();
    models.push_back({.name = folder.filename().string(),
                      .path = path,
                      .inputs = numbered((folder / "in").string()),
                      .outputs = numbered((folder / "out").string())});
  }
  if (models.empty())
    WARN("no corpus of public models at " << corpus_folder() << ": nothing of it is tested");
  return models;
}

std::vector<ModelFile> every_model() {
  std::vector<ModelFile> models = own_models();
  for (ModelFile& model : corpus_models()) models.push_back(std::move(model));
  return models;
}

TensorData read_data(const std::vector<fs::path>& files) {
  TensorData data;
  for (const fs::path& file : files) {
    const Result<std::string> bytes = read_file(file);
    REQUIRE(bytes.ok());
    data.emplace_back(bytes->begin(), bytes->end());
  }
  return data;
}

TensorData first_samples(TensorData data, size_t samples, size_t total) {
  for (std::vector<uint8_t>& bytes : data) bytes.resize(bytes.size() / total * std::min(samples, total));
  return data;
}

}  // namespace burin::test
