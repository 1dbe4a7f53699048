#include "target/target.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "support/embedded_files.hpp"
#include "target/listing.hpp"

using namespace burin;
using Catch::Contains;

namespace {

Diagnostic error_of(const std::string& json) {
  const Result<Target> target = parse_target(json, "mine.json");
  REQUIRE_FALSE(target.ok());
  REQUIRE(target.diagnostics().size() == 1);
  CHECK(target.diagnostics()[0].code == DiagnosticCode::E0207);
  CHECK(target.diagnostics()[0].file == "mine.json");
  return target.diagnostics()[0];
}

}  // namespace

TEST_CASE("every target that travels with the tool loads and is named like its file", "[target]") {
  const std::vector<std::string> names = target_names();
  CHECK(names.size() == embedded_files_under("targets/").size() - 1);  // all but the schema
  for (const std::string& name : names) {
    INFO(name);
    const Result<Target> target = load_target(name);
    REQUIRE(target.ok());
    CHECK(target->name == name);
    CHECK_FALSE(target->description.empty());
    CHECK(target->kernel_sets.back() == KernelSet::generic);
    if (target->kind == TargetKind::board) {
      CHECK(target->flash_bytes().has_value());
      CHECK(target->ram_bytes().has_value());
    }
  }
}

TEST_CASE("a board has the facts of its core and its own memories", "[target]") {
  const Result<Target> board = load_target("nano33-ble-sense");
  REQUIRE(board.ok());
  CHECK(board->core == "cortex-m4");
  CHECK(board->has(Feature::dsp));
  CHECK_FALSE(board->has(Feature::vector_integer));
  CHECK(board->kernel_sets == std::vector{KernelSet::arm_dsp, KernelSet::generic});
  CHECK(board->guard == "defined(__ARM_FEATURE_DSP)");
  REQUIRE(board->emulator.has_value());
  CHECK(board->emulator->machine == "mps2-an386");
  CHECK(board->flash_bytes() == 1048576u);
  CHECK(board->ram_bytes() == 262144u);
}

TEST_CASE("adjoining memories count together, others do not", "[target]") {
  CHECK(load_target("nucleo-l4r5zi")->ram_bytes() == 655360u);
  CHECK(load_target("nucleo-h743zi")->ram_bytes() == 524288u);
}

TEST_CASE("generic asks nothing of the compiler", "[target]") {
  const Result<Target> generic = load_target("generic");
  REQUIRE(generic.ok());
  CHECK(generic->guard.empty());
  CHECK(generic->compiler_flags.empty());
  CHECK_FALSE(generic->emulator.has_value());
  CHECK_FALSE(generic->ram_bytes().has_value());
}

TEST_CASE("an unknown target names near ones", "[target]") {
  const auto help = [](std::string_view name) {
    const Result<Target> target = load_target(name);
    REQUIRE_FALSE(target.ok());
    CHECK(target.diagnostics()[0].code == DiagnosticCode::E0202);
    return target.diagnostics()[0].help;
  };
  CHECK_THAT(help("cortex-m5"), Contains("cortex-m55") && Contains("cortex-m4") && !Contains("nano33"));
  CHECK_THAT(help("nano33"), Contains("did you mean nano33-ble-sense?"));
  CHECK_THAT(help("schema"), !Contains("did you mean"));
  CHECK_THAT(help("../targets/generic"), Contains("burin targets"));
  CHECK_THAT(help(std::string(100000, 'x')), !Contains("did you mean"));
  CHECK_THAT(load_target("a\nb").diagnostics()[0].message, Contains("a\\x0ab"));
}

