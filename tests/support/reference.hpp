// docs/reference.md, made from what the tool itself says.
#pragma once

#include <string>
#include <vector>

namespace burin {

// The verbs that `burin --help` lists, in its order.
std::vector<std::string> verb_names();

// What `burin VERB --help` prints; of the tool itself where the verb is empty.
std::string help_text(const std::string& verb);

// The whole page.
std::string reference_page();

}  // namespace burin
