#include "target/target.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "support/embedded_files.hpp"

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
