// Each verb on a model that works: what is printed where, what is written.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>

#include "support/command.hpp"
#include "support/files.hpp"
#include "support/skip.hpp"
#include "target/target.hpp"

namespace burin::test {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;
using nlohmann::json;

json parsed(const CommandResult& result) {
  INFO(result.errors);
  REQUIRE(result.status == 0);
  return json::parse(result.output);
}

size_t line_count(const std::string& text) {
  return static_cast<size_t>(std::ranges::count(text, '\n'));
}

}  // namespace

TEST_CASE("compile writes three files, tells about them on stderr, and nothing on stdout", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const fs::path out = place.path() / "new/folder";
  const CommandResult result = burin({"compile", sine(), "-t", "cortex-m4", "-o", out.string()});
  CHECK(result.status == 0);
  CHECK(result.output.empty());
  CHECK_THAT(result.errors, Contains("288 MACs") && Contains("arena") && Contains("stack") &&
                                Contains("constants") && Contains("state") && Contains("peak"));
  CHECK(line_count(result.errors) >= 4);
  CHECK(line_count(result.errors) <= 10);
  CHECK_THAT(result.errors, !Contains("\x1b") && !Contains("\r"));
  std::vector<std::string> names;
  for (const auto& [path, text] : snapshot(out)) names.push_back(fs::path(path).filename().string());
  CHECK(names == std::vector<std::string>{"sine.cpp", "sine.h", "sine.json"});
  for (const char* flag : {"-q", "--quiet"}) {
    const CommandResult quiet = burin({"compile", sine(), "-o", out.string(), flag});
    CHECK(quiet.status == 0);
    CHECK(quiet.output + quiet.errors == "");
  }
}

TEST_CASE("the report says what the header says", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const std::string extra = (place.path() / "elsewhere/report.json").string();
  REQUIRE(burin({"compile", odd("two_inputs_two_outputs"), "-o", place.path().string(), "--name", "two",
                 "--report", extra, "-t", "cortex-m4"})
              .status == 0);
  const std::string text = *read_file(place.path() / "two.json");
  CHECK(*read_file(extra) == text);
  const json report = json::parse(text);
  const std::string header = *read_file(place.path() / "two.h");
  CHECK(report["tool_version"] == BURIN_VERSION);
  CHECK(report["target"] == "cortex-m4");
  CHECK(report["model_sha256"].get<std::string>().size() == 64);
  for (const char* size : {"arena", "state", "stack"}) {
    std::string macro = "#define TWO_" + std::string(size) + "_BYTES ";
    std::ranges::transform(macro.begin() + 12, macro.end() - 7, macro.begin() + 12,
                           [](char c) { return std::toupper(c); });
    CHECK_THAT(header,
               Contains(macro + std::to_string(report[std::string(size) + "_bytes"].get<int64_t>()) + "u"));
  }
  CHECK(report["weight_bytes"].get<int64_t>() > 0);
  for (const char* key : {"inputs", "outputs"}) {
    CHECK(report[key].size() == 2);
    for (const json& port : report[key]) {
      CHECK_THAT(header, Contains(" two_" + port["accessor"].get<std::string>() + "("));
      int64_t elements = 1;
      for (const json& dimension : port["shape"]) elements *= dimension.get<int64_t>();
      CHECK(port["bytes"] == elements);
      CHECK(port["dtype"] == "int8");
      CHECK(port["scale"].is_number_float());
      CHECK(port["zero_point"].is_number_integer());
      CHECK(port["name"].is_string());
    }
  }
  REQUIRE(!report["layers"].empty());
  for (const json& layer : report["layers"])
    for (const char* key : {"op", "name", "kernel", "macs", "reason"}) CHECK(layer.contains(key));
  const auto steps = static_cast<int64_t>(report["layers"].size());
  const int64_t arena = report["arena_bytes"];
  REQUIRE(!report["plan"].empty());
  for (const json& buffer : report["plan"]) {
    CHECK(buffer["first_step"] <= buffer["last_step"]);
    CHECK(buffer["last_step"] <= steps + 1);
    CHECK(buffer["offset"].get<int64_t>() >= 0);
    CHECK(buffer["offset"].get<int64_t>() + buffer["bytes"].get<int64_t>() <= arena);
  }
}

