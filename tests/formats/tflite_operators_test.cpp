// The table of readers beside the list of operators.
#include <catch2/catch.hpp>
#include <set>

#include "formats/tflite/operators/operators.hpp"
#include "ops/operator.hpp"

namespace burin {
namespace {

using tflite::schema::BuiltinOperator;

std::string name_of_kind(BuiltinOperator kind) {
  return tflite::schema::EnumNameBuiltinOperator(kind);
}

}  // namespace

TEST_CASE("every operator that the format has under one name is read under that name", "[formats]") {
  std::set<std::string> read;
  for (const BuiltinOperator kind : tflite::schema::EnumValuesBuiltinOperator()) {
    const tflite::OperatorReader* const row = tflite::reader_of(kind);
    if (row == nullptr) continue;
    INFO(name_of_kind(kind));
    CHECK(read.insert(name_of_kind(kind)).second);
  }
  for (const Operator* definition : all_operators()) {
    const OperatorFacts& facts = definition->facts();
    INFO(name_of(facts.op));
    if (facts.tflite_name.empty()) continue;
    if (const tflite::OperatorReader* custom = tflite::custom_reader_of(facts.tflite_name)) {
      CHECK(custom->op == facts.op);
      continue;
    }
    REQUIRE(read.contains(std::string(facts.tflite_name)));
    for (const BuiltinOperator kind : tflite::schema::EnumValuesBuiltinOperator())
      if (name_of_kind(kind) == facts.tflite_name) CHECK(tflite::reader_of(kind)->op == facts.op);
  }
}

TEST_CASE("no kind of operator has two readers", "[formats]") {
  std::multiset<BuiltinOperator> kinds;
  for (const auto rows :
       {tflite::elementwise_operators(), tflite::movement_operators(), tflite::pooling_operators(),
        tflite::recurrent_operators(), tflite::reduction_operators(), tflite::weighted_operators()})
    for (const tflite::OperatorReader& row : rows) kinds.insert(row.kind);
  CHECK(kinds.size() > 80);
  for (const BuiltinOperator kind : kinds) {
    INFO(name_of_kind(kind));
    CHECK(kinds.count(kind) == 1);
  }
}

}  // namespace burin
