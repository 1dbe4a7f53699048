#include "execute/execution.hpp"

#include <catch2/catch.hpp>
#include <span>

#include "execute/bench.hpp"
#include "execute/toolchain.hpp"
#include "support/skip.hpp"
#include "unit/fake_model.hpp"

using namespace burin;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

Target target_named(const std::string& name) {
  Result<Target> target = load_target(name);
  REQUIRE(target.ok());
  return *std::move(target);
}

TemporaryDirectory folder() {
  Result<TemporaryDirectory> created = TemporaryDirectory::create();
  REQUIRE(created.ok());
  return *std::move(created);
}

std::string words_of(const Diagnostics& diagnostics) {
  std::string words;
  for (const Diagnostic& diagnostic : diagnostics)
    words += diagnostic.message + "\n" + diagnostic.help + "\n";
  return words;
}

const char* const cores[] = {"cortex-m0plus", "cortex-m3",  "cortex-m4",
                             "cortex-m7",     "cortex-m33", "cortex-m55"};

}  // namespace

TEST_CASE("generated code runs on the host, sample after sample", "[execution]") {
  const TemporaryDirectory place = folder();
  const auto result = execute(fake_model::write(place.path()), target_named("host"), fake_model::inputs());
  INFO(words_of(result.diagnostics()));
  REQUIRE(result.ok());
  fake_model::check_outputs(result->outputs);
  CHECK(result->arena_bytes == 64);
  CHECK(result->state_bytes == 4);
  CHECK_FALSE(result->stack_bytes.has_value());
}

TEST_CASE("generated code runs on every core in the emulator", "[execution][emulator]") {
  test::require_emulation();
  const TemporaryDirectory place = folder();
  const GeneratedModel model = fake_model::write(place.path());
  for (const char* core : cores) {
    const auto result = execute(model, target_named(core), fake_model::inputs());
    INFO(core << ": " << words_of(result.diagnostics()));
    REQUIRE(result.ok());
    fake_model::check_outputs(result->outputs);
    // Deep::run takes 1000 bytes, and the two calls above it some registers.
    CHECK(*result->stack_bytes >= 1000);
    CHECK(*result->stack_bytes < 1200);
  }
}

TEST_CASE("the bench counts each layer exactly", "[execution][emulator]") {
  test::require_emulation();
  if (!find_tool(Tool::host_cc))
    test::skip("no C compiler for this machine, which the counting plug-in needs");
  const TemporaryDirectory place = folder();
  const GeneratedModel model = fake_model::write(place.path());
  const TensorData sample = {{1, 2, 3, 0xFF}, {2, 0}};
  for (const char* core : cores) {
    const auto report = bench(model, target_named(core), sample);
    INFO(core << ": " << words_of(report.diagnostics()));
    REQUIRE(report.ok());
    REQUIRE(report->layers.size() == 5);
    // Spin::run(300) against Spin::run(100): 200 rounds of a subtraction and a taken branch, which costs 1
    // + 2.
    const Cost& shorter = report->layers[2];
    const Cost& longer = report->layers[3];
    CHECK(longer.instructions - shorter.instructions >= 400);
    CHECK(longer.instructions - shorter.instructions <= 401);  // 300 may take one more instruction to load
    CHECK(longer.cycles - shorter.cycles >= 800);
    CHECK(longer.cycles - shorter.cycles <= 802);
    CHECK(shorter.instructions >= 201);
    CHECK(shorter.instructions <= 204);
    Cost sum = report->outside;
    for (const Cost& layer : report->layers) {
      CHECK(layer.instructions > 0);
      CHECK(layer.cycles >= layer.instructions);
      sum.instructions += layer.instructions;
      sum.cycles += layer.cycles;
    }
    // The marks have no code of their own; at most a few instructions move.
    CHECK(sum.instructions <= report->total.instructions + 8);
    CHECK(sum.instructions + 8 >= report->total.instructions);
    CHECK(report->object.constant_bytes >= 300);
    CHECK(report->object.constant_bytes < 400);
    CHECK(report->object.code_bytes > 100);
    CHECK(report->object.ram_bytes() == 0);
    CHECK(report->image.flash_bytes() > report->object.flash_bytes());
    // Step 1: the state of the warm-up is forgotten.
    CHECK(report->run.outputs[0] == std::vector<uint8_t>{20, 0, 0, 0, 1, 0, 0, 0});
    CHECK(*report->run.stack_bytes >= 1000);
  }
}