TEST_CASE("a model alone is compiled, wherever its options stand", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  int number = 0;
  for (const std::vector<std::string>& words : {std::vector<std::string>{sine()},
                                                {sine(), "-t", "cortex-m4"},
                                                {"-t", "cortex-m4", sine()},
                                                {"-q", sine()},
                                                {"--color", "never", sine()},
                                                {"--color=never", "-q", "-o", ".", sine()}}) {
    const fs::path folder = place.path() / std::to_string(number++);
    fs::create_directories(folder);
    const CommandResult result = burin(words, {}, folder);
    INFO(result.errors);
    CHECK(result.status == 0);
    CHECK(snapshot(folder).size() == 3);
  }
}

TEST_CASE("a dependency file names outputs, model and target file, as make reads it", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const fs::path folder = place.path() / "with space";
  fs::create_directories(folder);
  fs::copy_file(sine(), folder / "my $ine #1.tflite");
  REQUIRE(
      burin({"compile", "my $ine #1.tflite", "-o", "out", "--name", "sine", "--depfile", "out/sine.d", "-q"},
            {}, folder)
          .status == 0);
  CHECK(*read_file(folder / "out/sine.d") ==
        "out/sine.cpp out/sine.h out/sine.json: my\\ $$ine\\ \\#1.tflite\n");
  REQUIRE(write_file(folder / "my board.json",
                     R"({"name": "mine", "kind": "board", "description": "d", "inherits": "generic"})")
              .ok());
  REQUIRE(burin({"compile", "my $ine #1.tflite", "-t", "my board.json", "--name", "other", "--depfile",
                 "other.d", "-q"},
                {}, folder)
              .status == 0);
  CHECK(*read_file(folder / "other.d") ==
        "other.cpp other.h other.json: my\\ $$ine\\ \\#1.tflite my\\ board.json\n");
  // Make agrees: nothing to be done, until the model changes.
  if (!run_process({.words = {"make", "--version"}})) skip("make is not installed");
  REQUIRE(write_file(folder / "Makefile", "out/sine.cpp:\n\t@echo again\ninclude out/sine.d\n").ok());
  const auto make = [&] { return run_process({.words = {"make", "out/sine.cpp"}, .directory = folder}); };
  CHECK_THAT(make()->output, Contains("up to date"));
  fs::last_write_time(folder / "my $ine #1.tflite",
                      fs::file_time_type::clock::now() + std::chrono::seconds(10));
  CHECK_THAT(make()->output, Contains("again"));
}

TEST_CASE("memory limits end with exit code 5 and the table of what is live", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const std::string out = place.path().string();
  const CommandResult ram = burin({"compile", sine(), "-o", out, "--ram-limit", "64"});
  check_failure(ram, 5, "E0501");
  CHECK_THAT(ram.errors, Contains("the limit is 64") &&
                             Contains("at the peak: 16 bytes \"fully_connected_0\"") && Contains("help: "));
  const CommandResult flash = burin({"compile", sine(), "-o", out, "--flash-limit", "1K"});
  check_failure(flash, 5, "E0502");
  CHECK_THAT(flash.errors, Contains("the limit is 1024"));
  const CommandResult both = burin({"compile", sine(), "-o", out, "--flash-limit", "0", "--ram-limit", "0"});
  check_failure(both, 5, "E0501");
  CHECK_THAT(both.errors, Contains("E0502") && Contains("2 errors"));
  CHECK(snapshot(place.path()).empty());
  for (const char* enough : {"64K", "1M", "100000", "4k"})
    CHECK(burin({"compile", sine(), "-o", out, "--ram-limit", enough, "--flash-limit", "1M"}).status == 0);
}

