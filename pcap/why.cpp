#include "pcap/why.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "pcap/show.hpp"
#include "report/text.hpp"
#include "ws/close_code.hpp"

namespace wsrig::pcap {

namespace {

using std::chrono::seconds;
using Certainty = Explanation::Certainty;
constexpr std::array roles{ws::Role::client, ws::Role::server};

/// Silence that is too short for anybody's timer to have been waiting.
constexpr std::chrono::nanoseconds shortest_silence = seconds(4);
/// Retransmissions that nobody answered: the other side, or the way to it, is gone.
constexpr std::uint64_t many_retransmissions = 3;

struct Timer {
  seconds after;
  std::string_view whose;
};
/// Defaults that products are known for. Several have the same: a timer that fits is a hint.
constexpr Timer timers[] = {
    {seconds(5), "the default keep-alive of Node.js"},
    {seconds(10), "a time-out of 10 s"},
    {seconds(20), "the default ping interval and ping time-out of python-websockets"},
    {seconds(30), "a time-out of 30 s"},
    {seconds(50), "the time-outs in HAProxy's example configuration"},
    {seconds(55), "the router of Heroku"},
    {seconds(60), "the default proxy_read_timeout of nginx, and the idle time-out of an AWS load balancer"},
    {seconds(100), "the idle time-out of Cloudflare"},
    {seconds(120), "a time-out of 2 minutes"},
    {seconds(240), "the idle time-out of an Azure load balancer"},
    {seconds(300), "the default idle time-out of wsrig-echo"},
    {seconds(350), "the idle time-out of an AWS network load balancer"},
    {seconds(600), "a time-out of 10 minutes, such as that of AWS API Gateway"},
    {seconds(3600), "a time-out of an hour"},
};

std::string whose_timer(std::chrono::nanoseconds silence) {
  const double measured = std::chrono::duration<double>(silence).count();
  for (const Timer& timer : timers) {
    const auto expected = static_cast<double>(timer.after.count());
    if (measured > expected - 0.1 && measured < expected + std::max(0.5, expected * 0.02)) {
      return fmt::format(" ({} s is {})", timer.after.count(), timer.whose);
    }
  }
  return {};
}

/// Builds the explanation of one connection.
class Explainer {
 public:
  Explainer(const Connection& connection, const Before& before) : connection_(connection), before_(before) {}

  Explanation explain() {
    for (const ws::Role role : roles) collect(role);
    if (connection_.kind == ConnectionKind::refused) {
      explain_refusal();
    } else if (const auto closer = first_closer()) {
      explain_close(*closer);
    } else {
      explain_transport();
    }
    std::ranges::stable_sort(out_.evidence, {}, [](const Evidence& e) { return e.origin.packet; });
    return std::move(out_);
  }

 private:
  const TransportSide& transport(ws::Role role) const { return connection_.transport_of(role); }

  void show(const std::optional<Origin>& origin, std::string text) {
    if (origin) out_.evidence.push_back({*origin, std::move(text)});
  }

  /// What ends a connection is shown whatever the verdict is.
  void collect(ws::Role role) {
    const TransportSide& side = transport(role);
    const auto& close = connection_.of(role).close;
    if (close) show(close->origin, fmt::format("{} {}", arrow(role), show_close(*close)));
    show(side.fin, fmt::format("{} FIN", arrow(role)));
    show(side.reset, fmt::format("{} RST", arrow(role)));
    if (side.alert) {
      show(side.alert->origin, fmt::format("{} TLS alert {}{}", arrow(role), side.alert->description,
                                           side.alert->description == 0 ? " close_notify" : ""));
    }
    if (connection_.http2_stream != 0) {
      show(connection_.stream_end[static_cast<std::size_t>(role)],
           fmt::format("{} end of stream", arrow(role)));
    }
  }

  void say(Certainty certainty, std::string verdict) {
    out_.certainty = certainty;
    out_.verdict = std::move(verdict);
  }

