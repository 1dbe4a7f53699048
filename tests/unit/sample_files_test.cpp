// Samples from text, images, sound and archives, and from files that claim to be one.
#include <png.h>
#include <sndfile.h>
#include <zip.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <filesystem>

#include "data/npy.hpp"
#include "data/samples.hpp"
#include "support/emitted.hpp"
#include "support/files.hpp"
#include "support/random.hpp"

namespace burin::test {
namespace {

using Catch::Contains;
namespace fs = std::filesystem;

Graph graph_of(const std::vector<std::pair<std::string, TensorType>>& inputs) {
  Graph graph;
  for (const auto& [name, type] : inputs) {
    Tensor tensor;
    tensor.name = name;
    tensor.type = type;
    graph.inputs.push_back(TensorId(graph.tensors.size()));
    graph.tensors.push_back(tensor);
  }
  return graph;
}

class Folder {
 public:
  std::string path(const std::string& name) const { return (place_.path() / name).string(); }
  std::string file(const std::string& name, const std::string& contents) const {
    REQUIRE(write_file(place_.path() / name, contents).ok());
    return path(name);
  }

 private:
  TemporaryDirectory place_ = *TemporaryDirectory::create();
};

std::vector<float> reals(const Graph& graph, const std::vector<std::string>& sources, size_t input = 0) {
  const Result<Samples> samples = Samples::open(graph, {.sources = sources});
  INFO(messages(samples.diagnostics()));
  REQUIRE(samples);
  const auto numbers = samples->reals(input, 0, samples->count());
  INFO(messages(numbers.diagnostics()));
  REQUIRE(numbers);
  // One after the other gives the same as all at once.
  for (uint64_t i = 0; i < samples->count(); ++i) {
    const auto one = samples->reals(input, i, 1);
    REQUIRE(one);
    CHECK(std::equal(one->begin(), one->end(),
                     numbers->begin() + static_cast<std::ptrdiff_t>(i * one->size())));
  }
  return *numbers;
}

// What opening and reading everything says; empty where both succeed.
std::string refusal(const Graph& graph, const std::vector<std::string>& sources) {
  const Result<Samples> samples = Samples::open(graph, {.sources = sources});
  if (!samples) return messages(samples.diagnostics());
  for (size_t i = 0; i < samples->inputs(); ++i)
    if (const auto read = samples->elements(i, 0, samples->count()); !read)
      return messages(read.diagnostics());
  return {};
}

std::string file_bytes(const std::string& path) {
  return *read_file(path);
}

void write_png(const std::string& path, uint32_t width, uint32_t height, uint32_t format,
               const std::vector<uint8_t>& pixels) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = format;
  REQUIRE(png_image_write_to_file(&image, path.c_str(), 0, pixels.data(), 0, nullptr) != 0);
}

void write_wav(const std::string& path, int channels, const std::vector<float>& numbers) {
  SF_INFO info = {};
  info.samplerate = 16000;
  info.channels = channels;
  info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
  SNDFILE* file = sf_open(path.c_str(), SFM_WRITE, &info);
  REQUIRE(file != nullptr);
  sf_writef_float(file, numbers.data(), static_cast<sf_count_t>(numbers.size()) / channels);
  sf_close(file);
}

void write_zip(const std::string& path, const std::vector<std::pair<std::string, std::string>>& entries,
               bool deflated) {
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  REQUIRE(archive != nullptr);
  for (const auto& [name, contents] : entries) {
    zip_source_t* source = zip_source_buffer(archive, contents.data(), contents.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    REQUIRE(index >= 0);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index),
                             deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
  }
  REQUIRE(zip_close(archive) == 0);
}

std::string npy(const std::vector<uint64_t>& shape, const std::vector<float>& numbers) {
  std::string text = data::npy_header(data::ElementType::f32, shape);
  text.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
  return text;
}

const Graph three = graph_of({{"x", {DType::f32, {1, 3}}}});

}  // namespace

TEST_CASE("text is a sample a line", "[samples]") {
  const Folder folder;
  const auto read = [&](const std::string& text) { return reals(three, {folder.file("a.csv", text)}); };
  const std::vector<float> wanted = {1, -2.5f, 3e2f, 4, 5, 6};
  CHECK(read("1,-2.5,3e2\n4,5,6\n") == wanted);
  CHECK(read("1, -2.5, +3e2\r\n\r\n4;5;6") == wanted);
  CHECK(read("a,b,c\n# a comment\n1\t-2.5\t3e2\n\"4\",\"5\",\"6\"\n") == wanted);
  std::string many;
  for (int i = 0; i < 30000; ++i) many += fmt::format("{},{},{}\n", 3 * i, 3 * i + 1, 3 * i + 2);
  const Result<Samples> samples = Samples::open(three, {.sources = {folder.file("many.csv", many)}});
  REQUIRE(samples);
  CHECK(samples->count() == 30000);
  for (const uint64_t first : {0u, 7u, 12345u, 29990u}) {
    const auto some = samples->reals(0, first, 10);
    REQUIRE(some);
    for (size_t i = 0; i < 30; ++i) CHECK((*some)[i] == static_cast<float>(3 * first + i));
  }
  const auto refuse = [&](const std::string& text) { return refusal(three, {folder.file("b.csv", text)}); };
  CHECK_THAT(refuse(""), Contains("no samples"));
  CHECK_THAT(refuse("a,b,c\n"), Contains("no samples"));
  CHECK_THAT(refuse("1,2,3\n4,5\n"), Contains("line 2 has 2 numbers, and a sample 3"));
  CHECK_THAT(refuse("1,2,3\n4,five,6\n"), Contains("line 2: \"five\" is no number"));
  CHECK_THAT(refuse("1,2,nan\n"), Contains("sample 0: element 2 is nan"));
  CHECK_THAT(refuse(std::string(100000, '1')), Contains("a line is longer"));
}

