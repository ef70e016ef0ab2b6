#include "ws/body_reader.hpp"

#include <algorithm>

#include "ws/number.hpp"

namespace wsrig::ws {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::uint8_t longest_chunk_size = 15;  // digits: fits 64 bits with room

}  // namespace

// RFC 9112 §6.3: both kinds of framing, a coding that is not chunked alone, and lengths that are not one
// plain number are how requests are smuggled.
std::optional<BodyReader> BodyReader::of_fields(const HttpHead& head, BodyReader without_any) {
  const bool has_coding = head.count("Transfer-Encoding") > 0;
  const auto lengths = head.all("Content-Length");
  BodyReader reader;
  if (has_coding) {
    const bool is_chunked = equal_ignoring_case(head.joined("Transfer-Encoding"), "chunked");
    if (!is_chunked || !lengths.empty() || head.version_number() != 11) return {};
    reader.state_ = State::chunk_size;
    return reader;
  }
  if (lengths.empty()) return without_any;
  const auto length = lengths.size() == 1 ? to_integer<std::uint64_t>(lengths.front()) : std::nullopt;
  if (!length) return {};
  reader.left_ = *length;
  reader.state_ = *length == 0 ? State::complete : State::length;
  return reader;
}

std::optional<BodyReader> BodyReader::of_request(const HttpHead& request) { return of_fields(request, {}); }

std::optional<BodyReader> BodyReader::of_response(const HttpHead& response, std::string_view request_method) {
  const int status = response.status();
  if (status / 100 == 1 || status == 204 || status == 304 || request_method == "HEAD") return BodyReader();
  BodyReader until_eof;
  until_eof.state_ = State::until_eof;
  return of_fields(response, until_eof);
}

std::size_t BodyReader::feed(Bytes data, std::string* content) {
  std::size_t taken = 0;
  while (taken < data.size() && state_ != State::complete && state_ != State::broken) {
    const std::size_t counted = feed_counted(data.subspan(taken));
    if (content != nullptr) content->append(as_text(data.subspan(taken, counted)));
    taken += counted;
    if (counted == 0) feed_framing(static_cast<char>(data[taken++]));
  }
  return taken;
}

// Octets of content; 0 where framing is read.
std::size_t BodyReader::feed_counted(Bytes data) {
  if (state_ == State::until_eof) return data.size();
  if (state_ != State::length && state_ != State::chunk_data) return 0;
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, data.size()));
  left_ -= taken;
  if (left_ == 0) state_ = state_ == State::length ? State::complete : State::chunk_data_cr;
  return taken;
}

bool BodyReader::skip(std::uint64_t size) {
  if (state_ == State::until_eof) return true;
  if ((state_ != State::length && state_ != State::chunk_data) || size > left_) return false;
  left_ -= size;
  if (left_ == 0) state_ = state_ == State::length ? State::complete : State::chunk_data_cr;
  return true;
}

// RFC 9112 §7.1; a bare LF ends no line here.
void BodyReader::feed_framing(char c) {
  switch (state_) {
    case State::chunk_size: return feed_chunk_size(c);
    case State::chunk_extension:
      if (c == '\n') state_ = State::broken;
      if (c == '\r') state_ = State::chunk_size_end;
      return;
    case State::chunk_size_end:
      digits_ = 0;
      return expect(c, '\n', left_ == 0 ? State::trailer_start : State::chunk_data);
    case State::chunk_data_cr: return expect(c, '\r', State::chunk_data_end);
    case State::chunk_data_end: return expect(c, '\n', State::chunk_size);
    case State::trailer_start:
      state_ = c == '\r' ? State::last_end : c == '\n' ? State::broken : State::trailer;
      return;
    case State::trailer:
      if (c == '\n') state_ = State::broken;
      if (c == '\r') state_ = State::trailer_end;
      return;
    case State::trailer_end: return expect(c, '\n', State::trailer_start);
    case State::last_end: return expect(c, '\n', State::complete);
    default: state_ = State::broken; return;
  }
}

void BodyReader::feed_chunk_size(char c) {
  const int digit = hex_digit(c);
  if (digit >= 0 && digits_ < longest_chunk_size) {
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    ++digits_;
  } else if (digits_ > 0 && c == '\r') {
    state_ = State::chunk_size_end;
  } else if (digits_ > 0 && (c == ';' || c == ' ' || c == '\t')) {
    state_ = State::chunk_extension;
  } else {
    state_ = State::broken;
  }
}

}  // namespace wsrig::ws
