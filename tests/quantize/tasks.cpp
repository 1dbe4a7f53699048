#include "quantize/tasks.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "formats/import.hpp"

namespace burin::test {
namespace fs = std::filesystem;

Graph Task::model() const {
  Result<Graph> graph = import_model((folder / "model_float.tflite").string());
  if (!graph) throw std::runtime_error(graph.diagnostics()[0].message);
  return *graph;
}

SampleValues Task::calibration(const Graph& graph) const {
  const Array array = read_npy_array(folder / "calibration.npy");
  SampleValues samples;
  samples.types = {graph.at(graph.inputs[0]).type};
  const auto bytes = std::as_bytes(std::span(array.values));
  samples.values.emplace_back(bytes.begin(), bytes.end());
  return samples;
}

SampleValues Task::test_inputs(const Graph& graph) const {
  std::ifstream stream(folder / "meta.json");
  const nlohmann::json to_float = nlohmann::json::parse(stream).at("test_inputs").at("to_float");
  const auto scale = to_float.at("scale").get<double>();
  const auto offset = to_float.at("offset").get<double>();
  Array array = read_npy_array(folder / "test_inputs.npy");
  for (float& x : array.values) x = static_cast<float>((static_cast<double>(x) - offset) * scale);
  SampleValues samples;
  samples.types = {graph.at(graph.inputs[0]).type};
  const auto bytes = std::as_bytes(std::span(array.values));
  samples.values.emplace_back(bytes.begin(), bytes.end());
  return samples;
}

std::vector<Task> all_tasks() {
  const char* named = std::getenv("BURIN_TASKS");
  const fs::path folder = named ? named : fs::path(BURIN_SOURCE_DIR).parent_path() / "shared/quantize";
  std::vector<Task> tasks;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (fs::exists(entry.path() / "model_float.tflite"))
      tasks.push_back({entry.path(), entry.path().filename().string()});
  std::ranges::sort(tasks, {}, &Task::name);
  return tasks;
}

Array read_npy_array(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(stream), {}};
  if (file.size() < 10 || file.compare(1, 5, "NUMPY") != 0 || file[6] != 1)
    throw std::runtime_error(path.string() + " is no .npy file of version 1");
  const size_t length =
      static_cast<uint8_t>(file[8]) + 256 * static_cast<size_t>(static_cast<uint8_t>(file[9]));
  const std::string header = file.substr(10, length);
  const std::string data = file.substr(10 + length);
  Array array;
  int64_t elements = 1;
  for (size_t at = header.find('(') + 1; header[at] != ')';) {
    if (header[at] < '0' || header[at] > '9') {
      ++at;
      continue;
    }
    size_t digits = 0;
    array.shape.push_back(std::stoll(header.substr(at), &digits));
    elements *= array.shape.back();
    at += digits;
  }
  array.values.resize(static_cast<size_t>(elements));
  const auto read = [&]<class T>(T) {
    if (data.size() != array.values.size() * sizeof(T))
      throw std::runtime_error(path.string() + " is cut off");
    for (size_t i = 0; i < array.values.size(); ++i) {
      T value;
      std::memcpy(&value, data.data() + i * sizeof value, sizeof value);
      array.values[i] = static_cast<float>(value);
    }
  };
  if (header.find("<f4") != std::string::npos)
    read(0.0f);
  else if (header.find("|u1") != std::string::npos)
    read(uint8_t{});
  else if (header.find("|i1") != std::string::npos)
    read(int8_t{});
  else if (header.find("<i4") != std::string::npos)
    read(int32_t{});
  else
    throw std::runtime_error(path.string() + " has an element type that is not read here");
  return array;
}

}  // namespace burin::test