TEST_CASE("a target file that breaks the schema is refused with its place", "[target]") {
  CHECK_THAT(error_of("").message, Contains("empty"));
  CHECK_THAT(error_of("{").place, Contains("line 1"));
  CHECK_THAT(error_of("{}").message, Contains("name"));
  const Diagnostic unknown_key = error_of("{\"name\": \"x\",\n\"flahs\": 3}");
  CHECK_THAT(unknown_key.message, Contains("flahs"));
  CHECK(unknown_key.place == "line 2");
  CHECK_THAT(error_of(R"({"name": "x", "description": "y", "features": ["dps"]})").message, Contains("dps"));
  CHECK_THAT(error_of(R"({"name": 3, "description": "y"})").message, Contains("string"));
  CHECK_THAT(error_of(R"({"name": "x", "description": "y", "inherits": "cortex-m9"})").message,
             Contains("cortex-m9"));
  CHECK_THAT(
      error_of(R"({"name": "x", "kind": "board", "description": "y", "kernel_sets": ["generic"]})").message,
      Contains("inherit a core"));
  CHECK_THAT(error_of(R"({"name": "x", "description": "y", "inherits": "rpi-pico"})").message,
             Contains("cannot inherit"));
  CHECK_THAT(error_of(R"({"name": "x", "description": "y"})").message, Contains("kernel_sets"));
  error_of(R"({"name": "x", "description": "y", "inherits": "generic"} {})");
  error_of(std::string("{\0}", 3));
  error_of(std::string(100000, '['));
  error_of("{\"name\": \"\xff\xfe\", \"description\": \"y\"}");
}

TEST_CASE("a target inherits the costs that it does not give, one by one", "[target]") {
  const Costs inherited = load_target("cortex-m4")->costs;
  const Result<Target> own = parse_target(
      R"({"name": "mine", "kind": "core", "description": "d", "inherits": "cortex-m4", "costs": {"division": 40}})",
      "mine.json");
  REQUIRE(own.ok());
  CHECK(own->costs.division == 40);
  CHECK(own->costs.packed == inherited.packed);
  CHECK(own->costs.float_product == inherited.float_product);
  for (const std::string& name : target_names())
    Costs::fields(load_target(name)->costs, [&](const char* cost, float cycles) {
      INFO(name << ": " << cost);
      CHECK(cycles > 0);
    });
}

TEST_CASE("costs that are misspelt or no costs are refused", "[target]") {
  const auto with = [](const std::string& costs) {
    return "{\"name\": \"mine\", \"kind\": \"core\", \"description\": \"d\",\n \"inherits\": \"generic\",\n "
           "\"costs\": {" +
           costs + "}}";
  };
  CHECK(parse_target(with("\"product\": 3.5"), "mine.json")->costs.product == 3.5F);
  const Diagnostic misspelt = error_of(with("\"divisoin\": 3"));
  CHECK_THAT(misspelt.message, Contains("divisoin"));
  CHECK_THAT(misspelt.place, Contains("line 3"));
  CHECK_THAT(error_of(with("\"packed\": -1")).message, Contains("packed"));
  CHECK_THAT(error_of(with("\"float_product\": 1e30")).message, Contains("float_product"));
}

TEST_CASE("a target can be a file of the user's own", "[target]") {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "burin_target_test.json";
  std::ofstream(path)
      << R"({"name": "mine", "kind": "board", "description": "my board", "inherits": "cortex-m33",
    "regions": [{"name": "ram", "memory": "ram", "origin": "0x20000000", "bytes": 65536}]})";
  const Result<Target> mine = load_target(path.string());
  std::filesystem::remove(path);
  REQUIRE(mine.ok());
  CHECK(mine->core == "cortex-m33");
  CHECK(mine->ram_bytes() == 65536u);
  CHECK_FALSE(mine->flash_bytes().has_value());

  const Result<Target> absent = load_target(path.string());
  REQUIRE_FALSE(absent.ok());
  CHECK(absent.diagnostics()[0].code == DiagnosticCode::E0203);
}