TEST_CASE("limits steer the choice of kernels before they end it", "[cli][select]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const std::string digits = std::string(BURIN_SOURCE_DIR) + "/models/digits/digits.tflite";
  const auto compiled = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"compile", digits,     "-t", "cortex-m4", "-o", place.path().string(),
                                      "--json",  "--explain"};
    words.insert(words.end(), more.begin(), more.end());
    return parsed(burin(words));
  };
  const auto ram_of = [](const json& report) {
    return report["arena_bytes"].get<int64_t>() + report["state_bytes"].get<int64_t>() +
           report["stack_bytes"].get<int64_t>();
  };
  const auto flash_of = [](const json& report) {
    return report["weight_bytes"].get<int64_t>() + report["code_bytes_estimate"].get<int64_t>();
  };
  const auto cycles_of = [](const json& report) { return report["estimated_cycles"].get<int64_t>(); };
  const auto mentions = [](const json& report, const std::string& limit) {
    const auto layer = std::ranges::any_of(report["layers"], [&](const json& each) {
      return each["reason"].get<std::string>().find("more than " + limit + " leaves") != std::string::npos;
    });
    const auto candidate = std::ranges::any_of(report["candidates"],
                                               [&](const json& each) { return each["constraint"] == limit; });
    return layer && candidate;
  };
  const json fast = compiled({});

  // A core whose packed instructions are dear takes the portable kernels, for their cost.
  const std::string slow = (place.path() / "slow.json").string();
  std::ofstream(slow)
      << R"({"name": "slow", "kind": "core", "description": "slow SMLAD", "inherits": "cortex-m4",
                             "costs": {"packed": 50}})";
  const json other =
      parsed(burin({"compile", digits, "-t", slow, "-o", place.path().string(), "--json", "--explain"}));
  CHECK(other["layers"][0]["kernel"] == "Convolution2dQuantized<ArmDsp>");
  CHECK(fast["layers"][0]["kernel"] == "Convolution2dS8Dual<ArmDsp>");
  CHECK(cycles_of(other) > cycles_of(fast));

  const json small = compiled({"--optimize", "size"});
  const json middle = compiled({"--optimize", "balanced"});
  CHECK(flash_of(small) < flash_of(middle));
  CHECK(flash_of(middle) < flash_of(fast));
  CHECK(cycles_of(fast) < cycles_of(middle));
  CHECK(cycles_of(middle) < cycles_of(small));
  CHECK(middle["arena_bytes"] <= fast["arena_bytes"]);
  CHECK(middle["code_bytes_estimate"] <= fast["code_bytes_estimate"]);
  CHECK_FALSE(mentions(fast, "--ram-limit"));

  const int64_t ram_limit = ram_of(fast) - 500;
  const json lean = compiled({"--ram-limit", std::to_string(ram_limit)});
  CHECK(ram_of(lean) <= ram_limit);
  CHECK(cycles_of(lean) > cycles_of(fast));
  CHECK(mentions(lean, "--ram-limit"));

  // Between what both may become at most.
  const int64_t flash_limit = (flash_of(fast) + flash_of(small)) / 2 * 13 / 10;
  const json tight = compiled({"--flash-limit", std::to_string(flash_limit)});
  CHECK(flash_of(tight) <= flash_limit);  // estimated; tests/codegen/flash_test.cpp measures it
  CHECK(cycles_of(tight) > cycles_of(fast));
  CHECK(cycles_of(tight) < cycles_of(small));
  CHECK(mentions(tight, "--flash-limit"));
  CHECK(compiled({"--flash-limit", std::to_string(flash_limit)}) == tight);

  const CommandResult too_small = burin({"compile", digits, "-t", "cortex-m4", "-o", place.path().string(),
                                         "--flash-limit", std::to_string(flash_of(small) / 2)});
  check_failure(too_small, 5, "E0502");
  CHECK_THAT(too_small.errors, Contains("bytes are missing") && Contains("no choice of kernels is smaller"));
}

TEST_CASE("a board's memory is a limit", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const fs::path board = place.path() / "tiny.json";
  REQUIRE(
      write_file(board,
                 R"({"name": "tiny", "kind": "board", "description": "far too small", "inherits": "cortex-m4",
    "regions": [{"name": "flash", "memory": "flash", "origin": "0x0", "bytes": 512},
                {"name": "ram", "memory": "ram", "origin": "0x20000000", "bytes": 64}]})")
          .ok());
  const CommandResult result = burin({"compile", sine(), "-o", place.path().string(), "-t", board.string()});
  check_failure(result, 5, "E0501");
  CHECK_THAT(result.errors, Contains("the limit is 64") && Contains("the limit is 512"));
}

TEST_CASE("compile prints its report, and with --explain the candidates", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const auto run = [&](bool explain) {
    std::vector<std::string> words = {"compile", sine(), "-t", "cortex-m4", "-o", place.path().string(),
                                      "--json"};
    if (explain) words.push_back("--explain");
    return parsed(burin(words));
  };
  const json printed = run(false);
  CHECK(printed == json::parse(*read_file(place.path() / "sine.json")));
  for (const json& layer : printed["layers"])
    CHECK_THAT(layer["requantization"].get<std::string>(), Contains("exact") && Contains("for all"));
  const std::string table =
      burin({"compile", sine(), "-t", "cortex-m4", "-o", place.path().string(), "--explain"}).output;
  CHECK_THAT(table, Contains("requantization: exact"));
  const json candidates = run(true)["candidates"];
  CHECK(std::ranges::count_if(candidates, [](const json& c) { return c["chosen"] == true; }) == 3);
  for (const json& candidate : candidates) CHECK(candidate["step"].get<int>() < 3);
}

