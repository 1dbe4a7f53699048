#include "cli/curve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace burin {
namespace {

using Json = nlohmann::ordered_json;
using Quantity = std::function<double(const CurvePoint&)>;

struct Axis {
  std::string label;
  Quantity of;
  double from = 0;
  double to = 1;

  double place(const CurvePoint& point) const { return (of(point) - from) / (to - from); }
};

std::string percent(const std::optional<double>& share) {
  return share ? fmt::format("{:.2f}", 100 * *share) : std::string("-");
}

// What is drawn upwards: its own range, with a little room.
Axis worth(const std::vector<CurvePoint>& points) {
  Axis axis{.label = "signal to noise, dB", .of = [](const CurvePoint& p) { return p.likeness.sqnr_db(); }};
  if (points[0].likeness.agreement)
    axis = {.label = "same top-1 as the whole network, %",
            .of = [](const CurvePoint& p) { return 100 * p.likeness.agreement.value_or(0); }};
  if (points[0].accuracy)
    axis = {.label = "accuracy, %", .of = [](const CurvePoint& p) { return 100 * p.accuracy.value_or(0); }};
  axis.from = axis.to = axis.of(points[0]);
  for (const CurvePoint& point : points) {
    axis.from = std::min(axis.from, axis.of(point));
    axis.to = std::max(axis.to, axis.of(point));
  }
  const double room = std::max(0.05 * (axis.to - axis.from), 0.5);
  axis.from -= room;
  axis.to += room;
  return axis;
}

// What is drawn to the right, from 0.
Axis price(const std::vector<CurvePoint>& points, std::string label, Quantity of) {
  Axis axis{.label = std::move(label), .of = std::move(of), .from = 0, .to = 1};
  for (const CurvePoint& point : points) axis.to = std::max(axis.to, 1.05 * axis.of(point));
  return axis;
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : printable(text, 100)) {
    if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '&')
      result += "&amp;";
    else
      result += c;
  }
  return result;
}

constexpr double width = 380;
constexpr double height = 260;

std::string panel(double left, const std::vector<CurvePoint>& points, const Axis& across, const Axis& up) {
  constexpr double top = 40;
  std::string text =
      fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#888\"/>\n",
                  left, top, width, height);
  constexpr int ticks = 4;
  for (int i = 0; i <= ticks; ++i) {
    const double share = static_cast<double>(i) / ticks;
    const double x = left + share * width;
    const double y = top + (1 - share) * height;
    text += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n", x,
                        top + height + 16,
                        grouped(static_cast<int64_t>(across.from + share * (across.to - across.from))));
    text += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{:.1f}</text>\n", left - 6,
                        y + 4, up.from + share * (up.to - up.from));
    text += fmt::format("<path d=\"M{:.1f} {:.1f}h{:.1f}\" stroke=\"#ddd\"/>\n", left, y, width);
  }
  text += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n", left + width / 2,
                      top + height + 36, across.label);
  std::string line;
  std::string marks;
  for (const CurvePoint& point : points) {
    const double x = left + across.place(point) * width;
    const double y = top + (1 - up.place(point)) * height;
    line += fmt::format("{}{:.1f},{:.1f}", line.empty() ? "" : " ", x, y);
    marks += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"#06c\"><title>{} MACs: {:.2f}</title></circle>\n",
        x, y, grouped(point.cost.macs), up.of(point));
  }
  return text +
         fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"#06c\" stroke-width=\"2\"/>\n", line) +
         marks;
}

}  // namespace

std::string curve_table(const std::vector<CurvePoint>& points) {
  std::vector<std::vector<std::string>> rows = {
      {"MACs %", "MACs", "weights", "flash", "RAM", "cycles", "dB", "same top-1 %", "accuracy %"}};
  for (const CurvePoint& point : points)
    rows.push_back({fmt::format("{:.1f}", 100.0 * static_cast<double>(point.cost.macs) /
                                              static_cast<double>(std::max<int64_t>(1, points[0].cost.macs))),
                    grouped(point.cost.macs), grouped(point.cost.weight_bytes),
                    grouped(point.cost.flash_bytes), grouped(point.cost.arena_bytes),
                    point.cost.cycles ? grouped(*point.cost.cycles) : "-",
                    fmt::format("{:.1f}", point.likeness.sqnr_db()), percent(point.likeness.agreement),
                    percent(point.accuracy)});
  return table(rows);
}

Json curve_json(const std::vector<CurvePoint>& points) {
  Json json = Json::array();
  for (const CurvePoint& point : points)
    json.push_back({{"macs", point.cost.macs},
                    {"weight_bytes", point.cost.weight_bytes},
                    {"flash_bytes", point.cost.flash_bytes},
                    {"arena_bytes", point.cost.arena_bytes},
                    {"cycles", point.cost.cycles ? Json(*point.cost.cycles) : Json()},
                    {"sqnr_db", point.likeness.sqnr_db()},
                    {"agreement", point.likeness.agreement ? Json(100 * *point.likeness.agreement) : Json()},
                    {"accuracy", point.accuracy ? Json(100 * *point.accuracy) : Json()}});
  return json;
}

std::string curve_svg(const std::vector<CurvePoint>& points, const std::string& target,
                      const std::string& made) {
  const Axis up = worth(points);
  const bool cycles = points[0].cost.cycles.has_value();
  const Axis first = price(points, cycles ? "cycles, estimated" : "MACs", [cycles](const CurvePoint& p) {
    return static_cast<double>(cycles ? p.cost.cycles.value_or(0) : p.cost.macs);
  });
  const Axis second = price(points, "bytes of flash, estimated",
                            [](const CurvePoint& p) { return static_cast<double>(p.cost.flash_bytes); });
  std::string text = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 960 360\" font-family=\"sans-serif\" "
      "font-size=\"12\">\n<rect width=\"960\" height=\"360\" fill=\"#fff\"/>\n"
      "<text x=\"70\" y=\"24\">{}; {} for {}</text>\n",
      up.label, made, escaped(target));
  text += panel(70, points, first, up) + panel(540, points, second, up);
  return text + "</svg>\n";
}

}  // namespace burin