TEST_CASE("targets are found by the names that people use", "[target]") {
  const std::vector<std::pair<const char*, const char*>> names = {
      {"ESP32", "esp32-devkitc"},
      {"esp32", "esp32-devkitc"},
      {"ESP32-S3", "esp32-s3-devkitc"},
      {"esp32c3", "esp32-c3-devkitm"},
      {"esp_eye", "esp-eye"},
      {"m85", "cortex-m55"},
      {"M4", "cortex-m4"},
      {"cortex_m4f", "cortex-m4"},
      {"Cortex-M23", "cortex-m23"},
      {"cortex-m0", "cortex-m0plus"},
      {"Arm Cortex-M33", "cortex-m33"},
      {"Arduino Nano 33 BLE Sense", "nano33-ble-sense"},
      {"SparkFun Edge", "sparkfun-edge"},
      {"STM32F746 Discovery", "stm32f746-discovery"},
      {"Adafruit EdgeBadge", "adafruit-edgebadge"},
      {"Adafruit TensorFlow Lite for Microcontrollers Kit", "adafruit-tflm-kit"},
      {"Adafruit Circuit Playground Bluefruit", "circuit-playground-bluefruit"},
      {"ESP32-DevKitC", "esp32-devkitc"},
      {"ESP-EYE", "esp-eye"},
      {"Wio Terminal", "wio-terminal"},
      {"Himax WE-I Plus EVB", "himax-we-i-plus"},
      {"Synopsys ARC EM SDP", "arc-em-sdp"},
      {"Sony Spresense", "spresense"},
      {"nRF5340 DK", "nrf5340-dk"},
      {"micro:bit v2", "microbit-v2"},
      {"Arduino Portenta H7", "portenta-h7"},
      {"Arduino Uno R4", "uno-r4"},
      {"Raspberry Pi Pico", "rpi-pico"},
      {"RP2350", "rpi-pico2"},
      {"GENERIC", "generic"},
  };
  for (const auto& [wanted, name] : names) {
    INFO(wanted);
    const Result<Target> target = load_target(wanted);
    REQUIRE(target.ok());
    CHECK(target->name == name);
  }
}

TEST_CASE("no two targets share a name, however it is written", "[target]") {
  std::set<std::string> names;
  for (const std::string& name : target_names()) {
    const Result<Listing> listing = load_listing(name);
    std::vector<std::string> own = listing->aliases;
    own.push_back(name);
    for (const std::string& each : own) {
      INFO(name << ": " << each);
      CHECK(load_target(each)->name == name);
      CHECK(names.insert(each).second);
    }
  }
}