TEST_CASE("inspect shows a model without a target", "[cli]") {
  const CommandResult text = burin({"inspect", sine()});
  CHECK(text.status == 0);
  CHECK(text.errors.empty());
  CHECK_THAT(text.output, Contains("FULLY_CONNECTED") && Contains("288 MACs") && Contains("int8[1,1]") &&
                              Contains("smallest RAM: 32 bytes"));
  const json facts = parsed(burin({"inspect", sine(), "--json"}));
  CHECK(facts["operators"].size() == 3);
  CHECK(facts["macs"] == 288);
  CHECK(facts["smallest_arena_bytes"] == 32);
  CHECK(facts["inputs"][0]["dtype"] == "int8");
}

TEST_CASE("ops lists what is supported, and what a model lacks", "[cli]") {
  const CommandResult text = burin({"ops"});
  CHECK(text.status == 0);
  CHECK_THAT(text.output, Contains("FULLY_CONNECTED"));
  const json all = parsed(burin({"ops", "--json"}));
  CHECK(all.size() >= 3);
  for (const json& op : all) {
    CHECK(!op["operator"].get<std::string>().empty());
    CHECK(!op["summary"].get<std::string>().empty());
  }
  CHECK(parsed(burin({"ops", sine(), "--json"})) ==
        json::parse(R"([{"operator": "FULLY_CONNECTED", "count": 3, "supported": true, "reason": null}])"));
  const CommandResult lacking = burin({"ops", odd("unsupported_operators"), "--json"});
  CHECK(lacking.status == 4);
  for (const json& op : json::parse(lacking.output)) CHECK(op["supported"] == false);
}

TEST_CASE("targets lists cores and boards, and details of one", "[cli]") {
  const CommandResult text = burin({"targets"});
  CHECK(text.status == 0);
  const json all = parsed(burin({"targets", "--json"}));
  CHECK(all.size() == target_names().size());
  for (const std::string& name : target_names()) {
    CHECK_THAT(text.output, Contains(name));
    CHECK(parsed(burin({"targets", name, "--json"}))["name"] == name);
    CHECK(burin({"targets", name}).status == 0);
  }
}

TEST_CASE("an unknown target is met with near names", "[cli]") {
  for (const char* verb : {"compile", "verify", "bench"}) {
    const CommandResult result = burin({verb, sine(), "-t", "cortex-m44"});
    check_failure(result, 2, "E0202");
    CHECK_THAT(result.errors, Contains("cortex-m4"));
  }
  check_failure(burin({"run", sine(), "--on", "cortex_m44", "--input", sine(), "--output", "x"}), 2, "E0202");
  check_failure(burin({"targets", "nano"}), 2, "E0202");
}

TEST_CASE("run gives the same bytes on the evaluator, the host and a core", "[cli][qemu]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const fs::path folder = fs::path(sine()).parent_path();
  const std::string expected = *read_file(folder / "test_outputs.bin");
  for (const char* on : {"evaluator", "host", "cortex-m4"}) {
    const std::string output = (place.path() / on).string();
    const CommandResult result = burin(
        {"run", sine(), "--on", on, "--input", (folder / "test_inputs.bin").string(), "--output", output});
    INFO(on << ": " << result.errors);
    CHECK(result.status == 0);
    CHECK(result.output.empty());
    CHECK(*read_file(output) == expected);
  }
}