TEST_CASE("images are samples of their size, gray or colored as the input is", "[samples]") {
  const Folder folder;
  const Graph gray = graph_of({{"x", {DType::f32, {1, 2, 3, 1}}}});
  const Graph color = graph_of({{"x", {DType::f32, {1, 2, 3, 3}}}});
  const Graph planar = graph_of({{"x", {DType::f32, {1, 3, 1, 5}}}});
  write_png(folder.path("gray.png"), 3, 2, PNG_FORMAT_GRAY, {0, 1, 2, 253, 254, 255});
  write_png(folder.path("color.png"), 3, 2, PNG_FORMAT_RGB,
            {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17});
  CHECK(reals(gray, {folder.path("gray.png")}) == std::vector<float>{0, 1, 2, 253, 254, 255});
  const std::vector<float> colors = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17};
  CHECK(reals(color, {folder.path("color.png")}) == colors);
  write_png(folder.path("row.png"), 5, 1, PNG_FORMAT_RGB, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14});
  CHECK(reals(planar, {folder.path("row.png")}) ==
        std::vector<float>{0, 3, 6, 9, 12, 1, 4, 7, 10, 13, 2, 5, 8, 11, 14});
  CHECK(reals(color, {folder.path("gray.png")})[3] == 1);
  CHECK(reals(gray, {folder.path("color.png")}).size() == 6);

  CHECK(reals(gray, {folder.file("a.pgm", "P5\n# a comment\n3 2\n255\n" +
                                              std::string("\x00\x01\x02\xFD\xFE\xFF", 6))}) ==
        std::vector<float>{0, 1, 2, 253, 254, 255});
  CHECK(reals(gray, {folder.file("b.pgm", "P5 3 2 1000\n" + std::string("\0\1\0\2\0\3\1\0\2\0\3\0", 12))}) ==
        std::vector<float>{1, 2, 3, 256, 512, 768});
  CHECK(reals(color, {folder.file("c.ppm", "P6 3 2 255\n" + std::string("abcdefghijklmnopqr"))})[17] == 'r');

  const Graph wide = graph_of({{"x", {DType::f32, {1, 2, 4, 1}}}});
  CHECK_THAT(refusal(wide, {folder.path("gray.png")}), Contains("3 x 2 pixels, and the input 4 x 2"));
  CHECK_THAT(refusal(wide, {folder.path("a.pgm")}), Contains("3 x 2 pixels"));
  CHECK_THAT(refusal(color, {folder.path("a.pgm")}), Contains("1 channels, and the input 3"));
  const Graph flat = graph_of({{"x", {DType::f32, {6}}}});
  CHECK_THAT(refusal(flat, {folder.path("a.pgm")}), Contains("no image"));
  CHECK_THAT(refusal(gray, {folder.file("d.pgm", "P5 3 2 255\nabc")}),
             Contains("wants 6 bytes, and 3 follow"));
  CHECK_THAT(refusal(gray, {folder.file("e.pgm", "P2 3 2 255\n1 2 3 4 5 6")}), Contains("no binary PGM"));
  CHECK_THAT(refusal(gray, {folder.file("f.png", "not an image at all")}), Contains("no PNG image"));
  std::string cut = file_bytes(folder.path("gray.png"));
  cut.resize(cut.size() - 30);
  CHECK_THAT(refusal(gray, {folder.file("g.png", cut)}), Contains("no PNG image"));
}

