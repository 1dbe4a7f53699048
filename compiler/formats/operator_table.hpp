// What the readers of all formats tell of a file and of its operators.
#pragma once

#include <string>
#include <vector>

#include "formats/import.hpp"
#include "support/diagnostic.hpp"
#include "support/result.hpp"

namespace burin {

// What became of one operator of a model.
struct OperatorOutcome {
  std::string name;  // of its kind, printable
  Diagnostics findings;
};

// E0302: the bytes of the file are not what its format asks for.
Diagnostic damaged_file(std::string message);

// The kinds of operators in the order of their first use. Of what was found about the file itself, that which
// makes it malformed is what comes back instead.
Result<std::vector<ModelOperator>> operator_table(const Diagnostics& file_findings,
                                                  const std::vector<OperatorOutcome>& outcomes);

}  // namespace burin
