// Options whose value is one of a few words.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "support/diagnostic.hpp"

namespace burin {

// An option that sets `variable` to what its word stands for. Another word is a usage error that lists the
// right ones.
template <class T>
CLI::Option* add_choice(CLI::App& app, const std::string& name, T& variable,
                        const std::map<std::string, T>& words, const std::string& description) {
  std::string known;
  for (const auto& [word, value] : words) known += (known.empty() ? "" : "|") + word;
  const auto choose = [&variable, name, words, known](const std::string& text) {
    const auto found = words.find(text);
    if (found == words.end())
      throw CLI::ValidationError(name, fmt::format("{} is not one of {}", printable(text, 40), known));
    variable = found->second;
  };
  return app.add_option_function<std::string>(name, choose, description)->type_name(known);
}

}  // namespace burin