TEST_CASE("run on data that do not fit is refused", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const auto data = [&](const char* name, size_t bytes) {
    REQUIRE(write_file(place.path() / name, std::string(bytes, '\1')).ok());
  };
  data("none", 0);
  data("seven", 7);
  data("four", 4);
  data("eight", 8);
  const std::string model = odd("two_inputs_two_outputs");
  const json inputs = parsed(burin({"inspect", model, "--json"}))["inputs"];
  REQUIRE(inputs.size() == 2);
  const std::vector<std::string> outputs = {"--output", "out0", "--output", "out1"};
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"run", model});
    words.insert(words.end(), outputs.begin(), outputs.end());
    return burin(words, {}, place.path());
  };
  for (const char* on : {"evaluator", "host", "cortex-m4"}) {
    check_failure(run({"--on", on}), 2, "E0204");
    check_failure(run({"--on", on, "--input", "four"}), 2, "E0204");
    check_failure(run({"--on", on, "--input", "none", "--input", "none"}), 2, "E0204");
    check_failure(run({"--on", on, "--input", "seven", "--input", "four"}), 2, "E0204");
    check_failure(run({"--on", on, "--input", "four", "--input", "four", "--input", "four"}), 2, "E0204");
    check_failure(run({"--on", on, "--input", "missing", "--input", "four"}), 2, "E0203");
  }
  check_failure(burin({"run", sine(), "--input", "four"}, {}, place.path()), 2, "E0204");
  check_failure(burin({"run", sine(), "--input", "four", "--output", "a", "--output", "b"}, {}, place.path()),
                2, "E0204");
  check_failure(burin({"run", sine(), "--input", "four", "--output", "four/below"}, {}, place.path()), 2,
                "E0203");
  CHECK(snapshot(place.path()).size() == 4);
}

TEST_CASE("verify compares layer by layer", "[cli]") {
  const CommandResult text = burin({"verify", sine()});
  CHECK(text.status == 0);
  CHECK_THAT(text.output, Contains("fully_connected"));
  CHECK_THAT(text.errors, Contains("equals the reference"));
  const json facts = parsed(burin({"verify", sine(), "--json", "--samples", "3"}));
  CHECK(facts["layers"].size() == 3);
  for (const json& layer : facts["layers"]) CHECK(layer["different"] == 0);
  CHECK(facts["outputs"][0]["elements"] == 3);
  const TemporaryDirectory place = *TemporaryDirectory::create();
  fs::copy_file(fs::path(sine()).parent_path() / "test_inputs.bin", place.path() / "in0.bin");
  CHECK(burin({"verify", sine(), "--data", place.path().string()}).status == 0);
  check_failure(burin({"verify", sine(), "--data", (place.path() / "missing").string()}), 2, "E0203");
}

TEST_CASE("verify and bench work on a core in the emulator", "[cli][qemu]") {
  CHECK(burin({"verify", sine(), "-t", "cortex-m4"}).status == 0);
  const json facts = parsed(burin({"bench", sine(), "-t", "cortex-m4", "--json"}));
  CHECK(facts["macs"] == 288);
  CHECK(facts["layers"].size() == 3);
  int64_t instructions = 0;
  for (const json& layer : facts["layers"]) instructions += layer["instructions"].get<int64_t>();
  CHECK(facts["instructions"].get<int64_t>() >= instructions - 16);
  CHECK(facts["m4_cycles"] >= facts["instructions"]);
  CHECK(facts["measured_stack_bytes"] <= facts["stack_bytes"]);
  const CommandResult text = burin({"bench", sine(), "-t", "M4", "--flag=-Os"});
  CHECK(text.status == 0);
  CHECK_THAT(text.output, Contains("-Os") && Contains("cycles"));
  CHECK_THAT(text.output, !Contains(" ms") && !Contains("microseconds"));
}

TEST_CASE("all verbs take the same target where none is given", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  CHECK(parsed(burin({"compile", sine(), "-o", place.path().string(), "--json"}))["target"] == "generic");
  CHECK(parsed(burin({"verify", sine(), "--json", "--samples", "1"}))["target"] == "generic");
  // What it cannot do for that target, a verb says.
  const CommandResult bench = burin({"bench", sine()});
  check_failure(bench, 2, "E0202");
  CHECK_THAT(bench.errors, Contains("target generic cannot be measured") && Contains("-t cortex-m4"));
  for (const char* verb : {"compile", "verify", "bench"})
    CHECK_THAT(burin({verb, "--help"}).output, Contains("TARGET=generic"));
}

TEST_CASE("code for a target that cannot be executed is not claimed to be right", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  REQUIRE(write_file(place.path() / "mine.json",
                     R"({"name": "mine", "kind": "board", "description": "d", "inherits": "generic"})")
              .ok());
  for (const char* target : {"esp32", "ESP32-C3", "himax-we-i-plus", "mine.json"}) {
    INFO(target);
    const CommandResult verify = burin({"verify", sine(), "-t", target}, {}, place.path());
    check_failure(verify, 2, "E0202");
    CHECK_THAT(verify.errors, Contains("cannot be executed") && Contains("-t generic"));
    check_failure(
        burin({"run", sine(), "--on", target, "--input", "mine.json", "--output", "x"}, {}, place.path()), 2,
        "E0202");
    check_failure(burin({"bench", sine(), "-t", target}, {}, place.path()), 2, "E0202");
    CHECK(burin({"compile", sine(), "-t", target, "-q"}, {}, place.path()).status == 0);
  }
}

