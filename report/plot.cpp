#include "report/plot.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "report/text.hpp"

namespace wsrig::report {

namespace {

// The drawing's own units; the page scales it.
constexpr double column_width = 580, both_columns = 1196, height = 260;
constexpr double left = 68, right = 14, top = 12, bottom = 44;
constexpr double inner_height = height - top - bottom;
constexpr std::size_t most_hover_points = 150;

/// Where a value lies between the ends of its axis: 0 to 1, and no further.
double share_of(const Axis& axis, double value) {
  const auto scale = [&](double v) { return axis.logarithmic ? std::log10(std::max(v, axis.from)) : v; };
  const double span = scale(axis.to) - scale(axis.from);
  return span <= 0 ? 0 : std::clamp((scale(value) - scale(axis.from)) / span, 0.0, 1.0);
}

double width_of(const Plot& plot) { return plot.is_wide ? both_columns : column_width; }
double inner_width(const Plot& plot) { return width_of(plot) - left - right; }
double x_of(const Plot& plot, double value) { return left + share_of(plot.x, value) * inner_width(plot); }
double y_of(const Plot& plot, double value) { return top + (1 - share_of(plot.y, value)) * inner_height; }

std::string grid(const Plot& plot) {
  std::string out;
  for (const Tick& tick : plot.y.ticks) {
    const double y = y_of(plot, tick.at);
    out += fmt::format(
        "<line class=\"grid\" x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>"
        "<text class=\"tick end\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
        left, width_of(plot) - right, y, y, left - 8, y + 4, markup(tick.label));
  }
  for (const Tick& tick : plot.x.ticks) {
    const double x = x_of(plot, tick.at);
    out += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\"/>"
        "<text class=\"tick middle\" x=\"{0:.1f}\" y=\"{3:.1f}\">{4}</text>\n",
        x, top, height - bottom, height - bottom + 16, markup(tick.label));
  }
  return out + fmt::format("<text class=\"axis middle\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                           left + inner_width(plot) / 2, height - 8, markup(plot.x.title));
}

std::string bands(const Plot& plot) {
  std::string out;
  bool odd = false;
  for (const Band& band : plot.bands) {
    const double from = x_of(plot, band.from), to = x_of(plot, band.to);
    out += fmt::format(
        "<rect class=\"band{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>"
        "<text class=\"tick\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
        odd ? " odd" : "", from, top, std::max(to - from, 0.0), inner_height, from + 5, top + 13,
        markup(band.name));
    odd = !odd;
  }
  return out;
}

/// Straight lines from point to point; what is not a number interrupts them.
std::string line(const Plot& plot, const Series& series) {
  std::string path;
  bool is_drawing = false;
  for (const Point& point : series.points) {
    const bool is_there = std::isfinite(point.y);
    if (is_there) {
      path +=
          fmt::format("{}{:.1f} {:.1f}", is_drawing ? 'L' : 'M', x_of(plot, point.x), y_of(plot, point.y));
      // A point between two gaps would not be seen.
      if (!is_drawing) path += "h.01";
    }
    is_drawing = is_there;
  }
  return fmt::format("<path class=\"line c{}{}\" d=\"{}\"/>\n", series.color, series.dashed ? " dashed" : "",
                     path);
}

/// Bars of several series stand side by side.
std::string columns(const Plot& plot, const Series& series) {
  const double span = plot.x.to - plot.x.from;
  const auto sides = static_cast<double>(std::ranges::count(plot.series, true, &Series::columns));
  const auto side = static_cast<double>(&series - plot.series.data());
  const double wide =
      std::clamp(span <= 0 ? inner_width(plot) : inner_width(plot) / span * 0.8 / sides, 1.0, 30.0);
  std::string out;
  for (const Point& point : series.points) {
    if (!std::isfinite(point.y) || point.y <= 0) continue;
    const double y = y_of(plot, point.y);
    out += fmt::format(
        "<rect class=\"column c{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n",
        series.color, x_of(plot, point.x) + (side - sides / 2) * wide, y, wide, height - bottom - y);
  }
  return out;
}

/// Circles that carry the value; of very many points some.
std::string points(const Plot& plot, const Series& series) {
  const std::size_t step = series.points.size() / most_hover_points + 1;
  std::string out;
  for (std::size_t i = 0; i < series.points.size(); i += step) {
    const Point& point = series.points[i];
    if (!std::isfinite(point.y)) continue;
    out += fmt::format(
        "<circle class=\"{} c{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"><title>{}: {} at {}</title></circle>\n",
        series.marks ? "mark" : "point", series.color, x_of(plot, point.x), y_of(plot, point.y),
        markup(series.name), markup(plot.y.print(point.y)), markup(plot.x.print(point.x)));
  }
  return out;
}

std::string legend(const Plot& plot) {
  std::string out;
  for (const Series& series : plot.series) {
    out += fmt::format("<span class=\"key c{}{}\">{}</span>", series.color, series.dashed ? " dashed" : "",
                       markup(series.name));
  }
  return out;
}

/// 1, 2 or 5 times a power of ten, so that `count` steps or less reach `most`.
double round_step(double most, std::size_t count) {
  const double rough = most / static_cast<double>(count);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * 0.999999) return factor * power;
  }
  return 10 * power;
}

}  // namespace