  void explain_refusal() {
    const TransportSide& server = transport(ws::Role::server);
    if (!connection_.response && (!server.captured || server.missing > 0)) {
      return say(Certainty::unsure, "the answer to the request is not in the capture");
    }
    if (!connection_.response) {
      const auto end = first_end();
      return say(Certainty::certain, fmt::format("the request was never answered{}",
                                                 end ? "; " + end_after(connection_.requested, *end)
                                                     : std::string("; the capture ends before that")));
    }
    say(Certainty::certain,
        fmt::format("the server did not switch to WebSocket: {}",
                    report::visible(connection_.response->start_line(), report::Controls::escape)));
    show(connection_.answered,
         "< " + report::visible(connection_.response->start_line(), report::Controls::escape));
  }

  std::optional<ws::Role> first_closer() const {
    const auto& client = connection_.of(ws::Role::client).close;
    const auto& server = connection_.of(ws::Role::server).close;
    if (!client && !server) return {};
    if (!server) return ws::Role::client;
    if (!client) return ws::Role::server;
    return client->origin.packet <= server->origin.packet ? ws::Role::client : ws::Role::server;
  }

  std::optional<ws::Role> first_end() const { return connection_.first_to_end(); }
  std::optional<Origin> end_of(ws::Role role) const { return connection_.end_of(role); }
  std::string how_it_ended(ws::Role role) const {
    const TransportSide& side = transport(role);
    if (connection_.http2_stream != 0 && connection_.stream_end[static_cast<std::size_t>(role)]) {
      return fmt::format("the {} ended the HTTP/2 stream", role_name(role));
    }
    return fmt::format("the {} {} the connection", role_name(role),
                       earlier(side.fin, side.reset) ? "ended" : "reset");
  }

  /// The same, and how long after `since` it was, where somebody waited.
  std::string end_after(const std::optional<Origin>& since, ws::Role role) const {
    const Origin end = *end_of(role);
    if (!since || end.time - since->time < std::chrono::seconds(1)) return how_it_ended(role);
    const auto waited = end.time - since->time;
    return fmt::format("{} after {}{}", how_it_ended(role), show_span(waited), whose_timer(waited));
  }

  /// What is not in the capture and could tell more.
  std::string what_is_missing(ws::Role role) const {
    if (!transport(role).captured) return fmt::format("nothing of the {} was captured", role_name(role));
    return fmt::format("what the {} sent last is missing in the capture", role_name(role));
  }
  std::optional<ws::Role> unknown_end() const {
    for (const ws::Role role : roles)
      if (!connection_.is_end_known(role)) return role;
    return {};
  }

  static std::string show_with_meaning(const CloseSeen& close) {
    std::string text = show_close(close);
    if (!close.code) return text + " without a code";
    const std::string_view meaning = ws::close_code_name(*close.code);
    return meaning.empty() ? text : fmt::format("{} ({})", text, meaning);
  }

  void explain_close(ws::Role closer) {
    const ws::Role peer = ws::peer_of(closer);
    const CloseSeen& close = *connection_.of(closer).close;
    const auto& answer = connection_.of(peer).close;
    if (!answer && !connection_.is_end_known(peer)) {
      return say(Certainty::unsure,
                 fmt::format("the {} sent {}, first or as an answer: {}", role_name(closer),
                             show_with_meaning(close), what_is_missing(peer)));
    }
    std::string verdict =
        fmt::format("the {} closed it with {}", role_name(closer), show_with_meaning(close));
    out_.certainty = Certainty::certain;
    verdict += cause_of_close(closer, close);
    verdict += fate_of_close(closer, peer, answer);
    out_.verdict = std::move(verdict);
  }

  /// What the other side had done, where the code complains of something.
  std::string cause_of_close(ws::Role closer, const CloseSeen& close) {
    const ws::Role peer = ws::peer_of(closer);
    const auto& violation = before_.violation[static_cast<std::size_t>(peer)];
    if (violation && violation->origin.packet <= close.origin.packet && is_complaint(close)) {
      show(violation->origin, fmt::format("{} {}: {}", arrow(peer), violation->id, violation->text));
      return fmt::format(", because the {} {} ({})", role_name(peer), violation->text, violation->section);
    }
    if (close.code == ws::close_code::message_too_big) return too_big_message(peer);
    if (const auto missed = missed_pong(closer, close.origin); !missed.empty()) return missed;
    return silence_before(close.origin);
  }

