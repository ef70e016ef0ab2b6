#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// Plots as inline SVG: no script, and colours from the page's style (`plot_style`), so that they follow its
/// light or dark scheme. A point shows its value when the mouse rests on it.
namespace wsrig::report {

/// A mark on an axis. Positions are in the axis' own units.
struct Tick {
  double at = 0;
  std::string label{};
};

struct Axis {
  std::string title{};
  double from = 0;
  double to = 1;
  bool logarithmic = false;  ///< expects 0 < from
  std::vector<Tick> ticks{};
  std::function<std::string(double)> print{};  ///< for values that a mouse rests on
};

/// An axis from 0 to the round number above `most`, with about `count` round ticks.
Axis linear_axis(std::string title, double most, std::function<std::string(double)> print,
                 std::size_t count = 5);
/// An axis over whole powers of ten around what is there, a tick each; expects 0 < least.
Axis logarithmic_axis(std::string title, double least, double most, std::function<std::string(double)> print);

struct Point {
  double x = 0;
  double y = 0;
};

struct Series {
  std::string name{};
  std::vector<Point> points{};  ///< by x; one whose y is not a number leaves a gap
  unsigned color = 0;           ///< index into the palette
  bool dashed = false;
  bool columns = false;  ///< bars from 0 instead of a line
  bool marks = false;    ///< each point is shown: for few of them
};

/// A stretch of x with a name, in the background.
struct Band {
  double from = 0;
  double to = 0;
  std::string name{};
};

struct Plot {
  std::string title{};
  Axis x{};
  Axis y{};
  std::vector<Series> series{};
  std::vector<Band> bands{};
  bool is_wide = false;  ///< over all columns of the page
};

/// A <figure> with title, legend and plot.
std::string to_svg_figure(const Plot& plot);

/// What a page that has plots puts into its style sheet, behind `style_sheet`.
std::string_view plot_style();

}  // namespace wsrig::report