TEST_CASE("a limit that a benchmark measures to be broken ends with exit code 5", "[cli][qemu]") {
  require_emulation();
  const auto bench = [](std::vector<std::string> more) {
    std::vector<std::string> words = {"bench", digits(), "-t", "cortex-m4", "--json", "--optimize", "size"};
    words.insert(words.end(), more.begin(), more.end());
    return burin(words);
  };
  // Loops that -O3 unrolls exceed what is promised for other levels.
  const CommandResult free = bench({"--flag=-O3"});
  const int64_t flash = parsed(free)["flash_bytes"];
  const CommandResult broken = bench({"--flag=-O0", "--flash-limit", std::to_string(flash)});
  INFO(broken.errors);
  CHECK(broken.status == 5);
  CHECK_THAT(broken.errors,
             Contains("error[E0502]") && Contains("with -O0 the model takes") && Contains("--flash-limit"));
  CHECK(json::parse(broken.output)["flash_bytes"] > flash);
  CHECK(bench({"--flag=-Os", "--flash-limit", std::to_string(flash + 4096)}).status == 0);
}

TEST_CASE("arrays of NumPy go in and come out by their names", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const fs::path folder = fs::path(sine()).parent_path();
  const std::string raw_in = *read_file(folder / "test_inputs.bin");
  const std::string raw_out = *read_file(folder / "test_outputs.bin");
  const auto npy = [](const std::string& descr, const std::string& shape, const std::string& elements,
                      const std::string& order = "False") {
    std::string header =
        "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
    header += std::string(117 - header.size(), ' ') + "\n";
    return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + elements;
  };
  const std::string count = std::to_string(raw_in.size());
  REQUIRE(write_file(place.path() / "in.npy", npy("|i1", "(" + count + ", 1)", raw_in)).ok());
  const auto run = [&](const std::string& input, const std::string& output) {
    return burin({"run", sine(), "--input", input, "--output", output}, {}, place.path());
  };
  CHECK(run("in.npy", "out.npy").status == 0);
  CHECK(run("in.npy", "out.bin").status == 0);
  CHECK(*read_file(place.path() / "out.bin") == raw_out);
  const std::string array = *read_file(place.path() / "out.npy");
  CHECK(array.size() % 64 == raw_out.size() % 64);
  CHECK(array.substr(array.size() - raw_out.size()) == raw_out);
  CHECK_THAT(array.substr(0, 128), Contains("'descr': '|i1', 'fortran_order': False, 'shape': (" + count));
  // What came out goes in again.
  CHECK(burin({"verify", sine(), "--data", "in.npy", "--expect", "out.npy", "-q"}, {}, place.path()).status ==
        0);
  const std::vector<std::pair<std::string, std::string>> bad = {
      {npy("<f4", "(1, 1)", std::string(4, '\0')), "<f4"},
      {npy("|i1", "(7,)", raw_in), "shape"},
      {npy(">i2", "(1,)", "ab"), "big-endian"},
      {npy("|i1", "(2, 2)", "abcd", "True"), "Fortran"},
      {npy("|O", "(1,)", "a"), "no numbers"},
      {npy("|i1", "(99999999999999999999,)", "a"), "shape"},
      {npy("|i1", "(4294967296, 4294967296, 4294967296)", "a"), "shape"},
      {npy("|i1", "(0,)", ""), "whole number of samples"},
      {"\x93NUMPY", "begin"},
      {std::string("\x93NUMPY\x01\x00\xff\xff{", 11), "header"},
      {raw_in, "begin"},
      {"", "begin"},
  };
  for (const auto& [text, message] : bad) {
    INFO(message);
    REQUIRE(write_file(place.path() / "bad.npy", text).ok());
    const CommandResult result = run("bad.npy", "never");
    check_failure(result, 2, "E0204");
    CHECK_THAT(result.errors, Contains(message) && Contains("help: "));
  }
  CHECK_FALSE(fs::exists(place.path() / "never"));
}