  /// RFC 6455 §7.4.1 leaves it to each side what is too big for it.
  std::string too_big_message(ws::Role sender) {
    const std::uint64_t longest = before_.longest_message[static_cast<std::size_t>(sender)];
    out_.certainty = longest > 0 ? Certainty::likely : Certainty::unsure;
    if (longest == 0) return fmt::format(", though no message of the {} was seen", role_name(sender));
    return fmt::format(", because a message of the {} was too big for it (the longest seen had {} octets)",
                       role_name(sender), longest);
  }

  static bool is_complaint(const CloseSeen& close) {
    return close.code == ws::close_code::protocol_error || close.code == ws::close_code::invalid_payload ||
           close.code == ws::close_code::message_too_big || close.code == ws::close_code::policy_violation;
  }

  /// Its Ping was not answered.
  std::string missed_pong(ws::Role who, const Origin& end) {
    const PingTimes& pings = connection_.of(who).pings;
    if (!pings.unanswered || pings.unanswered->packet > end.packet) return {};
    const auto waited = end.time - pings.unanswered->time;
    if (waited < std::chrono::milliseconds(500)) return {};
    out_.certainty = Certainty::likely;
    show(pings.unanswered, fmt::format("{} ping, never answered", arrow(who)));
    return fmt::format(", because no Pong came for {} after its last Ping{}", show_span(waited),
                       whose_timer(waited));
  }

  /// Nobody had said anything for so long.
  std::string silence_before(const Origin& end) {
    std::optional<Origin> last;
    for (const auto& frame : before_.last_frame) {
      if (frame && frame->packet < end.packet && (!last || frame->packet > last->packet)) last = frame;
    }
    if (!last && connection_.answered) last = connection_.answered;
    if (!last || end.time - last->time < shortest_silence) return {};
    const auto silence = end.time - last->time;
    out_.certainty = std::max(out_.certainty, Certainty::likely);
    show(last, "the last frame before the silence");
    return fmt::format(", after {} of silence{}", show_span(silence), whose_timer(silence));
  }

  std::string fate_of_close(ws::Role closer, ws::Role peer, const std::optional<CloseSeen>& answer) {
    const auto end = first_end();
    if (answer) {
      // RFC 6455 §5.5.1: who answers typically echoes the code.
      const CloseSeen& close = *connection_.of(closer).close;
      if (answer->code != close.code) {
        return fmt::format("; the {} sent {} {} later, as an answer or of its own accord", role_name(peer),
                           show_close(*answer), show_span(answer->origin.time - close.origin.time));
      }
      if (!end) {
        return fmt::format("; the {} answered, and the capture ends before the connection does",
                           role_name(peer));
      }
      return fmt::format("; the {} answered", role_name(peer));
    }
    if (!end) return fmt::format("; the capture ends before the {} answers", role_name(peer));
    return fmt::format("; the {} never answered: {}", role_name(peer),
                       end_after(connection_.of(closer).close->origin, *end));
  }

  /// No Close: RFC 6455 §7.1.5 calls it 1006.
  void explain_transport() {
    const auto who = first_end();
    if (!who) return explain_open_end();
    const Origin end = *end_of(*who);
    for (const ws::Role role : roles) {
      const auto& alert = transport(role).alert;
      if (!alert || !alert->fatal || alert->description == 0 || alert->origin.packet > end.packet) continue;
      return say(Certainty::certain, fmt::format("the {} gave up TLS with alert {}, without a Close",
                                                 role_name(role), alert->description));
    }
    if (const auto role = unknown_end()) {
      return say(Certainty::unsure, fmt::format("{}; whether there was a Close is not known: {}",
                                                how_it_ended(*who), what_is_missing(*role)));
    }
    out_.certainty = Certainty::certain;
    const std::string cause = cause_of_end(*who, end);
    say(out_.certainty, fmt::format("{} without a Close{}", how_it_ended(*who), cause));
  }