TEST_CASE("a board says where its memories and its clock come from", "[target]") {
  size_t boards = 0;
  for (const std::string& name : target_names()) {
    const Result<Listing> listing = load_listing(name);
    if (listing->target.kind != TargetKind::board) continue;
    INFO(name);
    ++boards;
    CHECK_FALSE(listing->datasheet.empty());
    CHECK(listing->clock_hz >= 16'000'000);
    CHECK(listing->clock_hz <= 1'000'000'000);
    CHECK(listing->target.flash_bytes() >= 256u << 10);
    CHECK(listing->target.ram_bytes() >= 32u << 10);
  }
  CHECK(boards >= 22);
}

TEST_CASE("the core of a known chip is told, and for any other chip what to do", "[target]") {
  const auto help = [](std::string_view name) { return load_target(name).diagnostics().at(0).help; };
  CHECK_THAT(help("STM32F411RE"), Contains("-t cortex-m4,") && Contains("--ram-limit"));
  CHECK_THAT(help("stm32f103"), Contains("-t cortex-m3,"));
  CHECK_THAT(help("stm32h755"), Contains("-t cortex-m7,"));
  CHECK_THAT(help("nRF9160"), Contains("-t cortex-m33,"));
  CHECK_THAT(help("esp32-c6"), Contains("-t riscv32imc,"));
  CHECK_THAT(help("ESP32-S2"), Contains("-t xtensa-lx7,"));
  CHECK_THAT(help("atmega328p"), Contains(".json") && Contains("generic") && Contains("--ram-limit"));
  // The start of each chip's name leads to the core that has it in its file, and to a target that is none
  // yet.
  for (const std::string& name : target_names()) {
    const Result<Listing> listing = load_listing(name);
    for (const std::string& chip : listing->chips) {
      INFO(name << ": " << chip);
      const Result<Target> unknown = load_target(chip + "zzz");
      REQUIRE_FALSE(unknown.ok());
      CHECK_THAT(unknown.diagnostics()[0].help, Contains("-t " + name + ","));
    }
  }
}

TEST_CASE("cores of other families have the portable kernels", "[target]") {
  for (const char* name : {"esp32", "esp32-s3", "esp32-c3", "himax-we-i-plus", "arc-em-sdp"}) {
    const Result<Target> target = load_target(name);
    REQUIRE(target.ok());
    CHECK(target->kernel_sets == std::vector{KernelSet::generic});
    CHECK_FALSE(target->emulator.has_value());
    CHECK_FALSE(runs_here(*target));
    CHECK(why_not_executed(*target).has_value());
  }
  for (const char* name : {"generic", "host"}) CHECK(runs_here(*load_target(name)));
  for (const char* name : {"cortex-m23", "uno-r4"})
    CHECK_FALSE(why_not_executed(*load_target(name)).has_value());
}

TEST_CASE("texts of a target file stay what they are: names, lines, conditions, flags", "[target]") {
  const auto with = [](const std::string& key, const std::string& value) {
    std::string text = R"({"name": "mine", "kind": "core", "description": "d", "inherits": "generic"})";
    if (key == "name" || key == "description")
      text.replace(text.find(key == "name" ? "mine" : "\"d\"") - (key == "name" ? 1 : 0),
                   key == "name" ? 6 : 3, value);
    else
      text.insert(text.size() - 1, ", \"" + key + "\": " + value);
    return text;
  };
  for (const char* name :
       {R"("")", R"("a\nb")", R"("a b")", R"("a\"b")", R"("a/b")", R"("\u001b[31m")", R"("é")"})
    CHECK_THAT(error_of(with("name", name)).message, Contains("name"));
  for (const char* text : {R"("a\nb")", R"("\u001b[31mred")", R"("\u202eback")"})
    CHECK_THAT(error_of(with("description", text)).message, Contains("description"));
  for (const char* guard :
       {R"("1\n#error")", R"("1 /* ")", R"("1 \\")", R"("'")", R"("1 // x")", R"("__has_include(<x>) ;")"})
    CHECK_THAT(error_of(with("guard", guard)).message, Contains("guard"));
  CHECK(parse_target(with("guard", R"("defined(__ARM_FEATURE_DSP) && __ARM_ARCH >= 7")"), "mine.json").ok());
  for (const char* flags : {R"(["-o", "x"])", R"(["-fplugin=/tmp/x.so"])", R"(["@file"])", R"(["-wrapper"])",
                            R"(["-B/tmp"])", R"(["x.c"])", R"(["-m a"])", R"([""])"})
    CHECK_THAT(error_of(with("compiler_flags", flags)).message, Contains("compiler_flags"));
  CHECK(
      parse_target(with("compiler_flags", R"(["-mcpu=cortex-m4+nofp", "-DX=1", "-fno-common"])"), "mine.json")
          .ok());
  CHECK_THAT(error_of(with("aliases", R"(["a\nb"])")).message, Contains("aliases"));
  CHECK_THAT(
      error_of(with("emulator", R"({"machine": "x -m", "flash_bytes": 1000000, "ram_bytes": 1000000})"))
          .message,
      Contains("machine"));
  CHECK_THAT(
      error_of(with("emulator", R"({"machine": "x", "flash_bytes": 10, "ram_bytes": 1000000})")).message,
      Contains("flash"));
}

TEST_CASE("memories of a target file are such as can be added up", "[target]") {
  const auto region = [](const std::string& origin, const std::string& bytes) {
    return R"({"name": "mine", "kind": "board", "description": "d", "inherits": "generic", "regions": [)"
           R"({"name": "odd", "memory": "ram", "origin": )" +
           origin + ", \"bytes\": " + bytes + "}]}";
  };
  for (const auto& [origin, bytes] : {std::pair{"0", "18446744073709551615"},
                                      {"0", "9223372036854775808"},
                                      {"18446744073709551615", "2"},
                                      {"0", "0"},
                                      {"0", "-1"}}) {
    INFO(origin << " " << bytes);
    CHECK_THAT(error_of(region(origin, bytes)).message, Contains("odd") || Contains("does not fit"));
  }
  CHECK(parse_target(region("\"0x20000000\"", "65536"), "mine.json")->ram_bytes() == 65536u);
  const std::string overlapping =
      R"({"name": "mine", "kind": "board", "description": "d", "inherits": "generic", "regions": [)"
      R"({"name": "a", "memory": "ram", "origin": 0, "bytes": 100}, {"name": "b", "memory": "ram", "origin": 50, "bytes": 100}]})";
  CHECK_THAT(error_of(overlapping).message, Contains("overlap"));
}
