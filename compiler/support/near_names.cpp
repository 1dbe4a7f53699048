#include "support/near_names.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace burin {
namespace {

// Letters to change, insert or drop (Levenshtein).
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<std::string> near_names(std::string_view wanted, const std::vector<std::string>& known) {
  // A long name is no typing error, and the distance costs its length.
  const std::string_view start = wanted.substr(0, 64);
  std::vector<std::pair<size_t, std::string>> near;
  for (const std::string& name : known) {
    const bool part = start.size() >= 2 && name.find(start) != std::string::npos;
    const size_t distance = part ? 0 : edit_distance(start, name);
    if (distance <= 2 + name.size() / 4) near.emplace_back(distance, name);
  }
  std::ranges::stable_sort(near, {}, &std::pair<size_t, std::string>::first);
  std::vector<std::string> names;
  for (size_t i = 0; i < near.size() && i < 4; ++i) names.push_back(near[i].second);
  return names;
}

std::string did_you_mean(std::string_view wanted, const std::vector<std::string>& known) {
  std::string text;
  for (const std::string& name : near_names(wanted, known)) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? text : "did you mean " + text + "? ";
}

}  // namespace burin