TEST_CASE("sound is cut into windows of the input's length", "[samples]") {
  const Folder folder;
  write_wav(folder.path("a.wav"), 1, {0, 0.25f, -0.5f, 1, -1, 0.125f, 0.75f, 0.75f});
  CHECK(reals(three, {folder.path("a.wav")}) == std::vector<float>{0, 0.25f, -0.5f, 1, -1, 0.125f});
  const Graph stereo = graph_of({{"x", {DType::f32, {1, 2, 2}}}});
  write_wav(folder.path("b.wav"), 2, {0, 0.25f, -0.5f, 1, -1, 0.125f, 0.75f, 0.5f});
  CHECK(reals(stereo, {folder.path("b.wav")}).size() == 8);
  CHECK_THAT(refusal(three, {folder.path("b.wav")}), Contains("2 channels"));
  const Graph longer = graph_of({{"x", {DType::f32, {1, 9}}}});
  CHECK_THAT(refusal(longer, {folder.path("a.wav")}), Contains("8 frames of sound, and a sample is 9"));
  CHECK_THAT(refusal(three, {folder.file("c.wav", "RIFFxxxxWAVE")}), Contains("no WAV file"));
  // A folder of them.
  const Folder sounds;
  write_wav(sounds.path("1.wav"), 1, {1, 2, 3});
  write_wav(sounds.path("2.wav"), 1, {4, 5, 6, 7});
  CHECK(reals(three, {sounds.path("")}) == std::vector<float>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("an archive gives each input the array of its name", "[samples]") {
  const Folder folder;
  const Graph two = graph_of({{"serving_default_a:0", {DType::f32, {1, 3}}}, {"b", {DType::f32, {1, 1}}}});
  const std::string a = npy({2, 3}, {1, 2, 3, 4, 5, 6});
  const std::string b = npy({2, 1}, {7, 8});
  for (const bool deflated : {false, true}) {
    write_zip(folder.path("two.npz"), {{"b.npy", b}, {"serving_default_a_0.npy", a}, {"note.txt", "?"}},
              deflated);
    CHECK(reals(two, {folder.path("two.npz")}, 0) == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(reals(two, {folder.path("two.npz")}, 1) == std::vector<float>{7, 8});
    write_zip(folder.path("one.npz"), {{"arr_0.npy", a}}, deflated);
    CHECK(reals(three, {folder.path("one.npz")}) == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK_THAT(refusal(three, {folder.path("two.npz")}),
               Contains("no array of the archive is named after the input"));
  }
  write_zip(folder.path("none.npz"), {{"note.txt", "?"}}, false);
  CHECK_THAT(refusal(three, {folder.path("none.npz")}), Contains("no arrays"));
  CHECK_THAT(refusal(three, {folder.file("bad.npz", "PK\x03\x04 and nothing")}), Contains("no .npz archive"));
  write_zip(folder.path("wrong.npz"), {{"x.npy", b}}, true);
  CHECK_THAT(refusal(three, {folder.path("wrong.npz")}), Contains("float32[2,1]"));
  std::string damaged = file_bytes(folder.path("one.npz"));
  damaged[damaged.size() / 3] = static_cast<char>(damaged[damaged.size() / 3] ^ 0x55);
  CHECK(!refusal(three, {folder.file("damaged.npz", damaged)}).empty());
}

TEST_CASE("whatever the bytes of a file, reading it ends well", "[samples]") {
  const Folder folder;
  const Graph image = graph_of({{"x", {DType::f32, {1, 2, 3, 1}}}});
  write_png(folder.path("a.png"), 3, 2, PNG_FORMAT_GRAY, {0, 1, 2, 253, 254, 255});
  write_wav(folder.path("a.wav"), 1, {0, 0.25f, -0.5f, 1, -1, 0.125f, 0.75f, 0.75f});
  write_zip(folder.path("a.npz"), {{"x.npy", npy({2, 6}, std::vector<float>(12))}}, true);
  folder.file("a.npy", npy({2, 6}, std::vector<float>(12)));
  folder.file("a.csv", "1,2,3,4,5,6\n7,8,9,10,11,12\n");
  folder.file("a.pgm", "P5 3 2 255\nabcdef");
  Random random(1);
  size_t refused = 0;
  size_t read = 0;
  for (const char* name : {"a.png", "a.wav", "a.npz", "a.npy", "a.csv", "a.pgm"}) {
    const std::string whole = file_bytes(folder.path(name));
    const std::string damaged_name = "damaged" + fs::path(name).extension().string();
    const Graph flat = graph_of({{"x", {DType::f32, {1, 6}}}});
    for (int round = 0; round < 400; ++round) {
      std::string bytes = whole;
      for (int changes = random.integer(1, 4); changes > 0; --changes) {
        const auto at = static_cast<size_t>(random.integer(0, static_cast<int32_t>(bytes.size()) - 1));
        const int32_t kind = random.integer(0, 3);
        if (kind == 0) bytes[at] = static_cast<char>(random.integer(0, 255));
        if (kind == 1) bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.integer(0, 7)));
        if (kind == 2) bytes.resize(std::max<size_t>(at, 1));
        if (kind == 3) bytes.insert(at, std::string(static_cast<size_t>(random.integer(1, 9)), '\xFF'));
      }
      const bool is_image = std::string_view(name).ends_with("g") || std::string_view(name).ends_with("m");
      const std::string said = refusal(is_image ? image : flat, {folder.file(damaged_name, bytes)});
      (said.empty() ? read : refused) += 1;
    }
  }
  CHECK(refused > 500);
  CHECK(read > 50);
}

}  // namespace burin::test