Axis linear_axis(std::string title, double most, std::function<std::string(double)> print,
                 std::size_t count) {
  Axis axis{.title = std::move(title), .print = std::move(print)};
  const double reached = std::isfinite(most) ? std::max(most, 0.0) : 0;
  const double step = round_step(reached > 0 ? reached : 1, count);
  for (std::size_t i = 0; i == 0 || axis.to <= reached; ++i) {
    axis.to = static_cast<double>(i) * step;
    axis.ticks.push_back({axis.to, axis.print(axis.to)});
  }
  return axis;
}

Axis logarithmic_axis(std::string title, double least, double most,
                      std::function<std::string(double)> print) {
  Axis axis{.title = std::move(title), .logarithmic = true, .print = std::move(print)};
  const int first = static_cast<int>(std::floor(std::log10(least)));
  const int last = std::max(static_cast<int>(std::ceil(std::log10(most))), first + 1);
  axis.from = std::pow(10, first);
  axis.to = std::pow(10, last);
  for (int power = first; power <= last; ++power) {
    const double value = std::pow(10, power);
    axis.ticks.push_back({value, axis.print(value)});
  }
  return axis;
}

std::string to_svg_figure(const Plot& plot) {
  std::string out = fmt::format(
      "<figure class=\"plot{4}\">\n<figcaption><b>{0}</b>{1}</figcaption>\n"
      "<svg viewBox=\"0 0 {2} {3}\" role=\"img\" aria-label=\"{0}\">\n",
      markup(plot.title), legend(plot), width_of(plot), height, plot.is_wide ? " wide" : "");
  out += bands(plot) + grid(plot);
  for (const Series& series : plot.series) out += series.columns ? columns(plot, series) : line(plot, series);
  for (const Series& series : plot.series) out += points(plot, series);
  return out + "</svg>\n</figure>\n";
}

std::string_view plot_style() {
  return R"css(
:root { --c0: #2563c9; --c1: #d97706; --c2: #1a7f4b; --c3: #8b3fc0; --c4: #c62f3a; --c5: #64748b; --band: #eef1f5; }
@media (prefers-color-scheme: dark) {
  :root { --c0: #6ea4f5; --c1: #f0a34a; --c2: #46b97d; --c3: #c08bea; --c4: #f0727a; --c5: #94a3b8; --band: #202731; }
}
.c0 { --c: var(--c0); } .c1 { --c: var(--c1); } .c2 { --c: var(--c2); }
.c3 { --c: var(--c3); } .c4 { --c: var(--c4); } .c5 { --c: var(--c5); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 1rem; }
.plot.wide { grid-column: 1 / -1; }
.plot { margin: 0; padding: .8rem 1rem .4rem; background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
.plot figcaption { display: flex; flex-wrap: wrap; gap: .1rem 1rem; align-items: baseline; font-size: .85rem; }
.plot figcaption b { margin-right: auto; }
.plot svg { display: block; width: 100%; height: auto; font: 11.5px system-ui, sans-serif; }
.key { color: var(--faint); white-space: nowrap; }
.key::before { content: ""; display: inline-block; width: 1.1rem; margin-right: .35rem; vertical-align: middle;
  border-top: 3px solid var(--c); }
.key.dashed::before { border-top-style: dashed; }
.grid { stroke: var(--line); stroke-width: 1; }
.band { fill: none; } .band.odd { fill: var(--band); }
.tick, .axis { fill: var(--faint); }
.end { text-anchor: end; } .middle { text-anchor: middle; }
.line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.line.dashed { stroke-dasharray: 5 5; }
.column { fill: var(--c); }
.point { fill: var(--c); opacity: 0; } .point:hover { opacity: 1; }
.mark { fill: var(--card); stroke: var(--c); stroke-width: 2; }
)css";
}

}  // namespace wsrig::report
