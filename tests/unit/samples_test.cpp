// Samples from files: what is read, what is refused and with which words.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>

#include "data/npy.hpp"
#include "data/samples.hpp"
#include "data/survey.hpp"
#include "support/emitted.hpp"
#include "support/files.hpp"

namespace burin::test {
namespace {

using Catch::Contains;
namespace fs = std::filesystem;

Tensor tensor(std::string name, DType dtype, Shape shape) {
  Tensor result;
  result.name = std::move(name);
  result.type = {dtype, std::move(shape)};
  return result;
}

Graph graph_of(const std::vector<Tensor>& inputs) {
  Graph graph;
  for (const Tensor& input : inputs) {
    graph.inputs.push_back(TensorId(graph.tensors.size()));
    graph.tensors.push_back(input);
  }
  return graph;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

// A .npy file with any header.
std::string npy(std::string_view header, const std::string& data, char version = 1) {
  std::string text = "\x93NUMPY";
  text += {version, '\0', static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
  if (version > 1) text += {'\0', '\0'};
  return text + std::string(header) + data;
}

class Folder {
 public:
  std::string file(const std::string& name, const std::string& contents) const {
    const fs::path path = place_.path() / name;
    fs::create_directories(path.parent_path());
    REQUIRE(write_file(path, contents).ok());
    return path.string();
  }
  std::string path() const { return place_.path().string(); }

 private:
  TemporaryDirectory place_ = *TemporaryDirectory::create();
};

const Graph six = graph_of({tensor("x", DType::f32, {1, 2, 3})});

std::vector<float> reals(const Graph& graph, const SampleOptions& options, size_t input = 0) {
  const Result<Samples> samples = Samples::open(graph, options);
  INFO(messages(samples.diagnostics()));
  REQUIRE(samples);
  const Result<std::vector<float>> numbers = samples->reals(input, 0, samples->count());
  INFO(messages(numbers.diagnostics()));
  REQUIRE(numbers);
  return *numbers;
}

// The one diagnostic that opening or reading all of the samples gives.
Diagnostic refusal(const Graph& graph, const SampleOptions& options) {
  const Result<Samples> samples = Samples::open(graph, options);
  Diagnostics findings = samples.diagnostics();
  if (samples)
    for (size_t i = 0; i < samples->inputs(); ++i) {
      const auto read = samples->elements(i, 0, samples->count());
      findings.insert(findings.end(), read.diagnostics().begin(), read.diagnostics().end());
    }
  INFO(messages(findings));
  REQUIRE(findings.size() == 1);
  return findings.front();
}

void check_refused(const Graph& graph, const SampleOptions& options, DiagnosticCode code,
                   const std::string& words) {
  const Diagnostic found = refusal(graph, options);
  CHECK(describe(found.code).name == describe(code).name);
  CHECK_THAT(found.message, Contains(words));
  CHECK(!found.help.empty());
}

}  // namespace

TEST_CASE("an array of any type gives its numbers", "[samples]") {
  const Folder folder;
  const std::vector<float> wanted = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const auto check = [&](const char* descr, const std::string& data) {
    for (const char version : {'\1', '\2', '\3'}) {
      INFO(descr);
      const std::string header =
          fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': (2, 2, 3), }}     \n", descr);
      CHECK(reals(six, {.sources = {folder.file("a.npy", npy(header, data, version))}}) == wanted);
    }
  };
  check("<f4", bytes_of(wanted));
  check("<f8", bytes_of(std::vector<double>(wanted.begin(), wanted.end())));
  check("|i1", bytes_of(std::vector<int8_t>(wanted.begin(), wanted.end())));
  check("|u1", bytes_of(std::vector<uint8_t>(wanted.begin(), wanted.end())));
  check("<i2", bytes_of(std::vector<int16_t>(wanted.begin(), wanted.end())));
  check("<u2", bytes_of(std::vector<uint16_t>(wanted.begin(), wanted.end())));
  check("<i4", bytes_of(std::vector<int32_t>(wanted.begin(), wanted.end())));
  check("<u4", bytes_of(std::vector<uint32_t>(wanted.begin(), wanted.end())));
  check("<i8", bytes_of(std::vector<int64_t>(wanted.begin(), wanted.end())));
  std::string swapped = bytes_of(wanted);
  for (size_t at = 0; at < swapped.size(); at += 4)
    std::reverse(swapped.begin() + static_cast<std::ptrdiff_t>(at),
                 swapped.begin() + static_cast<std::ptrdiff_t>(at) + 4);
  check(">f4", swapped);
}

TEST_CASE("an array in column-major order gives its samples in row-major order", "[samples]") {
  const Folder folder;
  // Element [s, i, j] is 100 s + 10 i + j; the first index is the fastest in the file.
  std::vector<int16_t> data;
  std::vector<float> wanted;
  for (int j = 0; j < 3; ++j)
    for (int i = 0; i < 2; ++i)
      for (int s = 0; s < 4; ++s) data.push_back(static_cast<int16_t>(100 * s + 10 * i + j));
  for (int s = 0; s < 4; ++s)
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 3; ++j) wanted.push_back(static_cast<float>(100 * s + 10 * i + j));
  const std::string file = folder.file(
      "a.npy", npy("{'descr': '<i2', 'fortran_order': True, 'shape': (4, 1, 2, 3)}\n", bytes_of(data)));
  CHECK(reals(six, {.sources = {file}}) == wanted);
  const Result<Samples> samples = Samples::open(six, {.sources = {file}});
  REQUIRE(samples);
  for (uint64_t first = 0; first < 4; ++first)
    for (uint64_t count = 0; first + count <= 4; ++count) {
      const auto some = samples->reals(0, first, count);
      REQUIRE(some);
      CHECK(std::equal(some->begin(), some->end(), wanted.begin() + static_cast<std::ptrdiff_t>(6 * first),
                       wanted.begin() + static_cast<std::ptrdiff_t>(6 * (first + count))));
    }
}

TEST_CASE("a header that is written reads back", "[samples]") {
  const Folder folder;
  for (const std::vector<uint64_t>& shape :
       {std::vector<uint64_t>{}, {5}, {2, 3}, {1, 1, 7, 1}, {10, 0}, {123456, 1, 0}}) {
    uint64_t elements = 1;
    for (const uint64_t dim : shape) elements *= dim;
    const std::string header = data::npy_header(data::ElementType::s16, shape);
    CHECK(header.size() % 64 == 0);
    const auto read = data::read_npy_header(folder.file("a.npy", header + std::string(2 * elements, 'x')));
    INFO(messages(read.diagnostics()));
    REQUIRE(read);
    CHECK(read->shape == shape);
    CHECK(read->type == data::ElementType::s16);
    CHECK(read->data_offset == header.size());
    CHECK(!read->column_major);
  }
}

TEST_CASE("a damaged array file is refused", "[samples]") {
  const Folder folder;
  const std::string data = bytes_of(std::vector<float>(6));
  const auto refuse = [&](const std::string& contents, const std::string& words) {
    check_refused(six, {.sources = {folder.file("a.npy", contents)}}, DiagnosticCode::E0203, words);
  };
  refuse("", "no .npy file");
  refuse("\x93NUMPY", "no .npy file");
  refuse("PK\x03\x04 this is another format", "no .npy file");
  refuse(npy("{}", data, 9), "version 9");
  for (const char* header :
       {"", "{}", "{'descr': '<f4'}", "['descr']",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3)",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1, 2, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, -2, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 99999999999999999999999, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), 'shape': (1, 2, 3)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3), 'more': 1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 3)} import os"}) {
    INFO(header);
    refuse(npy(header, data), "does not follow the format");
  }
  const auto described = [](const char* type, const char* shape) {
    return fmt::format("{{'descr': {}, 'fortran_order': False, 'shape': {}}}", type, shape);
  };
  refuse(npy(described("'|O'", "(1,)"), data), "type |O");
  refuse(npy(described("'<c8'", "(1,)"), data), "type <c8");
  refuse(npy(described("[('a', '<f4')]", "(1,)"), data), "[('a', '<f4')]");
  refuse(npy(described("'<f4'", "(2, 2, 3)"), data), "wants 48 bytes, and 24 follow");
  refuse(npy(described("'<f4'", "(1, 2, 3)"), data + "x"), "wants 24 bytes, and 25 follow");
  refuse(npy(described("'<f4'", "(4294967296, 4294967296)"), data), "wants too many bytes");
  std::string long_header = npy(described("'<f4'", "(1, 2, 3)"), data);
  long_header[9] = '\x7f';
  refuse(long_header, "the header is to be");
}

TEST_CASE("an array of another shape is refused with both shapes", "[samples]") {
  const Folder folder;
  const auto file = [&](const std::vector<uint64_t>& shape) {
    uint64_t elements = 1;
    for (const uint64_t dim : shape) elements *= dim;
    return folder.file("a.npy",
                       data::npy_header(data::ElementType::f32, shape) + std::string(4 * elements, '\0'));
  };
  for (const std::vector<uint64_t>& shape :
       {std::vector<uint64_t>{4, 2, 3}, {4, 1, 2, 3}, {4, 2, 3, 1}, {1, 2, 3}})
    CHECK(reals(six, {.sources = {file(shape)}}).size() == 6 * shape[0]);
  check_refused(six, {.sources = {file({4, 3, 2})}}, DiagnosticCode::E0204, "float32[4,3,2]");
  check_refused(six, {.sources = {file({4, 6})}}, DiagnosticCode::E0204, "float32[4,6]");
  check_refused(six, {.sources = {file({})}}, DiagnosticCode::E0204, "float32[]");
  check_refused(six, {.sources = {file({0, 2, 3})}}, DiagnosticCode::E0204, "no samples");
  const Diagnostic found = refusal(six, {.sources = {file({2, 3})}});
  CHECK_THAT(found.help, Contains("numpy.newaxis"));
  CHECK_THAT(found.place, Contains("\"x\": float32[1,2,3]"));
}

TEST_CASE("numbers that are not finite are refused by sample and element", "[samples]") {
  const Folder folder;
  std::vector<float> data(6 * 20);
  data[6 * 17 + 4] = std::numeric_limits<float>::quiet_NaN();
  const std::string file =
      folder.file("a.npy", data::npy_header(data::ElementType::f32, {20, 2, 3}) + bytes_of(data));
  check_refused(six, {.sources = {file}}, DiagnosticCode::E0204, "sample 17: element 4 is nan");
  const Result<Samples> samples = Samples::open(six, {.sources = {file}});
  REQUIRE(samples);
  CHECK(samples->reals(0, 0, 17));
  CHECK(!samples->reals(0, 16, 2));
  CHECK(samples->reals(0, 18, 2));
  std::vector<double> wide(6, 1e300);
  const std::string doubles =
      folder.file("b.npy", data::npy_header(data::ElementType::f64, {1, 2, 3}) + bytes_of(wide));
  check_refused(six, {.sources = {doubles}}, DiagnosticCode::E0204, "sample 0: element 0 is 1e+300");
}

TEST_CASE("real numbers are quantized to an integer input, and integers taken as they are", "[samples]") {
  const Folder folder;
  Tensor input = tensor("x", DType::s8, {1, 4});
  input.quantization = {.scales = {0.5f}, .zero_points = {-8}};
  const Graph graph = graph_of({input});
  const auto elements = [&](const SampleOptions& options) {
    const Result<Samples> samples = Samples::open(graph, options);
    REQUIRE(samples);
    const auto bytes = samples->elements(0, 0, samples->count());
    INFO(messages(bytes.diagnostics()));
    REQUIRE(bytes);
    std::vector<int> values;
    for (const std::byte byte : *bytes) values.push_back(static_cast<int8_t>(byte));
    return values;
  };
  const std::string real = folder.file(
      "real.npy", data::npy_header(data::ElementType::f32, {1, 4}) + bytes_of<float>({0, 1, -100, 1000}));
  CHECK(elements({.sources = {real}}) == std::vector<int>{-8, -6, -128, 127});
  const std::string whole = folder.file(
      "whole.npy", data::npy_header(data::ElementType::s32, {1, 4}) + bytes_of<int32_t>({0, 1, -128, 127}));
  CHECK(elements({.sources = {whole}}) == std::vector<int>{0, 1, -128, 127});
  CHECK(reals(graph, {.sources = {whole}}) == std::vector<float>{4, 4.5f, -60, 67.5f});
  const std::string pixels = folder.file(
      "pixels.npy", data::npy_header(data::ElementType::u8, {1, 4}) + bytes_of<uint8_t>({0, 100, 200, 255}));
  check_refused(graph, {.sources = {pixels}}, DiagnosticCode::E0204, "element 2 is 200, which is no int8");
  CHECK(elements({.sources = {pixels}, .mean = {100}, .scale = {0.1}}) == std::vector<int>{-28, -8, 12, 23});

  const Graph plain = graph_of({tensor("i", DType::s32, {1, 2})});
  const std::string halves =
      folder.file("halves.npy", data::npy_header(data::ElementType::f32, {1, 2}) + bytes_of<float>({1, 1.5}));
  check_refused(plain, {.sources = {halves}}, DiagnosticCode::E0204, "takes whole numbers");
}

TEST_CASE("mean and scale apply to all elements or to each index of the last dimension", "[samples]") {
  const Folder folder;
  const std::string file = folder.file(
      "a.npy", data::npy_header(data::ElementType::u8, {1, 2, 3}) + bytes_of<uint8_t>({0, 1, 2, 3, 4, 5}));
  CHECK(reals(six, {.sources = {file}, .mean = {1}, .scale = {2}}) == std::vector<float>{-2, 0, 2, 4, 6, 8});
  CHECK(reals(six, {.sources = {file}, .mean = {0, 1, 2}, .scale = {1, 10, 100}}) ==
        std::vector<float>{0, 0, 0, 3, 30, 300});
  check_refused(six, {.sources = {file}, .mean = {1, 2}}, DiagnosticCode::E0201, "--mean has 2 numbers");
  check_refused(six, {.sources = {file}, .scale = {std::nan("")}}, DiagnosticCode::E0201, "--scale");
}

TEST_CASE("samples of several inputs come by name, by order or from a folder", "[samples]") {
  const Folder folder;
  const Graph graph =
      graph_of({tensor("serving/first:0", DType::f32, {1, 2}), tensor("b", DType::s16, {1, 1})});
  const std::string one = folder.file("one.bin", bytes_of<float>({1, 2, 3, 4}));
  const std::string two = folder.file("two.bin", bytes_of<int16_t>({5, 6}));
  const std::vector<float> first = {1, 2, 3, 4};
  const std::vector<float> second = {5, 6};
  const auto check = [&](const std::vector<std::string>& sources) {
    CHECK(reals(graph, {.sources = sources}, 0) == first);
    CHECK(reals(graph, {.sources = sources}, 1) == second);
  };
  check({one, two});
  check({"b=" + two, "serving/first:0=" + one});
  folder.file("numbered/in0.bin", bytes_of(first));
  folder.file("numbered/in1.bin", bytes_of<int16_t>({5, 6}));
  folder.file("numbered/out0.bin", "what the model gives");
  check({folder.path() + "/numbered"});
  folder.file("named/serving_first_0.bin", bytes_of(first));
  folder.file("named/b.bin", bytes_of<int16_t>({5, 6}));
  check({folder.path() + "/named"});

  check_refused(graph, {.sources = {one}}, DiagnosticCode::E0204, "2 inputs, but samples are given for 1");
  check_refused(graph, {.sources = {"b=" + two}}, DiagnosticCode::E0204,
                "no samples for input \"serving/first:0\"");
  check_refused(graph, {.sources = {"c=" + two}}, DiagnosticCode::E0204, "no input \"c\"");
  check_refused(graph, {.sources = {folder.path()}}, DiagnosticCode::E0203, "each of the 2 inputs");
  const std::string three = folder.file("three.bin", bytes_of<int16_t>({5, 6, 7}));
  check_refused(graph, {.sources = {one, three}}, DiagnosticCode::E0204,
                "3 samples, and the first input has 2");
}

TEST_CASE("a folder is its files one after the other", "[samples]") {
  const Folder folder;
  folder.file("b.bin", bytes_of<float>({6, 7, 8, 9, 10, 11}));
  folder.file("a.npy",
              data::npy_header(data::ElementType::s8, {1, 2, 3}) + bytes_of<int8_t>({0, 1, 2, 3, 4, 5}));
  folder.file("c.npy", data::npy_header(data::ElementType::f64, {2, 2, 3}) +
                           bytes_of<double>({12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}));
  folder.file("README.txt", "not a sample");
  const std::vector<float> all = reals(six, {.sources = {folder.path()}});
  REQUIRE(all.size() == 24);
  for (size_t i = 0; i < all.size(); ++i) CHECK(all[i] == static_cast<float>(i));
  const Result<Samples> samples = Samples::open(six, {.sources = {folder.path()}});
  REQUIRE(samples);
  for (uint64_t first = 0; first <= 4; ++first)
    for (uint64_t count = 0; first + count <= 4; ++count) {
      const auto some = samples->reals(0, first, count);
      REQUIRE(some);
      REQUIRE(some->size() == 6 * count);
      CHECK((count == 0 || some->front() == static_cast<float>(6 * first)));
    }
}

TEST_CASE("files that are missing, of no known kind or cut are refused", "[samples]") {
  const Folder folder;
  check_refused(six, {.sources = {folder.path() + "/none.npy"}}, DiagnosticCode::E0203, "cannot be read");
  check_refused(six, {.sources = {folder.file("a.txt", "1 2 3")}}, DiagnosticCode::E0203, "ending");
  check_refused(six, {.sources = {folder.file("a.bin", "12345")}}, DiagnosticCode::E0204,
                "5 bytes are not a whole number of samples of 24 bytes");
  check_refused(six, {.sources = {folder.file("b.bin", "")}}, DiagnosticCode::E0204, "0 bytes");
  fs::create_directories(folder.path() + "/empty");
  check_refused(six, {.sources = {folder.path() + "/empty"}}, DiagnosticCode::E0203, "no sample data");
  // A file that changes behind the reader.
  const std::string file = folder.file("c.bin", std::string(48, '\0'));
  const Result<Samples> samples = Samples::open(six, {.sources = {file}});
  REQUIRE(samples);
  folder.file("c.bin", std::string(24, '\0'));
  CHECK(samples->reals(0, 0, 1));
  const auto second = samples->reals(0, 1, 1);
  REQUIRE(!second);
  CHECK_THAT(second.diagnostics().front().message, Contains("shorter than it was"));
}

TEST_CASE("a survey warns of what users get wrong", "[samples]") {
  const Folder folder;
  const auto warnings = [&](const std::vector<float>& data) {
    const Result<Samples> samples = Samples::open(six, {.sources = {folder.file("a.bin", bytes_of(data))}});
    REQUIRE(samples);
    const Result<Survey> found = survey(*samples, six);
    REQUIRE(found);
    std::string all;
    for (const std::string& warning : found->warnings) all += warning + "\n";
    return all;
  };
  std::vector<float> good(6 * 100);
  for (size_t i = 0; i < good.size(); ++i) good[i] = static_cast<float>(i % 17) / 17;
  CHECK(warnings(good).empty());
  CHECK_THAT(warnings({good.begin(), good.begin() + 60}), Contains("only 10 samples"));
  std::vector<float> pixels = good;
  for (float& value : pixels) value = std::floor(value * 255);
  CHECK_THAT(warnings(pixels), Contains("--scale 1/255"));
  CHECK_THAT(warnings(std::vector<float>(600, 0.25f)), Contains("is 0.25 in every element"));
  std::vector<float> repeated = good;
  for (size_t i = 6; i < repeated.size(); ++i) repeated[i] = repeated[i % 6];
  CHECK_THAT(warnings(repeated), Contains("all 100 samples are the same"));
  std::vector<float> damaged = good;
  damaged[500] = std::numeric_limits<float>::infinity();
  const Result<Samples> samples = Samples::open(six, {.sources = {folder.file("a.bin", bytes_of(damaged))}});
  REQUIRE(samples);
  const Result<Survey> found = survey(*samples, six);
  REQUIRE(!found);
  CHECK_THAT(found.diagnostics().front().message, Contains("sample 83: element 2 is inf"));
}

}  // namespace burin::test