TEST_CASE("a dash is standard input and standard output", "[cli]") {
  const fs::path folder = fs::path(sine()).parent_path();
  const auto piped = [&](const std::string& line) {
    const auto result = run_process(
        {.words = {"/bin/sh", "-c", line, BURIN_TOOL, sine(), (folder / "test_inputs.bin").string()}});
    REQUIRE(result.ok());
    INFO(result->errors);
    CHECK(result->status == 0);
    return result->output;
  };
  CHECK(piped("\"$0\" run \"$1\" --input - --output - <\"$2\"") == *read_file(folder / "test_outputs.bin"));
  CHECK(piped("cat \"$2\" | \"$0\" run \"$1\" --input - --output - | cat") ==
        *read_file(folder / "test_outputs.bin"));
  const std::string two = odd("two_inputs_two_outputs");
  check_failure(burin({"run", two, "--input", "-", "--input", "-", "--output", "a", "--output", "b"}), 2,
                "E0201");
  check_failure(burin({"run", two, "--input", "a", "--input", "b", "--output", "-", "--output", "-"}), 2,
                "E0201");
  check_failure(burin({"run", sine(), "--input", "-", "--output", "-"}), 2, "E0204");  // stdin is empty
}

TEST_CASE("verify compares with what was recorded, and counts what is right", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const fs::path folder = fs::path(digits()).parent_path();
  const std::string inputs = (folder / "test_images.bin").string();
  std::string outputs = *read_file(folder / "test_outputs.bin");
  const std::string labels = *read_file(folder / "test_labels.bin");
  const auto verify = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"verify", digits(), "--json"});
    return burin(more, {}, place.path());
  };
  REQUIRE(write_file(place.path() / "same", outputs).ok());
  REQUIRE(write_file(place.path() / "labels", labels).ok());
  const json same = parsed(verify({"--data", inputs, "--expect", "same"}));
  CHECK(same["recorded"].size() == 1);
  CHECK(same["recorded"][0]["different"] == 0);
  CHECK(same["accuracy"].is_null());
  const size_t samples = labels.size();
  size_t right = 0;
  for (size_t sample = 0; sample < samples; ++sample) {
    const auto* const scores = reinterpret_cast<const int8_t*>(outputs.data()) + 10 * sample;
    right += std::max_element(scores, scores + 10) - scores == labels[sample] ? 1 : 0;
  }
  CHECK(right > samples * 9 / 10);
  const json counted = parsed(verify({"--data", inputs, "--labels", "labels"}));
  CHECK(counted["samples"] == samples);
  CHECK(counted["accuracy"].get<double>() ==
        Approx(static_cast<double>(right) / static_cast<double>(samples)));
  CHECK_THAT(burin({"verify", digits(), "--data", inputs, "--labels", "labels"}, {}, place.path()).output,
             Contains("accuracy: ") && Contains("(" + std::to_string(right) + " of "));
  // A difference from the record is one, though code and evaluator agree.
  outputs[0] = static_cast<char>(outputs[0] ^ 1);
  REQUIRE(write_file(place.path() / "other", outputs).ok());
  const CommandResult other = verify({"--data", inputs, "--expect", "other"});
  CHECK(other.status == 6);
  CHECK(json::parse(other.output)["recorded"][0]["different"] == 1);
  CHECK_THAT(other.errors, Contains("1 of ") && Contains("differ from the recorded output, by up to 1") &&
                               Contains("belong to these inputs"));
  // What does not fit is refused before anything is built.
  check_failure(verify({"--expect", "same"}), 2, "E0201");
  check_failure(verify({"--labels", "labels"}), 2, "E0201");
  check_failure(verify({"--data", inputs, "--expect", "same", "--expect", "same"}), 2, "E0204");
  check_failure(verify({"--data", inputs, "--expect", "labels"}), 2, "E0204");
  check_failure(verify({"--data", inputs, "--labels", "same"}), 2, "E0204");
  REQUIRE(write_file(place.path() / "labels", std::string(samples, '\12')).ok());
  check_failure(verify({"--data", inputs, "--labels", "labels"}), 2, "E0204");
}