TEST_CASE("a bench gives the same counts every time", "[execution][emulator]") {
  test::require_emulation();
  if (!find_tool(Tool::host_cc))
    test::skip("no C compiler for this machine, which the counting plug-in needs");
  const TemporaryDirectory place = folder();
  const GeneratedModel model = fake_model::write(place.path());
  const TensorData sample = {{1, 2, 3, 0xFF}, {2, 0}};
  const auto first = bench(model, target_named("cortex-m4"), sample);
  const auto second = bench(model, target_named("cortex-m4"), sample);
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK(first->total == second->total);
  CHECK(first->layers == second->layers);
}

TEST_CASE("a target without an emulator cannot be benched", "[execution]") {
  const TemporaryDirectory place = folder();
  const auto report = bench(fake_model::write(place.path()), target_named("generic"), fake_model::inputs());
  REQUIRE_FALSE(report.ok());
  CHECK(report.diagnostics()[0].code == DiagnosticCode::E0202);
}

TEST_CASE("data that do not fit the model are refused before anything is built", "[execution]") {
  const TemporaryDirectory place = folder();
  const GeneratedModel model = fake_model::write(place.path());
  for (const TensorData& data : {TensorData{}, TensorData{{1, 2, 3, 4}}, TensorData{{1, 2, 3}, {1, 2}},
                                 TensorData{{}, {}}, TensorData{{1, 2, 3, 4}, {1, 2, 3, 4}}}) {
    const auto result = execute(model, target_named("host"), data);
    REQUIRE_FALSE(result.ok());
    CHECK(result.diagnostics()[0].code == DiagnosticCode::E0204);
  }
}

namespace {

struct Sabotage {
  const char* target;
  const char* statement;
  const char* said;
};

void check_found_out(std::span<const Sabotage> cases) {
  for (const Sabotage& c : cases) {
    const TemporaryDirectory place = folder();
    const auto result = execute(fake_model::write(place.path(), c.statement), target_named(c.target),
                                fake_model::inputs(), {.flags = {"-O0"}, .timeout = 3s});
    INFO(c.target << ": " << c.statement << "\n" << words_of(result.diagnostics()));
    REQUIRE_FALSE(result.ok());
    CHECK(result.diagnostics()[0].code == DiagnosticCode::E0206);
    CHECK_THAT(result.diagnostics()[0].message, Contains(c.said));
  }
}

}  // namespace

TEST_CASE("generated code that misbehaves is found out on the host", "[execution]") {
  const Sabotage cases[] = {
      {"host", "static_cast<char *>(context->arena)[64] = 1;", "around the arena"},
      {"host", "static_cast<char *>(context->state)[-1] = 1;", "around the state"},
      {"host", "return FAKE_ERROR_NULL;", "invoke failed"},
      {"host", "for (;;) fake_reset(context);", "no end"},
      {"host", "nonsense", "error"},
  };
  check_found_out(cases);
}

TEST_CASE("generated code that misbehaves is found out in the emulator", "[execution][emulator]") {
  test::require_emulation();
  const Sabotage cases[] = {
      {"cortex-m4", "static_cast<char *>(context->arena)[64] = 1;", "around the arena"},
      {"cortex-m4", "*reinterpret_cast<volatile int *>(0xF0000000u) = 1;", "fault: exception 0x00000003"},
      {"cortex-m0plus", "__asm__ volatile(\"ldr r3, [%0]\" : : \"l\"(fake_signal(context) + 1) : \"r3\");",
       "fault"},
      {"cortex-m33", "return fake_invoke(context), FAKE_OK;", "stack overflow"},
      {"cortex-m3", "volatile char room[300000]; for (int i = 0; i < 300000; ++i) room[i] = 0;", "too small"},
      {"cortex-m4", "for (;;) fake_reset(context);", "no end"},
  };
  check_found_out(cases);
}

TEST_CASE("an object file that is none is refused", "[execution]") {
  CHECK_FALSE(parse_elf("", "x").ok());
  std::string bytes(
      "\x7f"
      "ELF\x01\x01",
      6);
  CHECK_FALSE(parse_elf(bytes, "x").ok());
  bytes.resize(52, '\xff');
  CHECK_FALSE(parse_elf(bytes, "x").ok());
}
