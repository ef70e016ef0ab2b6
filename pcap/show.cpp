#include "pcap/show.hpp"

#include <array>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "report/text.hpp"
#include "ws/notation.hpp"

namespace wsrig::pcap {

namespace {

constexpr std::int64_t nanoseconds_a_second = 1'000'000'000;

}  // namespace

std::string show_time(Time time, Time begin) {
  const std::int64_t ns = (time - begin).count();
  const std::int64_t us = (ns < 0 ? -ns : ns) / 1000;
  return fmt::format("{}{}.{:06}", ns < 0 ? "-" : "", us / 1'000'000, us % 1'000'000);
}

std::string iso_time(Time time) {
  const std::int64_t ns = time.count();
  std::int64_t seconds = ns / nanoseconds_a_second;
  if (ns % nanoseconds_a_second < 0) --seconds;
  const std::int64_t us = (ns - seconds * nanoseconds_a_second) / 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(static_cast<std::time_t>(seconds)), us);
}

std::string show_span(std::chrono::nanoseconds span) {
  return report::human(std::chrono::duration_cast<std::chrono::microseconds>(span));
}

std::string show_span(const std::optional<Origin>& from, const std::optional<Origin>& to) {
  return from && to ? show_span(to->time - from->time) : "-";
}

std::string_view role_name(ws::Role role) { return role == ws::Role::client ? "client" : "server"; }

std::string show_frame(const FrameSeen& frame, std::size_t octets, bool with_mask) {
  const ws::PrintOptions options{.max_payload = octets, .show_mask = with_mask};
  ws::Frame shown{frame.header, ws::ByteBuffer(frame.payload.begin(), frame.payload.end())};
  const bool whole = frame.payload.size() == frame.header.payload_length;
  if (!whole) {
    shown.payload.resize(std::min(shown.payload.size(), octets));
    shown.header.payload_length = shown.payload.size();
  }
  std::string text = ws::print(shown, frame.sender, options);
  if (!whole) text += fmt::format("… ({} bytes)", frame.header.payload_length);
  if (!frame.complete) {
    text += fmt::format(" [{} bytes missing]", frame.header.payload_length - frame.captured);
  }
  return text;
}

std::string show_close(const CloseSeen& close) {
  if (!close.code) return "close";
  if (close.reason.empty()) return fmt::format("close {}", *close.code);
  return fmt::format("close {} {}", *close.code, ws::quote(close.reason));
}

std::string show_opcode(ws::Opcode opcode) {
  const std::string_view word = ws::name(opcode);
  return word.empty() ? fmt::format("op{}", static_cast<int>(opcode)) : std::string(word);
}

std::string show_deflate(const Connection& connection) {
  if (!connection.deflate) return {};
  // Where the answer is not in the capture, compression is known by its use.
  if (!connection.response || connection.response_cut) {
    const bool used = connection.sent[0].compressed_messages + connection.sent[1].compressed_messages > 0;
    return used ? std::string(ws::deflate_extension) : std::string();
  }
  const ws::DeflateParams& params = *connection.deflate;
  std::string text(ws::deflate_extension);
  if (params.server_no_context_takeover) text += "; server_no_context_takeover";
  if (params.client_no_context_takeover) text += "; client_no_context_takeover";
  if (params.server_max_window_bits != 15) {
    text += fmt::format("; server_max_window_bits={}", params.server_max_window_bits);
  }
  if (params.client_max_window_bits != 15) {
    text += fmt::format("; client_max_window_bits={}", params.client_max_window_bits);
  }
  return text;
}

std::string show_size(std::uint64_t octets) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(octets);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", octets) : fmt::format("{:.1f} {}", value, units[unit]);
}

std::string show_status(const Connection& connection) {
  if (connection.kind == ConnectionKind::encrypted) return "encrypted";
  if (connection.mid_stream) return fmt::format("mid-stream {:.2f}", connection.confidence);
  if (connection.response) return std::to_string(connection.status());
  const TransportSide& server = connection.transport_of(ws::Role::server);
  return server.captured && server.missing == 0 ? "no answer" : "answer not captured";
}

}  // namespace wsrig::pcap
