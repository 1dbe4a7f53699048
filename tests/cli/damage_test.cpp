// Damaged copies of real model files, as a user would hand them to the tool: an exit code of the promised
// ones, soon, in little memory, and no output unless all of it.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>

#include "support/command.hpp"
#include "support/files.hpp"
#include "support/models.hpp"
#include "support/random.hpp"

namespace burin::test {
namespace {

namespace fs = std::filesystem;

size_t position(const std::string& file, Random& random, size_t width) {
  return static_cast<size_t>(random.integer(0, static_cast<int32_t>(file.size() - width)));
}

void flip_bits(std::string& file, Random& random) {
  for (int32_t left = random.integer(1, 8); left > 0; --left) {
    char& byte = file[position(file, random, 1)];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1u << random.integer(0, 7)));
  }
}

void truncate(std::string& file, Random& random) {
  file.resize(position(file, random, 1));
}

void swap_blocks(std::string& file, Random& random) {
  const size_t length = std::min<size_t>(size_t{4} << random.integer(0, 6), file.size() / 4);
  const size_t first = position(file, random, length);
  const size_t second = position(file, random, length);
  const std::string kept = file.substr(first, length);
  file.replace(first, length, file.substr(second, length));
  file.replace(second, length, kept);
}

void put_extremes(std::string& file, Random& random) {
  constexpr uint32_t values[] = {0,          1,          0xff,       0xffff,     0x10000,
                                 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff, 0x40000000};
  for (int32_t left = random.integer(1, 3); left > 0; --left) {
    const uint32_t value = values[random.next() % std::size(values)];
    // Numbers in the format stand at multiples of their size.
    std::memcpy(&file[position(file, random, 4) & ~size_t{3}], &value, sizeof value);
  }
}

// The table of a table's fields: a FlatBuffers table begins with the distance back to it, and it with its own
// size.
void clear_vtable(std::string& file, Random& random) {
  for (int attempt = 0; attempt < 20'000; ++attempt) {
    const size_t table = position(file, random, 4) & ~size_t{3};
    int32_t distance = 0;
    std::memcpy(&distance, &file[table], sizeof distance);
    const int64_t vtable = static_cast<int64_t>(table) - distance;
    if (distance == 0 || vtable < 0 || vtable + 2 > static_cast<int64_t>(file.size())) continue;
    uint16_t size = 0;
    std::memcpy(&size, &file[static_cast<size_t>(vtable)], sizeof size);
    if (size < 4 || size > 64 || size % 2 != 0 || vtable + size > static_cast<int64_t>(file.size())) continue;
    std::fill_n(file.begin() + vtable, size, '\0');
    return;
  }
}

constexpr void (*damages[])(std::string&, Random&) = {flip_bits, truncate, swap_blocks, put_extremes,
                                                      clear_vtable};

// Runs a verb with a gigabyte of memory and ten seconds, of the processor's time as the machine may be busy;
// its exit code.
int check_verb(const std::string& verb, const fs::path& model) {
  const fs::path out = model.parent_path() / "out";
  fs::remove_all(out);
  std::vector<std::string> words = {"bash",     "-c", "ulimit -v 1048576 -t 10; exec \"$0\" \"$@\"",
                                    BURIN_TOOL, verb, model.string()};
  if (verb == "compile") words.insert(words.end(), {"-q", "-t", "cortex-m4", "-o", out.string()});
  const Result<ProcessResult> result = run_process({.words = words, .timeout = std::chrono::seconds(120)});
  REQUIRE(result.ok());
  INFO(verb << ": exit code " << result->status << "\n" << result->errors);
  CHECK(!result->timed_out);
  CHECK((result->status == 0 || (result->status >= 3 && result->status <= 5)));
  // `ops` prints what is missing in its table.
  if (verb != "ops" || result->status == 0 || result->status == 3)
    CHECK(result->errors.empty() == (result->status == 0));
  const size_t written = fs::exists(out) ? snapshot(out).size() : 0;
  CHECK(written == (verb == "compile" && result->status == 0 ? 3u : 0u));
  return result->status;
}

// A graph in text form. Tensors are of int8, each with its quantization where '@' stands.
std::string graph_text(const std::vector<std::string>& tensors, const std::string& interface,
                       const std::vector<std::string>& nodes) {
  std::string text = "tir 1 \"graph\"\n";
  for (size_t i = 0; i < tensors.size(); ++i) {
    std::string type = tensors[i];
    type.replace(type.find('@'), 1, "scale 0.02 zero_point 3");
    text += fmt::format("tensor %{} \"t\" s8{}\n", i, type);
  }
  text += interface + "\n";
  for (size_t i = 0; i < nodes.size(); ++i) text += fmt::format("node {} \"n\" {}\n", i, nodes[i]);
  return text;
}

}  // namespace

