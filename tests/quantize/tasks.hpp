// Trained float models with data: folders that each hold model_float.tflite and calibration.npy. They are not
// part of the project; tests that want them say so where they are absent.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "quantize/batch.hpp"

namespace burin::test {

struct Task {
  std::filesystem::path folder;
  std::string name;

  Graph model() const;
  SampleValues calibration(const Graph& graph) const;
  // The inputs to judge with, as the float model takes them.
  SampleValues test_inputs(const Graph& graph) const;
};

// Below BURIN_TASKS, else ../shared/quantize beside the sources; sorted, none where that does not exist.
std::vector<Task> all_tasks();

// A .npy file of float32, uint8, int8 or int32 in C order, as float32; throws where it is another.
struct Array {
  std::vector<int64_t> shape;
  std::vector<float> values;
};
Array read_npy_array(const std::filesystem::path& path);

}  // namespace burin::test
