#include "pcap/http_layer.hpp"

#include "pcap/detector.hpp"
#include "pcap/opening.hpp"
#include "pcap/sniff.hpp"
#include "pcap/unknown_stream.hpp"
#include "pcap/websocket_session.hpp"

namespace wsrig::pcap {

namespace {

/// A client that sends so much behind its request has been answered, by packets that were not captured.
constexpr std::size_t most_without_answer = std::size_t{64} * 1024;

bool begins_message(ws::Bytes octets) {
  const Beginning beginning = sniff(octets);
  return beginning == Beginning::http_request || beginning == Beginning::http_response;
}

bool asks_for_websocket(const ws::HttpHead& head) {
  return ws::list_has_token(head.joined("Upgrade"), "websocket");
}

bool looks_like_http(const ws::HttpHead& head) { return head.status() != 0 || !head.method().empty(); }

}  // namespace

HttpLayer::HttpLayer(Context& context, Slot& slot, const Positions& positions, Side client)
    : context_(context), slot_(slot), client_(client) {
  for (const Side side : {Side::first, Side::second}) half(side).position = positions[index(side)];
}

/// While a request may turn the connection into something else, nobody knows what its client sends behind it.
bool HttpLayer::is_waiting() const {
  return !requests_.empty() && (requests_.back().purpose != Purpose::http || requests_.back().cut);
}

void HttpLayer::data(Side from, ws::Bytes octets, const Origin& origin) {
  while (!octets.empty()) {
    if (from == client_ && is_waiting()) {
      if (held_.empty()) held_at_ = half(from).position;
      half(from).position += octets.size();
      held_.add(octets, origin);
      const bool is_answered = context_.transport.side(other(client_)).captured;
      if (held_.size() > most_without_answer && !is_answered) answer_is_missing();
      return;
    }
    const std::size_t taken = read(half(from), octets, origin);
    octets = octets.subspan(taken);
    if (replaced_) {
      // What the client sent behind its request comes before what the server sends behind its answer.
      held_.release(client_, slot_);
      if (!octets.empty()) slot_.data(from, octets, origin);
      return;
    }
    if (taken == 0) return;
  }
}

std::size_t HttpLayer::read(Half& half, ws::Bytes octets, const Origin& origin) {
  if (half.lost) {
    if (!begins_message(octets)) {
      half.position += octets.size();
      return 0;
    }
    half.lost = false;
    half.body.reset();
    half.reader.take();
  }
  return half.body ? read_body(half, octets) : read_head(half, octets, origin);
}

std::size_t HttpLayer::read_body(Half& half, ws::Bytes octets) {
  const std::size_t taken = half.body->feed(octets);
  half.position += taken;
  half.lost = half.body->is_broken();
  if (half.body->is_complete() || half.lost) half.body.reset();
  return taken;
}

std::size_t HttpLayer::read_head(Half& half, ws::Bytes octets, const Origin& origin) {
  std::size_t taken = 0;
  const auto status = half.reader.feed(octets, taken);
  half.position += taken;
  if (status == ws::HeadReader::Status::need_more) return taken;
  ws::HttpHead head = half.reader.take();
  if (status != ws::HeadReader::Status::complete || !looks_like_http(head)) {
    half.lost = true;
    return taken;
  }
  if (head.status() == 0) {
    on_request(half, std::move(head), origin, false);
  } else {
    replaced_ = on_response(half, head, origin, false);
  }
  return taken;
}

void HttpLayer::on_request(Half& half, ws::HttpHead head, const Origin& origin, bool cut) {
  const Purpose purpose = head.method() == "CONNECT" ? Purpose::connect
                          : asks_for_websocket(head) ? Purpose::websocket
                                                     : Purpose::http;
  half.body = ws::BodyReader::of_request(head);
  if (!half.body && !cut) half.lost = true;
  if (half.body && half.body->is_complete()) half.body.reset();
  if (cut) half.body.reset();
  if (requests_.size() == most_requests) requests_.pop_front();
  requests_.push_back({std::move(head), origin, purpose, cut});
}

bool HttpLayer::on_response(Half& half, const ws::HttpHead& head, const Origin& origin, bool cut) {
  const int status = head.status();
  if (status < 200 && status != 101) return false;  // RFC 9110 §15.2: the final answer is still to come
  std::optional<Request> request;
  if (!requests_.empty()) {
    request = std::move(requests_.front());
    requests_.pop_front();
  }
  const Purpose purpose = request ? request->purpose : Purpose::http;
  if (status == 101) {
    const bool upgraded = purpose == Purpose::websocket || asks_for_websocket(head) || cut;
    if (upgraded) {
      become_websocket(request ? &*request : nullptr, head, origin, cut);
    } else {
      slot_.ignore();  // RFC 9110 §7.8: to another protocol
    }
    return true;
  }
  if (purpose == Purpose::connect && status / 100 == 2) {
    become_tunnel(*request);
    return true;
  }
  if (purpose == Purpose::websocket) refused(*request, &head, origin);
  half.body = ws::BodyReader::of_response(head, request ? request->head.method() : "GET");
  if (!half.body) half.lost = true;
  if (half.body && half.body->is_complete()) half.body.reset();
  release();
  return false;
}

/// No upgrade: what the client sent behind its request is the next one.
void HttpLayer::release() {
  if (is_waiting() || held_.empty()) return;
  half(client_).position = held_at_;
  held_.release(client_, *this);
}

void HttpLayer::refused(const Request& request, const ws::HttpHead* response, const Origin& origin) {
  Connection& connection = context_.new_connection();
  connection.client = client_;
  connection.request = request.head;
  connection.requested = request.origin;
  if (response != nullptr) {
    connection.response = *response;
    connection.answered = origin;
  }
  refuse_connection(connection, context_.journal);
}

void HttpLayer::become_websocket(const Request* request, const ws::HttpHead& response, const Origin& origin,
                                 bool cut) {
  Connection& connection = context_.new_connection();
  connection.client = client_;
  if (request != nullptr) {
    connection.request = request->head;
    connection.requested = request->origin;
    connection.request_cut = request->cut;
  }
  connection.response = response;
  connection.answered = origin;
  connection.response_cut = cut;
  open_connection(connection, context_.journal);
  auto session = std::make_unique<WebSocketSession>(connection, context_.journal);
  const std::uint64_t client_at = held_.empty() ? half(client_).position : held_at_;
  const bool client_known = request != nullptr && !request->cut && !half(client_).lost;
  if (client_known) {
    session->begin(ws::Role::client, client_at);
  } else {
    session->search(ws::Role::client, client_at);
  }
  const std::uint64_t server_at = half(other(client_)).position;
  if (cut) {
    session->search(ws::Role::server, server_at);
  } else {
    session->begin(ws::Role::server, server_at);
  }
  slot_.become(std::move(session));
}

void HttpLayer::become_tunnel(const Request& request) {
  context_.transport.via.push_back("connect " + std::string(request.head.target()));
  Positions at = positions();
  if (!held_.empty()) at[index(client_)] = held_at_;
  slot_.become(std::make_unique<Detector>(context_, slot_, at, true));
}

void HttpLayer::hole(Side from, std::uint64_t size, const Origin& origin) {
  Half& here = half(from);
  const std::uint64_t begin = here.position;
  here.position = behind(here.position, size);
  if (from == client_ && is_waiting()) {
    if (held_.empty()) held_at_ = begin;
    return held_.add_hole(size, origin);
  }
  if (here.lost) return;
  if (here.body) {
    here.lost = !here.body->skip(size);
    if (here.body->is_complete()) here.body.reset();
    return;
  }
  if (!here.reader.partial().empty()) return on_cut_head(here, origin);
  here.lost = true;
  if (from != client_ && is_waiting()) answer_is_missing();
}

/// The rest of the head is missing, and perhaps what is behind it.
void HttpLayer::on_cut_head(Half& half, const Origin& origin) {
  const bool begun = begins_message(ws::as_bytes(half.reader.partial()));
  ws::HttpHead head = half.reader.take();
  half.lost = true;  // a body of unknown length may follow
  if (&half == &this->half(client_)) {
    if (begun) on_request(half, std::move(head), origin, true);
    return;
  }
  if (head.status() == 0) {
    if (is_waiting()) answer_is_missing();
    return;
  }
  replaced_ = on_response(half, head, origin, true);
  half.lost = true;
  if (replaced_) held_.release(client_, slot_);
}

/// The answer to a request that asked for a WebSocket, or may have done so, lies in a hole, or was not
/// captured: frames behind it will tell what it was. True where another layer has taken over.
bool HttpLayer::answer_is_missing() {
  const Request& request = requests_.back();
  const bool asked = request.purpose == Purpose::websocket;
  if (!context_.search || !(asked || request.cut)) return false;
  Positions at = positions();
  if (!held_.empty()) at[index(client_)] = held_at_;
  auto next = std::make_unique<UnknownStream>(context_, slot_, at);
  if (asked) next->expect_websocket({request.head, request.origin, client_});
  slot_.become(std::move(next));
  held_.release(client_, slot_);
  return true;
}

void HttpLayer::end(Side from, StreamEnd how, const Origin& origin) {
  if (from == client_) {
    client_end_ = {how, origin};
    return;
  }
  const bool is_captured = context_.transport.side(from).captured;
  if (!is_captured && is_waiting() && answer_is_missing()) {
    if (client_end_) slot_.end(client_, client_end_->how, client_end_->origin);
    return slot_.end(from, how, origin);
  }
  if (requests_.empty() || requests_.front().purpose != Purpose::websocket) return;
  const Request request = std::move(requests_.front());
  requests_.clear();
  refused(request, nullptr, origin);
}

}  // namespace wsrig::pcap