TEST_CASE("tools that are missing are named with what to install", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const std::string nowhere = "PATH=" + place.path().string();
  const std::string output = (place.path() / "out").string();
  const std::string data = (fs::path(sine()).parent_path() / "test_inputs.bin").string();
  struct Case {
    std::vector<std::string> words;
    std::vector<std::string> variables;
    std::string remedy;
  };
  const auto run_on = [&](const char* on) {
    return std::vector<std::string>{"run", sine(), "--on", on, "--input", data, "--output", output};
  };
  const Case cases[] = {
      {run_on("host"), {nowhere, "CXX="}, "apt-get install g++"},
      {run_on("host"), {"CXX=/no/such/compiler"}, "set CXX to a program that exists"},
      {run_on("cortex-m4"), {nowhere, "BURIN_ARM_CXX="}, "apt-get install gcc-arm-none-eabi"},
      {run_on("cortex-m4"), {"BURIN_ARM_CXX=/no/such/compiler"}, "BURIN_ARM_CXX"},
      {run_on("cortex-m4"), {"BURIN_QEMU=/no/such/emulator"}, "BURIN_QEMU"},
      {{"verify", sine()}, {nowhere, "CXX="}, "apt-get install g++"},
      {{"verify", sine(), "-t", "cortex-m4"},
       {nowhere, "BURIN_ARM_CXX="},
       "apt-get install gcc-arm-none-eabi"},
      {{"bench", sine(), "-t", "cortex-m4"}, {nowhere, "BURIN_ARM_CXX="}, "apt-get install"},
      {{"bench", sine(), "-t", "cortex-m4"}, {"BURIN_QEMU=/no/such/emulator"}, "BURIN_QEMU"},
  };
  for (const Case& c : cases) {
    const CommandResult result = burin(c.words, c.variables);
    check_failure(result, 2, "E0205");
    CHECK_THAT(result.errors, Contains("help: ") && Contains(c.remedy));
  }
  CHECK(snapshot(place.path()).empty());
  // What needs no tool works without any.
  for (const std::vector<std::string>& words :
       {run_on("evaluator"),
        {"inspect", sine()},
        {"compile", sine(), "-t", "cortex-m4", "-o", place.path().string()}})
    CHECK(burin(words, {nowhere}).status == 0);
}

TEST_CASE("a compiler that fails is quoted", "[cli]") {
  const CommandResult result = burin({"verify", sine()}, {"CXX=false"});
  check_failure(result, 2, "E0206");
  CHECK_THAT(result.errors, Contains("compiling the generated file failed"));
}

TEST_CASE("an emulator that is none is told by what it leaves", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const std::string data = (fs::path(sine()).parent_path() / "test_inputs.bin").string();
  const std::vector<std::string> run = {"run",     sine(), "--on",     "cortex-m4",
                                        "--input", data,   "--output", (place.path() / "out").string()};
  require_emulation();
  REQUIRE(burin(run).status == 0);
  for (const std::vector<std::string>& words :
       {run, {"bench", sine(), "-t", "cortex-m4"}, {"verify", sine(), "-t", "cortex-m4"}}) {
    const CommandResult result = burin(words, {"BURIN_QEMU=true"});
    check_failure(result, 2, "E0206");
    CHECK_THAT(result.errors, Contains("left no results") && Contains("BURIN_QEMU"));
  }
}

TEST_CASE("outputs are counted before a model runs", "[cli]") {
  const std::string data = (fs::path(sine()).parent_path() / "test_inputs.bin").string();
  const CommandResult result =
      burin({"run", sine(), "--on", "host", "--input", data}, {"CXX=/no/such/compiler"});
  check_failure(result, 2, "E0204");
  CHECK_THAT(result.errors, Contains("the model has 1 output, but 0 files are named"));
}

TEST_CASE("the text form goes in a circle through the tool", "[cli]") {
  const TemporaryDirectory place = *TemporaryDirectory::create();
  const std::string out = place.path().string();
  const auto dump = [&](const std::string& model, const std::string& name) {
    REQUIRE(
        burin({"compile", model, "-o", out, "--name", name, "--dump-tir", out + "/" + name + ".tir", "-q"})
            .status == 0);
  };
  dump(sine(), "first");
  dump(out + "/first.tir", "second");
  CHECK(*read_file(out + "/first.tir") == *read_file(out + "/second.tir"));
  const auto body = [&](const std::string& name) {
    const std::string text = *read_file(out + "/" + name + ".cpp");
    const size_t begin = text.find("// ==== constants ====");
    const size_t end = text.find("// ==== kernels ====");
    REQUIRE(begin < end);
    REQUIRE(end != std::string::npos);
    return std::regex_replace(text.substr(begin, end - begin), std::regex("FIRST|SECOND"), "ID");
  };
  CHECK(body("first") == body("second"));
}

}  // namespace burin::test
