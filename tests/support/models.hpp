// The models that tests go over: a table that grows with the folders.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "execute/execution.hpp"

namespace burin::test {

// A model with what it gives, where that lies beside it: raw samples back to back, one file an input or
// output.
struct ModelFile {
  std::string name;
  std::filesystem::path path;
  std::vector<std::filesystem::path> inputs{};
  std::vector<std::filesystem::path> outputs{};
};

// models/: what the project trained.
std::vector<ModelFile> trained_models();
// tests/models/: the small odd ones that are to compile.
std::vector<ModelFile> odd_models();
// Both.
std::vector<ModelFile> own_models();
// The public models, where the corpus is there. Models without reference outputs are among them.
std::vector<ModelFile> corpus_models();
// All of them.
std::vector<ModelFile> every_model();

// Files as tensor data.
TensorData read_data(const std::vector<std::filesystem::path>& files);
// The first `samples` of `total` samples.
TensorData first_samples(TensorData data, size_t samples, size_t total);

}  // namespace burin::test
