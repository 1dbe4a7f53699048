// The table of operators against types has no gaps beside TensorFlow Lite Micro but those that it explains.
#include <catch2/catch.hpp>

#include "support/type_table.hpp"

namespace burin::test {

TEST_CASE("every type of an operator that TensorFlow Lite Micro has is supported, or its absence explained",
          "[types]") {
  const TypesOf here = supported_types();
  const std::map<std::string, std::string> gaps = explained_gaps();
  std::set<std::string> missing;
  for (const auto& [name, types] : types_of_tflm()) {
    const auto own = here.find(name);
    if (own == here.end()) {
      missing.insert(name);
      continue;
    }
    for (const DType dtype : types)
      if (!own->second.contains(dtype)) missing.insert(name + " " + std::string(long_name_of(dtype)));
  }
  for (const std::string& gap : missing) {
    INFO(gap << " is missing and not explained");
    CHECK(gaps.contains(gap));
  }
  for (const auto& [gap, reason] : gaps) {
    INFO(gap << " is explained and not missing");
    CHECK(missing.contains(gap));
  }
}

}  // namespace burin::test