TEST_CASE("six hundred damaged models end with a promised exit code, soon and in little memory", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const std::vector<ModelFile> models = own_models();
  for (uint64_t number = 0; number < 600; ++number) {
    Random random(number);
    const ModelFile& model = models[number / std::size(damages) % models.size()];
    const Result<std::string> whole = read_file(model.path);
    REQUIRE(whole.ok());
    std::string damaged = *whole;
    damages[number % std::size(damages)](damaged, random);
    REQUIRE(write_file(place.path() / "damaged.tflite", damaged).ok());
    INFO("copy " << number << ", of " << model.name);
    check_verb("compile", place.path() / "damaged.tflite");
    check_verb(number % 2 == 0 ? "inspect" : "ops", place.path() / "damaged.tflite");
  }
}

TEST_CASE("small files that ask for much are compiled or refused, soon and in little memory", "[cli]") {
  constexpr int many = 2000;
  const std::vector<std::string> equal(many + 1, "[1,4] @");
  std::vector<std::string> chain;
  std::vector<std::string> fan;
  std::string ends;
  for (int i = 0; i < many; ++i) {
    chain.push_back(fmt::format("%{} = relu6(%{})", i + 1, i));
    fan.push_back(fmt::format("%{} = add(%0, %0)", i + 1));
    ends += fmt::format("{}%{}", i == 0 ? "" : ", ", i + 1);
  }
  const std::string one_to_one = "inputs (%0)\noutputs (%1)";
  const std::string ones = "= [" + [] {
    std::string list;
    for (int i = 0; i < 16384; ++i) list += i == 0 ? "1" : ", 1";
    return list;
  }() + "]";
  struct Case {
    const char* what;
    std::string text;
    int status;
  };
  const Case cases[] = {
      {"2^28 channels", graph_text({"[1,268435456] @", "[1,268435456] @"}, one_to_one, {"%1 = relu6(%0)"}),
       0},
      {"2^28 pixels",
       graph_text({"[1,16384,16384,1] @", "[1,16384,16384,1] @"}, one_to_one,
                  {"%1 = max_pool_2d(%0) {window_height: 3, window_width: 3, pad_top: 1, pad_left: 1, "
                   "pad_bottom: 1, pad_right: 1}"}),
       0},
      {"2^28 bytes of state",
       graph_text({"[1] @", "[1,268435456] variable @", "[1,268435456] @"}, "inputs (%0)\noutputs (%2)",
                  {"%2 = read_variable(%1)"}),
       4},
      {"more than a machine's memory",
       graph_text(
           std::vector<std::string>(24, "[1,268435456] @"),
           "inputs (%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11)\noutputs (%12, %13, %14, %15, %16, "
           "%17, %18, %19, %20, %21, %22, %23)",
           {"%12 = relu6(%0)", "%13 = relu6(%1)", "%14 = relu6(%2)", "%15 = relu6(%3)", "%16 = relu6(%4)",
            "%17 = relu6(%5)", "%18 = relu6(%6)", "%19 = relu6(%7)", "%20 = relu6(%8)", "%21 = relu6(%9)",
            "%22 = relu6(%10)", "%23 = relu6(%11)"}),
       4},
      {"a constant of 2^28 elements",
       graph_text({"[1] @", "[16384,1] @ " + ones, "[1,16384] @ " + ones, "[16384,16384] @"},
                  "inputs (%0)\noutputs (%3)", {"%3 = add(%1, %2)"}),
       0},
      {"a long chain", graph_text(equal, fmt::format("inputs (%0)\noutputs (%{})", many), chain), 0},
      {"all live at once", graph_text(equal, fmt::format("inputs (%0)\noutputs ({})", ends), fan), 0},
  };
  const TemporaryDirectory place = *TemporaryDirectory::create();
  for (const Case& c : cases) {
    INFO(c.what);
    REQUIRE(write_file(place.path() / "model.tir", c.text).ok());
    CHECK(check_verb("compile", place.path() / "model.tir") == c.status);
    CHECK(check_verb("inspect", place.path() / "model.tir") == c.status);
  }
}

}  // namespace burin::test
