#include "pcap/html_view.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "pcap/show.hpp"
#include "report/text.hpp"

namespace wsrig::pcap {

namespace {

using report::markup;

/// A page of a million frames is of no use to anybody.
constexpr std::size_t most_marks = 2000;
constexpr double width = 1000, middle = 60, height = 120, tallest = 46;

constexpr std::string_view style = R"css(
:root { color-scheme: light dark; --page: #f7f8fa; --card: #fff; --ink: #1c2128; --faint: #646d7a; --line: #d9dee5;
  --text: #2563c9; --binary: #8b3fc0; --control: #1a7f4b; --close: #a86500; --bad: #c62f3a; }
@media (prefers-color-scheme: dark) { :root { --page: #12161c; --card: #1a2028; --ink: #e3e8ee; --faint: #98a2af;
  --line: #313944; --text: #6ea4f5; --binary: #c08bea; --control: #46b97d; --close: #dca23f; --bad: #f0727a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 4px; padding: .8rem 1rem; margin: 1rem 0; }
.meta { color: var(--faint); margin: .2rem 0; overflow-wrap: anywhere; } .why { margin: .3rem 0; overflow-wrap: anywhere; }
.bad { color: var(--bad); } svg { display: block; width: 100%; height: 120px; margin: .4rem 0; }
svg .axis { stroke: var(--line); }
line.text { stroke: var(--text); } line.binary { stroke: var(--binary); } line.control { stroke: var(--control); }
line.close { stroke: var(--close); } line.mark { stroke-width: 2.5; stroke-linecap: round; } path.bad { fill: var(--bad); }
table { border-collapse: collapse; width: 100%; font: 13px ui-monospace, monospace; }
td { padding: .05rem .6rem .05rem 0; vertical-align: top; white-space: nowrap; color: var(--faint); }
td:last-child { width: 100%; white-space: pre-wrap; overflow-wrap: anywhere; color: var(--ink); }
tr.client td:nth-child(3) { color: var(--text); } tr.bad td:last-child { color: var(--bad); }
.key span { margin-right: 1rem; } .key b { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .3em; }
.ends { display: flex; justify-content: space-between; font-size: .8rem; margin-top: -.8rem; }
summary { cursor: pointer; color: var(--faint); }
)css";

std::string_view class_of(ws::Opcode opcode) {
  switch (opcode) {
    case ws::Opcode::text: return "text";
    case ws::Opcode::close: return "close";
    case ws::Opcode::ping:
    case ws::Opcode::pong: return "control";
    default: return "binary";
  }
}

/// Taller for longer, on a scale of powers of two up to 16 MiB.
double tall(std::uint64_t length) {
  constexpr double least = 6, bits = 24;
  return least + (tallest - least) * std::min(1.0, std::log2(static_cast<double>(length) + 1) / bits);
}

}  // namespace

HtmlView::HtmlView(Sink& sink, const std::string& title) : sink_(sink) {
  sink_.write(
      fmt::format("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width\"><title>WebSockets in {0}</title>"
                  "<style>{1}</style></head><body>\n<h1>WebSockets in {0}</h1>\n"
                  "<p class=\"meta key\"><span><b style=\"background:var(--text)\"></b>text</span>"
                  "<span><b style=\"background:var(--binary)\"></b>binary, continuation</span>"
                  "<span><b style=\"background:var(--control)\"></b>ping, pong</span>"
                  "<span><b style=\"background:var(--close)\"></b>close</span>"
                  "<span><b style=\"background:var(--bad)\"></b>anomaly</span>"
                  "above the line: client to server; below: server to client; taller: longer</p>\n",
                  markup(title), style));
}

void HtmlView::add(Lane& lane, Mark mark) {
  if (lane.marks.size() < most_marks) {
    lane.marks.push_back(std::move(mark));
  } else {
    ++lane.left_out;
  }
}

void HtmlView::on_frame(const FrameSeen& frame) {
  Lane& here = lane(*frame.connection);
  here.before.last_frame[static_cast<std::size_t>(frame.sender)] = frame.last;
  add(here, {frame.first, frame.sender, frame.header.opcode, frame.header.payload_length,
             show_frame(frame, shown_payload, false), false});
}

void HtmlView::on_message(const MessageSeen& message) {
  auto& longest = lane(*message.connection).before.longest_message[static_cast<std::size_t>(message.sender)];
  longest = std::max(longest, message.size);
}

void HtmlView::on_anomaly(const Anomaly& anomaly) {
  Lane& here = lane(*anomaly.connection);
  here.before.violation[static_cast<std::size_t>(anomaly.sender)] = anomaly;
  add(here, {anomaly.origin, anomaly.sender, ws::Opcode::text, 0,
             fmt::format("{} ({}): {}", anomaly.id, anomaly.section, anomaly.text), true});
}

std::string HtmlView::timeline(const Connection& connection, const Lane& lane) const {
  const Time from = connection.begin().time;
  const Time until = std::max(connection.transport->last.time, from + std::chrono::microseconds(1));
  const auto x = [&](Time time) {
    const double part =
        std::chrono::duration<double>(time - from) / std::chrono::duration<double>(until - from);
    return 4 + (width - 8) * std::clamp(part, 0.0, 1.0);
  };
  std::string out = fmt::format(
      "<svg viewBox=\"0 0 {0} {1}\" preserveAspectRatio=\"none\" role=\"img\" "
      "aria-label=\"frames over time\"><line class=\"axis\" x1=\"0\" y1=\"{2}\" x2=\"{0}\" y2=\"{2}\"/>",
      width, height, middle);
  for (const Mark& mark : lane.marks) {
    const bool up = mark.sender == ws::Role::client;
    const double end = up ? middle - tall(mark.length) : middle + tall(mark.length);
    const double at = x(mark.origin.time);
    if (mark.anomaly) {
      const double y = up ? 4 : height - 4, tip = up ? 14 : height - 14;
      out += fmt::format("<path class=\"bad\" d=\"M{:.1f} {} h8 L{:.1f} {} z\"><title>{}</title></path>",
                         at - 4, y, at, tip, markup(mark.text));
    } else {
      out += fmt::format(
          "<line class=\"mark {}\" x1=\"{:.1f}\" y1=\"{}\" x2=\"{:.1f}\" y2=\"{:.1f}\"><title>{} "
          "{}</title></line>",
          class_of(mark.opcode), at, up ? middle - 2 : middle + 2, at, end,
          show_time(mark.origin.time, begin_), markup(mark.text));
    }
  }
  return out + fmt::format("</svg><p class=\"meta ends\"><span>{} s</span><span>{} s</span></p>",
                           show_time(from, begin_), show_time(until, begin_));
}

std::string HtmlView::table(const Lane& lane) const {
  std::string out = "<details><summary>frames</summary><table>";
  for (const Mark& mark : lane.marks) {
    out += fmt::format("<tr class=\"{}{}\"><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                       role_name(mark.sender), mark.anomaly ? " bad" : "", mark.origin.packet,
                       show_time(mark.origin.time, begin_), mark.sender == ws::Role::client ? "&gt;" : "&lt;",
                       markup(mark.text));
  }
  if (lane.left_out > 0) out += fmt::format("<tr><td colspan=\"4\">and {} more</td></tr>", lane.left_out);
  return out + "</table></details>";
}

void HtmlView::on_connection_end(const Connection& connection) {
  const Lane here = std::move(lane(connection));
  lanes_.erase(connection.id);
  any_ = true;
  const Explanation explanation = explain(connection, here.before);
  std::string facts = show_status(connection);
  for (const std::string& fact :
       {connection.transport->tls, connection.subprotocol, show_deflate(connection)}) {
    if (!fact.empty()) facts += ", " + fact;
  }
  std::string traffic;
  for (const ws::Role role : {ws::Role::client, ws::Role::server}) {
    const Sent& sent = connection.of(role);
    traffic += fmt::format("{}{}: {} frames, {} messages, {}", traffic.empty() ? "" : " · ", role_name(role),
                           sent.frame_count(), sent.messages, show_size(sent.payload));
  }
  sink_.write(fmt::format(
      "<section><h2>{} {} <small class=\"meta\">{} → {}</small></h2><p class=\"meta\">{} · {} · {}</p>",
      connection.id, markup(connection.path().empty() ? "?" : connection.path()),
      markup(connection.transport_of(ws::Role::client).address),
      markup(connection.transport_of(ws::Role::server).address), iso_time(connection.begin().time),
      markup(facts), traffic));
  if (!here.marks.empty()) sink_.write(timeline(connection, here));
  sink_.write(fmt::format("<p class=\"why{}\">{} <span class=\"meta\">({})</span></p>",
                          connection.anomalies.empty() ? "" : " bad", markup(explanation.verdict),
                          name(explanation.certainty)));
  if (!here.marks.empty()) sink_.write(table(here));
  sink_.write("</section>\n");
}

void HtmlView::finish() {
  sink_.write(any_ ? "</body></html>\n" : "<p>There is none.</p></body></html>\n");
  sink_.flush();
}

}  // namespace wsrig::pcap
