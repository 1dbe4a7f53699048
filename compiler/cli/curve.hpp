// What a network is worth over what it costs, for networks of several sizes.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/pruned.hpp"
#include "prune/likeness.hpp"

namespace burin {

struct CurvePoint {
  ModelCost cost{};
  Likeness likeness{};               // to the whole network
  std::optional<double> accuracy{};  // a share
};

std::string curve_table(const std::vector<CurvePoint>& points);
nlohmann::ordered_json curve_json(const std::vector<CurvePoint>& points);

// Two drawings: accuracy, or where there is none agreement, or signal to noise, over cycles, or where there
// are none MACs, and over flash. Points are in the order of a falling share of MACs; there is one at least.
// `made` says how the networks came about.
std::string curve_svg(const std::vector<CurvePoint>& points, const std::string& target,
                      const std::string& made = "pruned");

}  // namespace burin