  /// What had gone before; and how sure it is that it was that.
  std::string cause_of_end(ws::Role who, const Origin& end) {
    const ws::Role peer = ws::peer_of(who);
    const auto& zero_window = transport(peer).zero_window;
    if (zero_window && zero_window->packet < end.packet) {
      show(zero_window, fmt::format("{} zero window", arrow(peer)));
      out_.certainty = Certainty::likely;
      return fmt::format(", because the {} had stopped reading for {}", role_name(peer),
                         show_span(zero_window, end));
    }
    const TransportSide& side = transport(who);
    if (side.retransmitted_at_end >= many_retransmissions) {
      out_.certainty = Certainty::likely;
      return fmt::format(", because nothing of the {} was heard any more: {} packets were sent again in vain",
                         role_name(peer), side.retransmitted_at_end);
    }
    if (const auto missed = missed_pong(who, end); !missed.empty()) return missed;
    if (const auto forgotten = forgotten_by(who, end); !forgotten.empty()) return forgotten;
    if (const auto silence = silence_before(end); !silence.empty()) return silence;
    if (cut_off(who)) return ", in the midst of a frame or message";
    out_.certainty = Certainty::unsure;
    const bool reset = side.reset && !earlier(side.fin, side.reset);
    return reset ? ": a program that ended, or closed its socket with octets unread"
                 : ": a program that ended, or does without the closing handshake";
  }

  /// A RST that answers the first frame after a long silence comes from somebody who does not know the
  /// connection any more.
  std::string forgotten_by(ws::Role who, const Origin& end) {
    const TransportSide& side = transport(who);
    const auto& last = before_.last_frame[static_cast<std::size_t>(ws::peer_of(who))];
    const bool answers = side.reset && side.reset->packet == end.packet && last &&
                         end.time - last->time < std::chrono::seconds(1);
    if (!answers || before_.silence_before_last < shortest_silence * 5) return {};
    show(last, "the first frame after the silence");
    out_.certainty = Certainty::likely;
    return fmt::format(
        ", in answer to the first frame after {} of silence: it, or something on the way, had "
        "forgotten the connection{}",
        show_span(before_.silence_before_last), whose_timer(before_.silence_before_last));
  }

  bool cut_off(ws::Role role) const {
    const auto& violation = before_.violation[static_cast<std::size_t>(role)];
    return violation && violation->id == kind_of(Fault::frame_cut_off).id;
  }

  void explain_open_end() {
    for (const ws::Role role : roles) {
      const TransportSide& side = transport(role);
      const bool is_heard = connection_.is_end_known(ws::peer_of(role));
      if (side.retransmitted_at_end < many_retransmissions || !is_heard) continue;
      return say(
          Certainty::likely,
          fmt::format("the {} was heard no more: the {} sent {} packets again in vain until the capture ends",
                      role_name(ws::peer_of(role)), role_name(role), side.retransmitted_at_end));
    }
    for (const ws::Role role : roles) {
      const TransportSide& side = transport(role);
      if (!side.zero_window) continue;
      show(side.zero_window, fmt::format("{} zero window", arrow(role)));
      return say(Certainty::certain,
                 fmt::format("it is open when the capture ends, and the {} takes nothing", role_name(role)));
    }
    if (const auto role = unknown_end()) {
      return say(Certainty::unsure, "no end of it is in the capture: " + what_is_missing(*role));
    }
    say(Certainty::certain, "it is open when the capture ends");
  }

  const Connection& connection_;
  const Before& before_;
  Explanation out_;
};

}  // namespace

std::string_view name(Explanation::Certainty certainty) {
  switch (certainty) {
    case Certainty::certain: return "certain";
    case Certainty::likely: return "likely";
    case Certainty::unsure: return "unsure";
  }
  return "";
}

Explanation explain(const Connection& connection, const Before& before) {
  return Explainer(connection, before).explain();
}

}  // namespace wsrig::pcap
